const KEY = 'paraphe:scroll'

/** A small change that loads the page anew leaves it where it stood. */
export function stayInPlace(root) {
  root.addEventListener('submit', (event) => {
    if (event.target.matches('[data-stay]')) sessionStorage.setItem(KEY, String(scrollY))
  })
  const kept = sessionStorage.getItem(KEY)
  sessionStorage.removeItem(KEY)
  if (kept === null) return
  history.scrollRestoration = 'manual'
  const back = () => scrollTo(0, Number(kept))
  back()
  // The address names a part, to which the browser goes once the page is read; after that the page is the reader's.
  addEventListener('DOMContentLoaded', () => requestAnimationFrame(back))
}
