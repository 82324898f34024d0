// The pages are printed from their pictures, once all of them are there; a long document is opened instead.
const MOST = 60

for (const link of document.querySelectorAll('[data-print]'))
  link.addEventListener('click', async (event) => {
    const part = document.getElementById(link.dataset.print).closest('.document')
    const pictures = [...part.querySelectorAll('img')]
    if (pictures.length > MOST) return
    event.preventDefault()
    for (const picture of pictures) {
      picture.loading = 'eager'
      picture.sizes = '1600px'
    }
    await Promise.allSettled(pictures.map((picture) => picture.decode()))
    part.classList.add('is-printed')
    window.print()
    part.classList.remove('is-printed')
  })
