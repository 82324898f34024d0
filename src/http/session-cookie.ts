import { getCookie, setCookie } from 'hono/cookie'
import { sessionCookie } from '../access/session.ts'
import { readSetting } from '../setting/setting.ts'
import type { Ctx } from './env.ts'
import { originsOf } from '../setting/origins.ts'
import { cookieName } from './security.ts'

const DEVICE = 'device'
const A_YEAR = 365 * 86_400

/** The cookie ends with the browser; the session itself ends earlier, at the server. */
export async function rememberSession(c: Ctx, { token, device }: { readonly token: string; readonly device?: string }): Promise<void> {
  const secure = await isHttps(c)
  setCookie(c, sessionCookie(secure), token, { httpOnly: true, sameSite: 'Lax', secure, path: '/' })
  if (device) setCookie(c, cookieName(secure, DEVICE), device, { httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: A_YEAR })
}

export async function forgetSession(c: Ctx): Promise<void> {
  const secure = await isHttps(c)
  setCookie(c, sessionCookie(secure), '', { httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: 0 })
}

/** What this browser remembers from an earlier sign-in. */
export const deviceOf = async (c: Ctx): Promise<string | undefined> => getCookie(c, cookieName(await isHttps(c), DEVICE))

// Read anew: the set-up has just changed it.
export async function isHttps(c: Ctx): Promise<boolean> {
  const { config, db } = c.var.house
  return originsOf(config, await readSetting(db, 'installation')).staff.startsWith('https:')
}
