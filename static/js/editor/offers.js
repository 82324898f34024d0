const ASIDE = 'paraphe:offers-aside'

/** Fields that are offered in one go: put down here, so that they can be undone like anything else. */
export function takeOffers({ root, draft, leaves, shown, words, voice }) {
  const list = root.parentElement.querySelector('[data-offers]')
  if (!list) return
  const offers = [...list.querySelectorAll('[data-offer]')]
  // Set aside for as long as this window is open.
  const aside = new Set(JSON.parse(sessionStorage.getItem(ASIDE) ?? '[]'))
  const nameOf = (offer) => offer.querySelector('[name="offer"]').value
  for (const offer of offers)
    offer.querySelector('[data-later]')?.addEventListener('click', () => {
      aside.add(nameOf(offer))
      sessionStorage.setItem(ASIDE, JSON.stringify([...aside]))
      render()
      root.querySelector('[data-stage]').focus({ preventScroll: true })
    })

  for (const offer of offers)
    offer.addEventListener('submit', async (event) => {
      event.preventDefault()
      const button = offer.querySelector('button[type="submit"]')
      if (button.getAttribute('aria-disabled') === 'true') return
      button.setAttribute('aria-disabled', 'true')
      const asked = new URLSearchParams(new FormData(offer))
      asked.delete('csrf')
      const fields = await ask(`${offer.action}?${asked}`)
      button.removeAttribute('aria-disabled')
      if (!fields) return
      const here = new Set(draft.steady.map(({ origin }) => origin))
      const added = fields.filter((field) => leaves.of(field) && !(field.origin && here.has(field.origin)))
      if (!added.length) return
      draft.change([...draft.steady, ...added])
      draft.select(added.map(({ id }) => id))
      const [first] = added.toSorted(leaves.order)
      shown.focus(first.id)
      // What was added is what is looked at now.
      shown.buttonOf(first.id).scrollIntoView({ block: 'center', inline: 'nearest' })
      voice.say(words.offerTaken, { count: voice.number(added.length) })
    })

  async function ask(address) {
    try {
      const answer = await fetch(address, { headers: { accept: 'application/json' } })
      const body = await answer.json()
      if (answer.ok) return body.fields
      voice.tell(body.message)
    } catch {
      voice.tell(words.offerFailed)
    }
    return null
  }

  /** What stands in the draft is no longer offered; what is undone is offered again. */
  function render() {
    const origins = new Set(draft.steady.map(({ documentId, origin }) => `${documentId} ${origin}`))
    for (const offer of offers) {
      const { document: documentId } = offer.dataset
      if (aside.has(nameOf(offer))) {
        offer.hidden = true
        continue
      }
      if (offer.dataset.offer === 'layout') {
        offer.hidden = draft.steady.some((field) => field.documentId === documentId)
        continue
      }
      const boxes = [...offer.querySelectorAll('input[name="origin"]')]
      for (const box of boxes) {
        const isTaken = origins.has(`${documentId} ${box.value}`)
        box.disabled = isTaken
        box.closest('li').hidden = isTaken
      }
      offer.hidden = boxes.length > 0 && boxes.every(({ disabled }) => disabled)
    }
    list.hidden = offers.every(({ hidden }) => hidden)
    for (const cover of leaves.covers) cover.element.toggleAttribute('hidden', !origins.has(`${cover.documentId} ${cover.origin}`))
  }
  draft.addEventListener('shown', () => draft.fields === draft.steady && render())
  render()
}
