import { getCookie, setCookie } from 'hono/cookie'
import { base64url, equalBytes, randomBytes, utf8 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import { createMiddleware, type Ctx } from './env.ts'
import { uploadForm } from './uploads.ts'

export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "worker-src 'self'",
  "manifest-src 'self'",
].join('; ')

/** Kept apart for each page that shows us inside it (CHIPS), so that it leads from none to another. */
const inFrame = (cookie: string): string => `${cookie.replace(/;\s*samesite=\w+/i, '')}; SameSite=None; Partitioned`

const isSecure = (cookie: string): boolean => /;\s*secure/i.test(cookie)

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Protocols of machines, which know no cookies: where something of a person's is changed, a token says whose. */
const MACHINES = /^\/(pki|api\/v1)\//

/** The same headers on every answer, whatever its status. */
export const securityHeaders = (https: boolean) =>
  createMiddleware(async (c, next) => {
    await next()
    const { headers } = c.res
    headers.set('Content-Security-Policy', headers.get('Content-Security-Policy') ?? POLICY)
    headers.set('X-Content-Type-Options', 'nosniff')
    headers.set('Referrer-Policy', 'same-origin')
    headers.set('Cross-Origin-Opener-Policy', 'same-origin')
    headers.set('Cross-Origin-Resource-Policy', 'same-origin')
    headers.set('Permissions-Policy', 'geolocation=(), microphone=(), payment=(), usb=(), camera=(self)')
    // An old browser that knows no list of ancestors shows it nowhere.
    if (c.var.embeddedIn)
      headers.set('Content-Security-Policy', POLICY.replace("'none'; base-uri", `${c.var.embeddedIn.join(' ')}; base-uri`))
    else headers.set('X-Frame-Options', 'DENY')
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
    if (!https) return
    headers.set('Strict-Transport-Security', 'max-age=63072000; includeSubDomains')
    const cookies = headers.getSetCookie()
    const isFramed = c.var.embeddedIn !== null || (c.req.path === '/language' && c.req.header('sec-fetch-dest') === 'iframe')
    if (!isFramed && cookies.every(isSecure)) return
    headers.delete('Set-Cookie')
    for (const cookie of cookies) {
      const secure = isSecure(cookie) ? cookie : `${cookie}; Secure`
      headers.append('Set-Cookie', isFramed ? inFrame(secure) : secure)
    }
  })

/** A cookie name that a browser binds to the origin where the address is https. */
export const cookieName = (https: boolean, name: string): string => (https ? `__Host-${name}` : name)

const VISIT = 'visit'

/** The visit: a random cookie to which the anti-forgery token is bound before anybody has signed in. */
export function visitOf(c: Ctx, https: boolean): string {
  const known = getCookie(c, cookieName(https, VISIT))
  if (known && /^[\w-]{22}$/.test(known)) return known
  const made = base64url(randomBytes(16))
  setCookie(c, cookieName(https, VISIT), made, { httpOnly: true, sameSite: 'Lax', secure: https, path: '/' })
  return made
}

export const csrfToken = (secretKey: SecretKey, visit: string, sessionId: string | null): string =>
  base64url(secretKey.authenticate('csrf', visit, sessionId ?? ''))

/** Every unsafe method: sent by our own page (Sec-Fetch-Site, else Origin), and with the token of this visit and session. */
export const refuseForgeries = (https: boolean, origins: () => readonly string[]) =>
  createMiddleware(async (c, next) => {
    if (SAFE.has(c.req.method) || MACHINES.test(c.req.path)) return next()
    const site = c.req.header('sec-fetch-site')
    const origin = c.req.header('origin')
    const own = site ? site === 'same-origin' || site === 'none' : origin !== undefined && origins().includes(origin)
    if (!own) throw new Refusal('forbidden', 'request.foreign-origin')
    const visit = getCookie(c, cookieName(https, VISIT))
    // Nothing of a body is read for whoever has never had a page of ours.
    if (!visit) throw new Refusal('forbidden', 'request.stale-form')
    const token = c.req.header('x-csrf') ?? (await tokenInForm(c))
    const expected = csrfToken(c.var.house.secretKey, visit, c.var.sessionId)
    if (!token || !equalBytes(utf8(token), utf8(expected))) throw new Refusal('forbidden', 'request.stale-form')
    return next()
  })

async function tokenInForm(c: Ctx): Promise<string | null> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return null
  const token = c.var.upload ? (await uploadForm(c)).fields.get('csrf') : (await c.req.parseBody())['csrf']
  return typeof token === 'string' ? token : null
}

/** Methods that this server knows; TRACE and CONNECT are nobody's business. */
export const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** An address that the router reads as the browser wrote it: a malformed Host would make it relative. */
export function isWellFormed(request: Request): boolean {
  const host = request.headers.get('host')?.toLowerCase()
  const url = URL.parse(request.url)
  return host !== undefined && url !== null && url.host.toLowerCase() === host.replace(url.protocol === 'https:' ? /:443$/ : /:80$/, '')
}
