import { z } from 'zod'
import { confirmPassword } from '../../access/sign-in.ts'
import { administrators, chooseBreakGlass, switchToPasswords, switchToSources, takeNote, unseenUses } from '../../access/sign-on/only.ts'
import { originsOfUsers } from '../../access/sign-on/owned.ts'
import { lastRound } from '../../access/sign-on/round.ts'
import { countPeople, listSources } from '../../access/sign-on/source.ts'
import { fullName } from '../../access/roles.ts'
import { listUsers } from '../../access/users.ts'
import { Refusal } from '../../base/refusal.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { words } from '../../view/words.ts'
import { permitted, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { password } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

/** Whoever says where people come from decides who may do what. */
export const managesSignOn = permitted(({ console, permissions }) => console.settings && permissions.edit)

async function page(c: Ctx, form: Form = blankForm()): Promise<string> {
  const { db, secretKey, config } = c.var.house
  const setting = await readSetting(db, 'signOn')
  const { staff } = originsOf(config, await readSetting(db, 'installation'))
  const users = new Map((await listUsers(db)).map((user) => [user.id, user]))
  const fromElsewhere = await originsOfUsers(db)
  const chosen = setting.breakGlassUserId ? users.get(setting.breakGlassUserId) : undefined
  const sources = await Promise.all(
    (await listSources(db, secretKey)).map(async (source) => ({
      id: source.id,
      kind: source.kind,
      name: source.name,
      isOn: source.isOn,
      people: await countPeople(db, source.id),
      outcome: (await lastRound(db, source.id))?.outcome ?? null,
    })),
  )
  return c.var.render('console/sign-on/index', {
    sources,
    only: setting.only,
    breakGlass: chosen ? { name: fullName(chosen), testedAt: setting.testedAt } : null,
    candidates: (await administrators(db))
      .filter((user) => user.passwordHash !== null && !fromElsewhere.has(user.id))
      .map((user) => ({ id: user.id, name: `${fullName(user)} · ${user.email}` })),
    form: { ...form, values: { user: setting.breakGlassUserId ?? '', ...form.values } },
    uses: (await unseenUses(db)).map(({ userId, at, ip }) => ({
      name: fullName(users.get(userId) ?? { firstName: '', lastName: '' }),
      at,
      ip: ip ?? '–',
    })),
    address: `${staff}/sign-in/break-glass`,
  })
}

const Choice = z.object({ user: z.string('sign-on.break-glass-unfit').max(60), password })

export const consoleSignOn = createApp()
  .get('/console/sign-on', managesSignOn, async (c) => c.html(await page(c)))
  .post('/console/sign-on/only', managesSignOn, freshProof, async (c) => {
    const isOn = (await c.req.parseBody())['on'] === '1'
    const { only } = words(c.var.lang).signOn.console
    await c.var.house.db
      .transaction()
      .execute((tx) => (isOn ? switchToSources(tx, userAct(c), c.var.sessionId ?? '') : switchToPasswords(tx, userAct(c))))
    flash(c, isOn ? 'wait' : 'good', isOn ? only.on : only.off)
    return c.redirect('/console/sign-on', 303)
  })
  .post('/console/sign-on/break-glass', managesSignOn, freshProof, async (c) => {
    const answers = await readAnswers(c, Choice)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { house } = c.var
    try {
      const user = (await administrators(house.db)).find(({ id }) => id === answers.value.user)
      if (!user) throw new Refusal('invalid', 'sign-on.break-glass-unfit')
      await confirmPassword(house, userAct(c), user, answers.value.password)
      await house.db.transaction().execute((tx) => chooseBreakGlass(tx, userAct(c), user.id))
    } catch (error) {
      const form = formWith(c, answers.form, error, { 'password.current-wrong': 'password', 'sign-in': 'password', 'sign-on': 'user' })
      return c.html(await page(c, form), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).signOn.console.breakGlass.kept)
    return c.redirect('/console/sign-on', 303)
  })
  .post('/console/sign-on/notes', managesSignOn, async (c) => {
    await c.var.house.db.transaction().execute((tx) => takeNote(tx, userAct(c), requireUser(c).id))
    flash(c, 'good', words(c.var.lang).signOn.console.uses.noted)
    return c.redirect('/console/sign-on', 303)
  })
