import { z } from 'zod'
import { listRoles } from '../../../access/assigning.ts'
import { departmentTree } from '../../../access/departments.ts'
import { listGroups } from '../../../access/groups.ts'
import { addMapping, listMappings, removeMapping } from '../../../access/sign-on/mapping.ts'
import { redirectUriOf } from '../../../access/sign-on/provider-sign-in.ts'
import { approveMissing, orderRound, roundsOf } from '../../../access/sign-on/round.ts'
import {
  addSource,
  changeSource,
  countPeople,
  findSource,
  type IdentitySource,
  removeSource,
  switchSource,
} from '../../../access/sign-on/source.ts'
import { tryDirectory, tryProvider, type TrialStep } from '../../../access/sign-on/trial.ts'
import { fullName } from '../../../access/roles.ts'
import { listUsers } from '../../../access/users.ts'
import { noteTrial } from '../../../access/sign-on/noting.ts'
import { originsOf } from '../../../setting/origins.ts'
import { readSetting } from '../../../setting/setting.ts'
import { words } from '../../../view/words.ts'
import { userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { line } from '../../schemas.ts'
import { flash } from '../../server.ts'
import { leave } from '../../sign-in/with.ts'
import { freshProof } from '../../step-up.ts'
import { managesSignOn } from '../sign-on.ts'
import {
  DirectoryAnswers,
  directoryOf,
  FIELDS,
  ProviderAnswers,
  providerOf,
  type Shape,
  SHAPES,
  STARTING,
  valuesOf,
} from './source-answers.ts'

const shapeOf = (text: string | undefined): Shape => SHAPES.find((shape) => shape === text) ?? 'ldap'
const told = (c: Ctx) => words(c.var.lang).signOn.console

interface Shown {
  readonly form?: Form
  readonly rule?: Form
  readonly trial?: Form
  readonly steps?: readonly TrialStep[]
}

async function page(c: Ctx, source: IdentitySource | null, shape: Shape, { form, rule, trial, steps }: Shown = {}): Promise<string> {
  const { db, config } = c.var.house
  const { staff } = originsOf(config, await readSetting(db, 'installation'))
  const people = source ? new Map((await listUsers(db)).map((user) => [user.id, fullName(user)])) : new Map<string, string>()
  const rounds = source?.kind === 'ldap' ? await roundsOf(db, source.id, 8) : []
  return c.var.render('console/sign-on/source', {
    source: source && {
      id: source.id,
      name: source.name,
      isOn: source.isOn,
      hasSecret: source.secret !== '',
      people: await countPeople(db, source.id),
    },
    shape,
    form: form ?? blankForm(source ? valuesOf(source) : STARTING[shape]),
    roles: await listRoles(db),
    redirect: source ? redirectUriOf(staff, source.id) : '',
    signOutBack: `${staff}/sign-in`,
    mappings: source ? await listMappings(db, source.id) : [],
    rule: rule ?? blankForm(),
    targets: {
      role: await listRoles(db),
      department: (await departmentTree(db)).map(({ id, name }) => ({ id, name })),
      group: (await listGroups(db)).map(({ id, name }) => ({ id, name })),
    },
    trial: trial ?? blankForm(),
    steps: steps ?? null,
    rounds: rounds.map((round) => ({ ...round, missing: round.missing.split(' ').flatMap((id) => people.get(id) ?? []) })),
  })
}

const sourceAt = (c: Ctx): Promise<IdentitySource> => findSource(c.var.house.db, c.var.house.secretKey, c.req.param('id') ?? '')
const shapeFor = (source: IdentitySource): Shape => source.kind

async function keep(c: Ctx, before: IdentitySource | null, shape: Shape): Promise<Response> {
  const isProvider = shape === 'oidc'
  const answers = isProvider ? await readAnswers(c, ProviderAnswers) : await readAnswers(c, DirectoryAnswers)
  if (!answers.ok) return c.html(await page(c, before, shape, { form: answers.form }), 422)
  const { db, secretKey } = c.var.house
  let id = before?.id ?? ''
  try {
    const typed = isProvider
      ? providerOf(answers.value as z.output<typeof ProviderAnswers>, before)
      : directoryOf(answers.value as z.output<typeof DirectoryAnswers>, before)
    await db.transaction().execute(async (tx) => {
      if (before) await changeSource(tx, userAct(c), secretKey, before.id, typed)
      else id = await addSource(tx, userAct(c), secretKey, typed)
    })
  } catch (error) {
    return c.html(await page(c, before, shape, { form: formWith(c, answers.form, error, FIELDS) }), refusalStatus(error))
  }
  flash(c, 'good', told(c).source.kept)
  return c.redirect(`/console/sign-on/sources/${id}`, 303)
}

const Trial = z.object({ login: line(254).default(''), trialPassword: z.string().max(1_000, 'text.too-long').default('') })
const Rule = z.object({
  group: line(500),
  target: z
    .string('source.target-unknown')
    .regex(/^(role|department|group):\w{1,60}$/, 'source.target-unknown')
    .transform((text) => text.split(':') as ['role' | 'department' | 'group', string]),
})

export const consoleSignOnSources = createApp()
  .get('/console/sign-on/sources/new', managesSignOn, async (c) => c.html(await page(c, null, shapeOf(c.req.query('kind')))))
  .post('/console/sign-on/sources', managesSignOn, freshProof, (c) => keep(c, null, shapeOf(c.req.query('kind'))))
  .get('/console/sign-on/sources/:id', managesSignOn, async (c) => {
    const source = await sourceAt(c)
    return c.html(await page(c, source, shapeFor(source)))
  })
  .post('/console/sign-on/sources/:id', managesSignOn, freshProof, async (c) => {
    const source = await sourceAt(c)
    return keep(c, source, shapeFor(source))
  })
  .post('/console/sign-on/sources/:id/switching', managesSignOn, freshProof, async (c) => {
    const { db, secretKey } = c.var.house
    const isOn = (await c.req.parseBody())['on'] === '1'
    await db.transaction().execute((tx) => switchSource(tx, userAct(c), secretKey, c.req.param('id'), isOn))
    flash(c, 'good', isOn ? told(c).source.switchedOn : told(c).source.switchedOff)
    return c.redirect(`/console/sign-on/sources/${c.req.param('id')}`, 303)
  })
  .post('/console/sign-on/sources/:id/removal', managesSignOn, freshProof, async (c) => {
    const { db, secretKey } = c.var.house
    await db.transaction().execute((tx) => removeSource(tx, userAct(c), secretKey, c.req.param('id')))
    flash(c, 'good', told(c).source.removed)
    return c.redirect('/console/sign-on', 303)
  })
  .post('/console/sign-on/sources/:id/trial', managesSignOn, async (c) => {
    const source = await sourceAt(c)
    const answers = await readAnswers(c, Trial)
    if (!answers.ok) return c.html(await page(c, source, shapeFor(source), { trial: answers.form }), 422)
    const { login, trialPassword } = answers.value
    const steps = source.kind === 'ldap' ? await tryDirectory(c.var.house, source, login, trialPassword) : await tryProvider(source)
    await noteTrial(c.var.house.db, userAct(c), source, steps)
    return c.html(await page(c, source, shapeFor(source), { trial: answers.form, steps }))
  })
  .get('/console/sign-on/sources/:id/trial', managesSignOn, (c) =>
    leave(c, c.req.param('id'), 'trial', `/console/sign-on/sources/${c.req.param('id')}`),
  )
  .post('/console/sign-on/sources/:id/mappings', managesSignOn, freshProof, async (c) => {
    const source = await sourceAt(c)
    const answers = await readAnswers(c, Rule)
    if (!answers.ok) return c.html(await page(c, source, shapeFor(source), { rule: answers.form }), 422)
    const { group, target } = answers.value
    try {
      await c.var.house.db.transaction().execute((tx) => addMapping(tx, userAct(c), source, { group, kind: target[0], target: target[1] }))
    } catch (error) {
      const rule = formWith(c, answers.form, error, { 'source.target-unknown': 'target', source: 'group' })
      return c.html(await page(c, source, shapeFor(source), { rule }), refusalStatus(error))
    }
    flash(c, 'good', told(c).mappings.added)
    return c.redirect(`/console/sign-on/sources/${source.id}#mappings`, 303)
  })
  .post('/console/sign-on/sources/:id/mappings/:mapping/removal', managesSignOn, freshProof, async (c) => {
    const source = await sourceAt(c)
    await c.var.house.db.transaction().execute((tx) => removeMapping(tx, userAct(c), source, c.req.param('mapping')))
    flash(c, 'good', told(c).mappings.removed)
    return c.redirect(`/console/sign-on/sources/${source.id}#mappings`, 303)
  })
  .post('/console/sign-on/sources/:id/rounds', managesSignOn, async (c) => {
    const source = await sourceAt(c)
    const { db, wake } = c.var.house
    await db.transaction().execute((tx) => orderRound(tx, c.var.act.at, source.id))
    wake()
    flash(c, 'good', told(c).rounds.ordered)
    return c.redirect(`/console/sign-on/sources/${source.id}#rounds`, 303)
  })
  .post('/console/sign-on/sources/:id/rounds/:round/approval', managesSignOn, freshProof, async (c) => {
    const source = await sourceAt(c)
    await approveMissing(c.var.house.db, userAct(c), source.id, c.req.param('round'))
    c.var.house.wake()
    flash(c, 'wait', told(c).rounds.approved)
    return c.redirect(`/console/sign-on/sources/${source.id}#rounds`, 303)
  })
