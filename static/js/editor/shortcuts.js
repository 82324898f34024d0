/** The sheet of all keys: by its button, or by `?` anywhere in the editor outside its text boxes. */
export function createShortcuts({ root }) {
  const sheet = root.querySelector('[data-shortcuts]')
  let returnTo = null
  function open() {
    if (sheet.open) return
    returnTo = document.activeElement
    sheet.showModal()
  }
  for (const button of root.querySelectorAll('[data-shows-shortcuts]')) button.addEventListener('click', open)
  sheet.querySelector('[data-close]').addEventListener('click', () => sheet.close())
  // Beside it, on what lies behind.
  sheet.addEventListener('click', (event) => event.target === sheet && sheet.close())
  sheet.addEventListener('close', () => returnTo?.isConnected && returnTo.focus({ preventScroll: true }))
  return { open }
}
