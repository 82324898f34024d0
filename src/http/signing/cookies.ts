import { getCookie, setCookie } from 'hono/cookie'
import { DAY, HOUR, type Instant, SECOND } from '../../base/instant.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import type { Ctx } from '../env.ts'

const LONGEST = 30 * DAY

/** The secret of a link, once it is out of the address. It is sent back to this invitation's pages alone, so two links live in one browser. */
export async function rememberLink(
  c: Ctx,
  { id, expiresAt }: { readonly id: string; readonly expiresAt: Instant | null },
  secret: string,
): Promise<void> {
  const left = expiresAt ? Date.parse(expiresAt) - Date.parse(c.var.act.at) : LONGEST
  await remember(c, id, 'link', secret, Math.max(1, Math.floor(Math.min(left, LONGEST) / SECOND)))
}

/** Ends with the browser; the session itself ends earlier, at the server. */
export const rememberCeremony = (c: Ctx, invitationId: string, session: string): Promise<void> =>
  remember(c, invitationId, 'ceremony', session)

export async function rememberedLink(c: Ctx): Promise<{ secret: string | undefined; session: string | undefined }> {
  const secure = await isHttps(c)
  return { secret: getCookie(c, nameOf('link', secure)), session: getCookie(c, nameOf('ceremony', secure)) }
}

/** Where somebody goes on once they have confirmed their code. */
export const rememberTowards = (c: Ctx, invitationId: string, page: string): Promise<void> =>
  remember(c, invitationId, 'towards', page, HOUR / SECOND)

export async function takeTowards(c: Ctx, invitationId: string): Promise<string | null> {
  const page = getCookie(c, nameOf('towards', await isHttps(c)))
  if (page) await remember(c, invitationId, 'towards', '', 0)
  return page === '/delegation' ? page : null
}

/** All of them, from a device that goes back to whoever lent it. */
export async function forgetCeremony(c: Ctx, id: string): Promise<void> {
  for (const name of ['link', 'ceremony', 'towards']) await remember(c, id, name, '', 0)
}

/** A cookie's name, bound to https where the address that the browser uses is that. */
export const cookieNameHere = async (c: Ctx, name: string): Promise<string> => nameOf(name, await isHttps(c))

async function remember(c: Ctx, id: string, name: string, value: string, maxAge?: number): Promise<void> {
  const secure = await isHttps(c)
  setCookie(c, nameOf(name, secure), value, {
    httpOnly: true,
    sameSite: 'Lax',
    secure,
    path: `/s/${id}`,
    ...(maxAge === undefined ? {} : { maxAge }),
  })
}

// `__Host-` would forbid the path.
const nameOf = (name: string, secure: boolean): string => (secure ? `__Secure-${name}` : name)

/** Of the address that the browser uses: staff may open a ceremony in person on a plain intranet while recipients come by https. */
async function isHttps(c: Ctx): Promise<boolean> {
  const { config, db } = c.var.house
  const origins = originsOf(config, await readSetting(db, 'installation'))
  const { host } = c.env
  const own = [origins.public, origins.staff].find((origin) => new URL(origin).host === host) ?? origins.public
  return own.startsWith('https:')
}
