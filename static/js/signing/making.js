// Looks again until the document is there.
if (document.querySelector('[data-making]')) setTimeout(() => location.reload(), 2_000)
