// Asks the browser for a passkey and sends what it answers with the form around the button. Where the browser has none, the button stays hidden.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
const listed = (credentials = []) => credentials.map((one) => ({ ...one, id: bytes(one.id) }))

async function ask(kind, address) {
  const response = await fetch(address, { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(String(response.status))
  const options = await response.json()
  const publicKey = { ...options, challenge: bytes(options.challenge) }
  if (kind === 'get') return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: listed(options.allowCredentials) } })
  publicKey.user = { ...options.user, id: bytes(options.user.id) }
  return navigator.credentials.create({ publicKey: { ...publicKey, excludeCredentials: listed(options.excludeCredentials) } })
}

function answerOf({ id, rawId, type, response, authenticatorAttachment }) {
  const told = { clientDataJSON: text(response.clientDataJSON) }
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) if (response[name]) told[name] = text(response[name])
  if (response.getTransports) told.transports = response.getTransports()
  return { id, rawId: text(rawId), type, response: told, authenticatorAttachment, clientExtensionResults: {} }
}

for (const button of document.querySelectorAll('button[data-passkey]')) {
  if (!window.isSecureContext || !window.PublicKeyCredential) continue
  button.closest('[data-passkey-place]')?.removeAttribute('hidden')
  button.hidden = false
  const failed = document.getElementById(button.dataset.failed)
  button.addEventListener('click', async () => {
    failed.hidden = true
    button.setAttribute('aria-busy', 'true')
    try {
      const credential = await ask(button.dataset.passkey, button.dataset.options)
      button.form.elements[button.dataset.field].value = JSON.stringify(answerOf(credential))
      button.form.submit()
    } catch {
      failed.hidden = false
      button.removeAttribute('aria-busy')
      button.focus()
    }
  })
}
