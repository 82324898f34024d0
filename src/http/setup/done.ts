import { getCookie, setCookie } from 'hono/cookie'
import { base64url, fromBase64url, fromUtf8, utf8 } from '../../base/bytes.ts'
import { listHouseCertificates } from '../../upkeep/house-certificates.ts'
import { managesAuthority } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { isHttps } from '../session-cookie.ts'

const COOKIE = 'recovery'
const PATH = '/setup/done'

export const setupDone = createApp().get(PATH, managesAuthority, async (c) =>
  c.html(
    await c.var.render('setup/done', {
      certificates: await listHouseCertificates(c.var.house.db),
      recovery: await takeOnce(c),
    }),
  ),
)

/** The recovery secret travels to the next page alone, sealed, in the browser that set the house up; the server keeps it nowhere. */
export async function showOnce(c: Ctx, recovery: string): Promise<void> {
  const sealed = base64url(c.var.house.secretKey.seal('setup', COOKIE, utf8(recovery)))
  setCookie(c, COOKIE, sealed, { httpOnly: true, sameSite: 'Strict', secure: await isHttps(c), path: PATH, maxAge: 900 })
}

async function takeOnce(c: Ctx): Promise<string | null> {
  const sealed = getCookie(c, COOKIE)
  if (!sealed) return null
  setCookie(c, COOKIE, '', { httpOnly: true, sameSite: 'Strict', secure: await isHttps(c), path: PATH, maxAge: 0 })
  try {
    return fromUtf8(c.var.house.secretKey.open('setup', COOKIE, fromBase64url(sealed)))
  } catch {
    return null
  }
}
