// A page that the browser kept from earlier may show what is over: it is asked for again.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})

for (const menu of document.querySelectorAll('[data-menu]')) {
  document.addEventListener('click', (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false
  })
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return
    menu.open = false
    menu.querySelector('summary').focus()
  })
}

// As long as a page's picture is under way, its paper shows that; what did not come is asked for again.
const RETRIES = [2_000, 5_000, 10_000]

for (const sheet of document.querySelectorAll('[data-sheet-page]')) {
  const picture = sheet.querySelector('img')
  let failed = 0
  const look = () => sheet.classList.toggle('is-drawing', !(picture.complete && picture.naturalWidth > 0))
  picture.addEventListener('load', look)
  picture.addEventListener('error', () => {
    look()
    const wait = RETRIES[failed++]
    // The whole set again: the browser chooses from it as before.
    if (wait) setTimeout(() => (picture.srcset = picture.getAttribute('srcset')), wait)
  })
  look()
}
