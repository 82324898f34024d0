const AFTER = 400

/** What the page says of itself (the marks of its parts, the last look) is read anew after each change, wherever it was made. */
export function keepFresh({ root, address }) {
  let timer = 0

  async function fresh(names = ['rail', 'look']) {
    const response = await fetch(address, { headers: { accept: 'text/html' } }).catch(() => null)
    if (!response?.ok || response.redirected) return
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    for (const name of names) {
      const [old, next] = [root, page].map((place) => place.querySelector(`[data-fresh="${name}"]`))
      if (!old || !next || old.innerHTML === next.innerHTML) continue
      // An editor that is at work holds what nobody else does.
      if (old.querySelector('[data-ready]')) continue
      const hadFocus = old.contains(document.activeElement)
      const current = old.querySelector('[aria-current]')?.getAttribute('href')
      old.innerHTML = next.innerHTML
      if (current) old.querySelector(`[href="${current}"]`)?.setAttribute('aria-current', 'true')
      if (name === 'editor') document.dispatchEvent(new CustomEvent('paraphe:editor'))
      if (hadFocus) old.querySelector('button[type="submit"], a')?.focus({ preventScroll: true })
    }
  }

  document.addEventListener('paraphe:version', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void fresh(), AFTER)
  })
  return fresh
}
