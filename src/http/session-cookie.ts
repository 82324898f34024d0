import { getCookie, setCookie } from 'hono/cookie'
import { findHalfSession, HALF_LASTS, type HalfSession, type Opened } from '../access/opening.ts'
import { sessionCookie, signOut } from '../access/session.ts'
import { deviceToken } from '../access/sign-in.ts'
import { SECOND } from '../base/instant.ts'
import type { UserRow } from '../db/database.ts'
import { readSetting } from '../setting/setting.ts'
import type { Ctx } from './env.ts'
import { originsOf } from '../setting/origins.ts'
import { cookieName } from './security.ts'

const DEVICE = 'device'
const HALF = 'half'
const A_YEAR = 365 * 86_400

/** The cookie ends with the browser; the session itself ends earlier, at the server. */
export async function rememberSession(c: Ctx, { token, device }: { readonly token: string; readonly device?: string }): Promise<void> {
  const secure = await isHttps(c)
  setCookie(c, sessionCookie(secure), token, { httpOnly: true, sameSite: 'Lax', secure, path: '/' })
  if (device) setCookie(c, cookieName(secure, DEVICE), device, { httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: A_YEAR })
}

/**
 * Answers a sign-in, whatever said who it is: a new token at every one, and the old session of this browser, if there is one, ends. Where a second
 * factor comes first, the page that asks for it.
 */
export async function enter(c: Ctx, opened: Opened, next: string): Promise<Response> {
  const secure = await isHttps(c)
  if (opened.kind === 'half') {
    setCookie(c, cookieName(secure, HALF), opened.token, {
      httpOnly: true,
      sameSite: 'Lax',
      secure,
      path: '/',
      maxAge: HALF_LASTS / SECOND,
    })
    return c.redirect(`/sign-in/${opened.needs}?next=${encodeURIComponent(next)}`, 303)
  }
  await rememberOpened(c, opened)
  return c.redirect(next, 303)
}

/** For an answer that is a page of its own: what follows in it belongs to the new session. */
export async function rememberOpened(c: Ctx, opened: Opened & { readonly kind: 'open' }): Promise<void> {
  const { db, secretKey } = c.var.house
  const secure = await isHttps(c)
  const half = cookieName(secure, HALF)
  if (c.var.sessionId) await signOut(db, c.var.act, c.var.sessionId)
  if (getCookie(c, half)) setCookie(c, half, '', { httpOnly: true, sameSite: 'Lax', secure, path: '/', maxAge: 0 })
  await rememberSession(c, { token: opened.token, device: deviceToken(secretKey, opened.user.email) })
  c.set('sessionId', opened.session.id)
}

/** Who is between a password and the second factor in this browser. */
export async function halfOf(c: Ctx): Promise<{ half: HalfSession; user: UserRow } | null> {
  const token = getCookie(c, cookieName(await isHttps(c), HALF))
  return token ? findHalfSession(c.var.house.db, token, c.var.act.at) : null
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
