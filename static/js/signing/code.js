const input = document.querySelector('#code')
const left = document.querySelector('#code-left[data-seconds]')
const again = document.querySelector('[data-again]')
const began = Date.now()
const passed = () => Math.floor((Date.now() - began) / 1_000)

// Only digits count; a pasted “123 456” is right too.
input.addEventListener('input', () => {
  const digits = input.value.replace(/\D/g, '').slice(0, 6)
  if (digits !== input.value) input.value = digits
})

const label = again.textContent
function tick() {
  const wait = Number(again.dataset.again) - passed()
  again.disabled = wait > 0
  again.textContent = wait > 0 ? again.dataset.wait.replace('{seconds}', wait) : label
  if (!left) return
  const rest = Number(left.dataset.seconds) - passed()
  left.textContent =
    rest > 0
      ? left.dataset.left.replace('{minutes}', Math.floor(rest / 60)).replace('{seconds}', String(rest % 60).padStart(2, '0'))
      : left.dataset.over
}
tick()
setInterval(tick, 1_000)
