/** The rail says which part is on the screen. */
export function followParts(root) {
  const parts = [...root.querySelectorAll('.part')]
  let waiting = false
  const show = () => {
    waiting = false
    const line = innerHeight * 0.35
    const current = parts.findLast((part) => part.getBoundingClientRect().top <= line) ?? parts[0]
    for (const step of root.querySelectorAll('.step'))
      if (step.getAttribute('href') === `#${current.id}`) step.setAttribute('aria-current', 'true')
      else step.removeAttribute('aria-current')
  }
  addEventListener(
    'scroll',
    () => {
      if (!waiting) requestAnimationFrame(show)
      waiting = true
    },
    { passive: true },
  )
  show()
}
