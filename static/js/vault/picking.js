// All rows of the page at once, and how many are ticked. Without this, each is ticked by itself.
const form = document.querySelector('[data-picking]')
if (form) {
  const all = form.querySelector('[data-pick-all]')
  const boxes = [...form.querySelectorAll('input[name="pick"]')]
  const count = form.querySelector('[data-pick-count]')
  const tell = () => {
    const picked = boxes.filter(({ checked }) => checked).length
    all.checked = picked === boxes.length
    all.indeterminate = picked > 0 && picked < boxes.length
    count.textContent = picked ? `${count.dataset.told}: ${picked}` : ''
  }
  all.hidden = false
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked
    tell()
  })
  form.addEventListener('change', tell)
  tell()
}
// On a narrow page the folders stand folded above the list.
const folds = document.querySelector('[data-folds]')
if (folds && matchMedia('(max-width: 900px)').matches) folds.open = false
