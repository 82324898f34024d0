import { createMiddleware } from './env.ts'

/**
 * Every address within the house begins at its root: in routes, pages, redirects and cookies. Where the house stands below a path of its host
 * (`https://intranet.example/sign`), the door alone knows: it takes the path away from what comes and puts it before what goes out. `base` is `/sign`, or
 * empty. Addresses that leave the house whole, in messages and codes, are made from `setting/origins`.
 */

const ADDRESS =
  /(\s(?:href|src|action|formaction|poster|hx-(?:get|post|put|patch|delete|push-url|replace-url)|data-(?:[a-z]+-)*(?:address|base|choose|documents|href|more|opening|progress|save|src|text|url|worker))=")(?=\/(?!\/))/g
const SRCSET = /(\ssrcset=")([^"]*)(?=")/g

/** A page with its addresses. What people typed stands escaped in it, so no text of theirs reads as an attribute. */
export function placed(html: string, base: string): string {
  if (!base) return html
  return html
    .replace(ADDRESS, `$1${base}`)
    .replace(SRCSET, (_, before: string, pictures: string) => before + pictures.replaceAll(/(^|,\s*)\/(?!\/)/g, `$1${base}/`))
}

/** What a browser goes to. */
const LEADS = ['Location', 'Content-Location', 'HX-Redirect', 'HX-Push-Url', 'HX-Replace-Url', 'HX-Location']

/**
 * On the wire below a path. `__Host-` would send a cookie to every other application of the host, so there it is bound to the path in place of it; one that
 * bears this name was set by another application, and is not looked at.
 */
const HOST_BOUND = '__Host-'
const PATH_BOUND = '__Secure-host-'

export function cookiesWithin(header: string): string {
  return header
    .split(/;\s*/)
    .filter((cookie) => !cookie.startsWith(HOST_BOUND))
    .map((cookie) => (cookie.startsWith(PATH_BOUND) ? HOST_BOUND + cookie.slice(PATH_BOUND.length) : cookie))
    .join('; ')
}

const cookieOutside = (cookie: string, base: string): string =>
  (cookie.startsWith(HOST_BOUND) ? PATH_BOUND + cookie.slice(HOST_BOUND.length) : cookie).replace(
    /(;\s*path=)(\/[^;]*)/i,
    (_, before: string, path: string) => before + base + (path === '/' ? '' : path),
  )

/** Stands before everything else that touches an answer. */
export const belowBase = createMiddleware(async (c, next) => {
  const { base } = c.env
  await next()
  if (!base) return
  const { headers } = c.res
  for (const name of LEADS) {
    const address = headers.get(name)
    if (address && /^\/(?!\/)/.test(address)) headers.set(name, base + address)
  }
  const cookies = headers.getSetCookie()
  if (!cookies.length) return
  headers.delete('Set-Cookie')
  for (const cookie of cookies) headers.append('Set-Cookie', cookieOutside(cookie, base))
})

/** The path below `base`, or null where the address is not below it. */
export function pathBelow(base: string, pathname: string): string | null {
  if (!base) return pathname
  if (pathname === base) return '/'
  return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : null
}
