// Opens the browser's own window for printing once the pictures are there. Without this, its menu does the same.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})))
    print()
  })
}
