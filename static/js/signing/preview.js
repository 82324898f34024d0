// Nobody signs what they have not seen: the button waits until the pages with their own fields, or the first one, are there.
const button = document.querySelector('[data-confirm]')
const state = document.querySelector('[data-pages-state]')
const own = [...document.querySelectorAll('[data-own]')]
const waited = own.length ? own : [...document.querySelectorAll('[data-sheet-page]')].slice(0, 1)

if (button) {
  const pictures = waited.map((sheet) => sheet.querySelector('img'))
  const told = state.textContent
  const isThere = (picture) => picture.complete && picture.naturalWidth > 0
  const look = () => {
    const there = pictures.filter(isThere).length
    const isReady = there === pictures.length
    button.disabled = !isReady
    state.textContent = isReady ? told : state.dataset.drawing.replace('{at}', there).replace('{total}', pictures.length)
  }
  for (const picture of pictures) {
    picture.addEventListener('load', look)
    let failed = 0
    // Each failure is one more try of the page's own script, until it gives up.
    picture.addEventListener('error', () => {
      if (++failed > 3) state.textContent = state.dataset.undrawable
      else look()
    })
  }
  look()
}

const mine = document.querySelector('[data-middle]')
if (mine && !location.hash && scrollY === 0) {
  const { top, height } = mine.getBoundingClientRect()
  scrollTo({ top: top + Number(mine.dataset.middle) * height - innerHeight / 2 + 40, behavior: 'instant' })
}
