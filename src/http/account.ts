import { z } from 'zod'
import { explainRights } from '../access/explaining.ts'
import { liveSessionsOf } from '../access/session.ts'
import { originOf, ownedFields } from '../access/sign-on/owned.ts'
import { changeOwnDetails } from '../access/users.ts'
import { fill, LANGUAGE_NAMES, words } from '../view/words.ts'
import { requireUser, signedIn, userAct } from './access.ts'
import { blankForm, type Form, readAnswers } from './answers.ts'
import { createApp, createMiddleware, type Ctx } from './env.ts'
import { KEPT } from './kept-form.ts'
import { drawnLine, drawnLineNeeded, language, phoneNumber } from './schemas.ts'
import { flash } from './server.ts'
import { freshProof } from './step-up.ts'
import { setCookie } from 'hono/cookie'

const Own = z.object({
  firstName: drawnLineNeeded('person.first-name-missing', 80),
  lastName: drawnLineNeeded('person.last-name-missing', 80),
  jobTitle: drawnLine(120).default(''),
  phone: phoneNumber,
  language,
})

/** For a page: which fields are not written here, and who decides them. */
export async function ownedBy(c: Ctx, userId: string): Promise<{ name: string; fields: string[] }> {
  const { db } = c.var.house
  return { name: (await originOf(db, userId))?.name ?? '', fields: [...(await ownedFields(db, userId))] }
}

export const accountPage = async (c: Ctx, forms: { details?: Form; password?: Form } = {}): Promise<string> => {
  const user = requireUser(c)
  const sessions = await liveSessionsOf(c.var.house.db, c.var.act.at, user.id)
  const { firstName, lastName, jobTitle, phone, language } = user
  return c.var.render('access/account', {
    email: user.email,
    owned: await ownedBy(c, user.id),
    rights: await explainRights(c.var.house.db, user),
    languages: LANGUAGE_NAMES,
    details: forms.details ?? blankForm({ firstName, lastName, jobTitle, phone: phone ?? '', language }),
    password: forms.password ?? blankForm(),
    sessions: sessions.map((session) => ({
      id: session.id,
      ip: session.ip,
      method: session.method,
      factor: session.factor,
      browser: browserOf(session.userAgent),
      lastSeenAt: session.lastSeenAt,
      createdAt: session.createdAt,
      isThis: session.id === c.var.sessionId,
    })),
  })
}

/** Codes go to one's own phone: another number is kept only after a proof. A form that comes back with its proof passes through the same door. */
const proofOfNewPhone = createMiddleware(async (c, next) => {
  const answers = await readAnswers(c, Own)
  const isChanged = answers.ok && answers.value.phone !== requireUser(c).phone
  return isChanged || KEPT in answers.form.values ? freshProof(c, next) : next()
})

export const account = createApp()
  .get('/account', signedIn, async (c) => c.html(await accountPage(c)))
  .post('/account', signedIn, proofOfNewPhone, async (c) => {
    const answers = await readAnswers(c, Own)
    if (!answers.ok) return c.html(await accountPage(c, { details: answers.form }), 422)
    const details = answers.value as typeof answers.value & { language: 'en' | 'fr' }
    await changeOwnDetails(c.var.house.db, userAct(c), requireUser(c).id, details)
    // The language of the account counts from here on, also in this browser.
    setCookie(c, 'lang', details.language, { sameSite: 'Lax', path: '/', maxAge: 365 * 86_400 })
    flash(c, 'good', fill(words(details.language).access.saved, {}))
    return c.redirect('/account', 303)
  })

/** "Firefox, Windows": enough to recognise one's own. */
function browserOf(userAgent: string | null): string {
  const text = userAgent ?? ''
  const browser = /Edg\//.test(text)
    ? 'Edge'
    : /Firefox\//.test(text)
      ? 'Firefox'
      : /Chrome\//.test(text)
        ? 'Chrome'
        : /Safari\//.test(text)
          ? 'Safari'
          : ''
  const system = /iPhone|iPad/.test(text)
    ? 'iOS'
    : /Android/.test(text)
      ? 'Android'
      : /Windows/.test(text)
        ? 'Windows'
        : /Mac OS X/.test(text)
          ? 'macOS'
          : /Linux/.test(text)
            ? 'Linux'
            : ''
  return [browser, system].filter(Boolean).join(', ') || text.slice(0, 40)
}
