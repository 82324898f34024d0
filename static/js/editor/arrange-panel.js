/** The part of the properties that is about several fields, and about several pages. */
export function createArrangePanel({ root, draft, arranging, voice, words }) {
  const side = root.querySelector('[data-panel]')
  const several = side.querySelector('[data-arrange]')
  const three = [...side.querySelectorAll('[data-needs-three]')]
  const pages = side.querySelector('[data-on-pages]')

  function render() {
    const count = draft.selection.size
    several.hidden = count < 2
    for (const button of three) button.setAttribute('aria-disabled', count < 3)
  }
  pages?.querySelector('[data-copy-to-pages]').addEventListener('click', () => {
    const [from, to] = [...pages.querySelectorAll('input')].map((input) => Number(input.value))
    const most = Number(pages.dataset.most)
    if (![from, to].every((page) => Number.isInteger(page) && page >= 1 && page <= most)) return voice.tell(words.pagesWrong)
    arranging.copyToPages(from, to)
  })
  draft.addEventListener('selected', render)
  draft.addEventListener('shown', render)
  render()
}
