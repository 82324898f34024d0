// A placeholder is put where the caret last was.
let last = document.querySelector('textarea[name="text"]')
document.addEventListener('focusin', ({ target }) => {
  if (target.matches('.form .input')) last = target
})
for (const button of document.querySelectorAll('[data-insert]'))
  button.addEventListener('click', () => {
    last.focus()
    last.setRangeText(`{${button.dataset.insert}}`, last.selectionStart, last.selectionEnd, 'end')
  })
