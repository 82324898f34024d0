import { z } from 'zod'
import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { isScope, SCOPES } from '../../integration/scopes.ts'
import { DEFAULT_DAYS, endToken, LONGEST_NAME, makeToken, type OwnedToken, type Token, tokensOf } from '../../integration/tokens.ts'
import { readSetting } from '../../setting/setting.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { lineNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'
import type { FreshToken, ShownToken, TokenForm } from '../views.ts'

const LIVES = [7, 30, 90, 180, 365]

const Wish = z
  .object({
    name: lineNeeded('token.name-missing', LONGEST_NAME),
    days: z.union([z.literal('endless').transform(() => null), z.coerce.number().int()], 'token.days'),
    addresses: z.string().max(4_000, 'text.too-long').default(''),
    userId: z.string().max(60).default(''),
    key: z.string().max(60).optional(),
  })
  .catchall(z.unknown())

/** Beside which field a refusal stands. */
const FIELDS = {
  'token.name-missing': 'name',
  'token.scope-missing': 'scopes',
  'token.days': 'days',
  'token.network-invalid': 'addresses',
  'token.too-many-networks': 'addresses',
  'token.owner-disabled': 'userId',
  'token.wider': 'userId',
  'token.too-many': 'name',
  'token.made-already': 'name',
}

/** What the form of a new token is given, on one's own page and on the console's. */
export async function tokenForm(c: Ctx, form: Form | null): Promise<TokenForm> {
  const { longestDays, endless } = await readSetting(c.var.house.db, 'api')
  const days = LIVES.filter((life) => life < longestDays).concat(longestDays)
  return {
    form: form ?? blankForm({ days: String(Math.min(DEFAULT_DAYS, longestDays)) }),
    key: newId('frm'),
    scopes: SCOPES,
    days,
    mayBeEndless: endless,
  }
}

export const shownToken = (c: Ctx, token: Token | OwnedToken): ShownToken => ({
  ...token,
  owner: 'owner' in token ? token.owner : null,
  isLive: token.endedAt === null && (token.expiresAt === null || token.expiresAt > c.var.act.at),
})

/** Made, and the page that shows it once; or the form again. */
export async function makeFromForm(c: Ctx, show: (shown: { form?: Form; fresh?: FreshToken }) => Promise<string>): Promise<Response> {
  const answers = await readAnswers(c, Wish)
  if (!answers.ok) return c.html(await show({ form: answers.form }), 422)
  const { name, days, addresses, userId, key } = answers.value
  const user = requireUser(c)
  const scopes = Object.keys(answers.form.values).flatMap((field) => {
    const scope = field.replace(/^scope:/, '')
    return field.startsWith('scope:') && isScope(scope) ? [scope] : []
  })
  try {
    if (!scopes.length) throw new Refusal('invalid', 'token.scope-missing')
    const wish = { userId: userId || user.id, name, scopes, days, addresses }
    const { secret } = await makeToken(c.var.house.db, userAct(c), user, wish, key)
    return c.html(await show({ fresh: { name, secret } }))
  } catch (error) {
    return c.html(await show({ form: formWith(c, answers.form, error, FIELDS) }), refusalStatus(error))
  }
}

async function page(c: Ctx, { form = null, fresh = null }: { form?: Form | null; fresh?: FreshToken | null } = {}): Promise<string> {
  const { db } = c.var.house
  const tokens = await tokensOf(db, requireUser(c).id)
  const { personal } = await readSetting(db, 'api')
  return c.var.render('account/tokens', {
    ...(await tokenForm(c, form)),
    tokens: tokens.map((token) => shownToken(c, token)),
    fresh,
    mayMake: personal,
  })
}

export const accountTokens = createApp()
  .get('/account/tokens', signedIn, async (c) => c.html(await page(c)))
  .post('/account/tokens', signedIn, freshProof, (c) => makeFromForm(c, (shown) => page(c, shown)))
  .post('/account/tokens/:id/ending', signedIn, async (c) => {
    await endToken(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).integration.ended)
    return c.redirect('/account/tokens', 303)
  })
