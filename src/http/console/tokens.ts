import { z } from 'zod'
import { fullName } from '../../access/roles.ts'
import { addServiceAccount, listServiceAccounts } from '../../integration/program-accounts.ts'
import { endToken, listTokens } from '../../integration/tokens.ts'
import { readSetting, writeSetting } from '../../setting/setting.ts'
import { words } from '../../view/words.ts'
import { managesUsers, requireUser, userAct } from '../access.ts'
import { makeFromForm, shownToken, tokenForm } from '../account/tokens.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { drawnLineNeeded, tick, wholeNumber } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'
import type { FreshToken } from '../views.ts'

const Account = z.object({ program: drawnLineNeeded('token.account-name-missing', 80) })
const Policy = z.object({ personal: tick, endless: tick, longestDays: wholeNumber(1, 365), perMinute: wholeNumber(1, 60_000) })

interface Forms {
  readonly form?: Form
  readonly fresh?: FreshToken
  readonly account?: Form
  readonly policy?: Form
}

async function page(c: Ctx, { form, fresh, account, policy }: Forms = {}): Promise<string> {
  const { db } = c.var.house
  const { personal, endless, longestDays, perMinute } = await readSetting(db, 'api')
  const programs = (await listServiceAccounts(db)).filter(({ disabledAt }) => disabledAt === null)
  return c.var.render('console/tokens', {
    ...(await tokenForm(c, form ?? null)),
    tokens: (await listTokens(db, c.var.act.at)).map((token) => shownToken(c, token)),
    fresh: fresh ?? null,
    programs: programs.map((program) => ({ id: program.id, name: fullName(program) })),
    accountForm: account ?? blankForm(),
    policyForm:
      policy ??
      blankForm({
        ...(personal ? { personal: '1' } : {}),
        ...(endless ? { endless: '1' } : {}),
        longestDays: String(longestDays),
        perMinute: String(perMinute),
      }),
  })
}

const back = (c: Ctx, sentence: string): Response => {
  flash(c, 'good', sentence)
  return c.redirect('/console/tokens', 303)
}

export const consoleTokens = createApp()
  .get('/console/tokens', managesUsers, async (c) => c.html(await page(c)))
  .post('/console/tokens', managesUsers, freshProof, (c) => makeFromForm(c, (shown) => page(c, shown)))
  .post('/console/tokens/accounts', managesUsers, freshProof, async (c) => {
    const answers = await readAnswers(c, Account)
    if (!answers.ok) return c.html(await page(c, { account: answers.form }), 422)
    await addServiceAccount(c.var.house.db, userAct(c), requireUser(c), { name: answers.value.program, language: c.var.lang })
    return back(c, words(c.var.lang).integration.programAdded)
  })
  .post('/console/tokens/policy', managesUsers, freshProof, async (c) => {
    const answers = await readAnswers(c, Policy)
    if (!answers.ok) return c.html(await page(c, { policy: answers.form }), 422)
    await c.var.house.db.transaction().execute((tx) => writeSetting(tx, userAct(c), 'api', answers.value))
    return back(c, words(c.var.lang).console.saved)
  })
  .post('/console/tokens/:id/ending', managesUsers, async (c) => {
    await endToken(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    return back(c, words(c.var.lang).integration.ended)
  })
