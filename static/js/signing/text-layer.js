// Over each page's picture lies its text, transparent: it can be selected, searched and read out.
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue
      watcher.unobserve(target)
      lay(target).catch(() => {})
    }
  },
  { rootMargin: '400px' },
)
for (const page of document.querySelectorAll('[data-sheet-page][data-text]')) watcher.observe(page)

async function lay(page) {
  const layer = page.querySelector('[data-text-layer]')
  const response = await fetch(page.dataset.text, { credentials: 'same-origin', headers: { accept: 'application/json' } })
  if (!response.ok) return
  const { runs } = await response.json()
  const width = Number(page.dataset.width)
  const height = Number(page.dataset.height)
  const spans = runs.map((run) => {
    const span = document.createElement('span')
    span.className = 'sheet__run'
    span.textContent = run.text
    span.style.left = `${(run.x / width) * 100}%`
    span.style.top = `${(run.y / height) * 100}%`
    // In hundredths of the page's width, so that it follows every size by itself.
    span.style.fontSize = `${(run.height / width) * 100}cqw`
    return span
  })
  layer.append(...spans.flatMap((span) => [span, ' ']))
  const across = layer.clientWidth
  const widths = spans.map((span) => span.offsetWidth)
  for (const [at, span] of spans.entries())
    if (widths[at]) span.style.transform = `scaleX(${((runs[at].width / width) * across) / widths[at]})`
  page.querySelector('.sheet__picture').alt = ''
}
