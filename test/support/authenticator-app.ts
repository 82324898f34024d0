import { Secret, TOTP } from 'otpauth'
import type { Instant } from '../../src/base/instant.ts'
import type { TestBrowser } from './house.ts'

/** The code that an app shows at a moment. */
export const codeOf = (secret: string, at: Instant, steps = 0): string =>
  new TOTP({ algorithm: 'SHA1', digits: 6, period: 30, secret: Secret.fromBase32(secret) }).generate({
    timestamp: Date.parse(at) + steps * 30_000,
  })

/** The key that a page of enrolment shows, and what its form brings back. */
export const shownIn = (text: string): { secret: string; sealed: string } => ({
  secret: (/enrol__key">(.*?)<\/code>/s.exec(text)?.[1] ?? '').replaceAll(/<wbr>|\s/g, ''),
  sealed: /name="sealed" value="([^"]+)"/.exec(text)?.[1] ?? '',
})

export const recoveryCodesIn = (text: string): string[] =>
  [...text.matchAll(/<li><code>([a-z0-9]{5}-[a-z0-9]{5})<\/code>/g)].map(([, code]) => code!)

/** Sets an app up on the page of the account, as somebody who is signed in. */
export async function setUpApp(browser: TestBrowser, at: Instant): Promise<{ secret: string; codes: string[] }> {
  const { secret, sealed } = shownIn((await browser.get('/account/security/app')).text)
  const done = await browser.post('/account/security/app', { sealed, code: codeOf(secret, at) })
  if (done.status !== 200) throw new Error(`the app was not set up: ${done.status}`)
  return { secret, codes: recoveryCodesIn(done.text) }
}
