/** The token of this page, which every change bears. */
export const csrf = () => document.querySelector('meta[name="csrf"]').content

/** A form's fields to an address of this house, answered in JSON; `body.message` says why where it is refused. */
export async function post(address, fields) {
  const response = await fetch(address, {
    method: 'POST',
    headers: { accept: 'application/json', 'x-csrf': csrf() },
    body: new URLSearchParams([...fields].filter(([name, value]) => name !== 'csrf' && typeof value === 'string')),
  })
  return { ok: response.ok, status: response.status, body: await response.json().catch(() => ({})) }
}

/** Every part of the page that shows or sends the version hears of it. */
export const tellVersion = (version) => document.dispatchEvent(new CustomEvent('paraphe:version', { detail: { version } }))
