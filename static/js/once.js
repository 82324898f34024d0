// A form that makes something is sent once, however often its button is pressed.
for (const form of document.querySelectorAll('form[data-once]'))
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
    form.querySelector('button[type="submit"]')?.setAttribute('aria-busy', 'true')
  })
