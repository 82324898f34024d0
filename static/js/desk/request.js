import { at } from '../at.js'
/** The token of this page, which every change bears. */
export const csrf = () => document.querySelector('meta[name="csrf"]').content

const STALE = new Set(['request.stale-form', 'sign-in.needed'])

/** Whether an answer says that the session of this page is over, or its token. */
export const isStale = (status, body) => status === 403 && STALE.has(body?.code)

/** A new token for everything on this page, where somebody is signed in still or again: `renewed`, `signed-out` or `unreachable`. */
export async function renew() {
  const answer = await fetch(at('/account'), { headers: { accept: 'text/html' } }).catch(() => null)
  if (!answer?.ok) return 'unreachable'
  if (new URL(answer.url).pathname !== at('/account')) return 'signed-out'
  const token = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('meta[name="csrf"]').content
  document.querySelector('meta[name="csrf"]').content = token
  for (const field of document.querySelectorAll('input[name="csrf"]')) field.value = token
  return 'renewed'
}

/** A form's fields to an address of this house, answered in JSON; `body.message` says why where it is refused. */
export async function post(address, fields) {
  const first = await send(address, fields)
  if (!isStale(first.status, first.body)) return first
  const how = await renew()
  return how === 'renewed' ? send(address, fields) : { ...first, isSignedOut: how === 'signed-out' }
}

async function send(address, fields) {
  const response = await fetch(address, {
    method: 'POST',
    headers: { accept: 'application/json', 'x-csrf': csrf() },
    body: new URLSearchParams([...fields].filter(([name, value]) => name !== 'csrf' && typeof value === 'string')),
  })
  return { ok: response.ok, status: response.status, body: await response.json().catch(() => ({})) }
}

/** Every part of the page that shows or sends the version hears of it. */
export const tellVersion = (version) => document.dispatchEvent(new CustomEvent('paraphe:version', { detail: { version } }))
