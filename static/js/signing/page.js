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
