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
  addEventListener('load', () => requestAnimationFrame(back))
}
