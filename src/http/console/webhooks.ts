import { z } from 'zod'
import type { Instant } from '../../base/instant.ts'
import { countDeliveries, type DeliveryKey, listDeliveries, sendAgain } from '../../integration/webhooks/deliveries.ts'
import { EVENT_NAMES } from '../../integration/webhooks/events.ts'
import {
  addTarget,
  changeTarget,
  findTarget,
  listTargets,
  pauseTarget,
  removeTarget,
  renewSecret,
  resumeTarget,
  type Target,
  type TargetDetails,
} from '../../integration/webhooks/targets.ts'
import { tryTarget } from '../../integration/webhooks/telling.ts'
import { fill, words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { lineNeeded, tick } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const STATUSES = ['waiting', 'taken', 'failed', 'dropped'] as const

const Details = z
  .looseObject({
    name: lineNeeded('webhook.name-missing', 60),
    url: z.string('webhook.address-invalid').trim().min(1, 'webhook.address-invalid').max(500, 'webhook.address-invalid'),
    namesPeople: tick,
  })
  .transform(({ name, url, namesPeople, ...rest }): TargetDetails => ({
    name,
    url,
    namesPeople,
    events: EVENT_NAMES.filter((event) => rest[event] === '1'),
  }))

const FIELDS = { 'webhook.address-invalid': 'url', 'webhook.not-https': 'url', 'webhook.private': 'url', 'webhook.too-many': 'name' }

const Query = z.object({ status: z.enum(STATUSES).nullable().catch(null), after: z.string().max(80).catch('') })

const valuesOf = ({ name, url, namesPeople, events }: Target): Record<string, string> => ({
  name,
  url,
  ...(namesPeople ? { namesPeople: '1' } : {}),
  ...Object.fromEntries(events.map((event) => [event, '1'])),
})

const keyIn = (text: string): DeliveryKey | null => {
  const [happenedAt, id] = text.split('~')
  return happenedAt && id ? { happenedAt: happenedAt as Instant, id } : null
}

async function index(c: Ctx): Promise<string> {
  const { db } = c.var.house
  const counts = await countDeliveries(db)
  const none = { waiting: 0, failed: 0, lastTakenAt: null }
  return c.var.render('console/webhooks/index', {
    targets: (await listTargets(db)).map((target) => ({ ...target, ...(counts.get(target.id) ?? none) })),
  })
}

async function show(c: Ctx, target: Target, form: Form = blankForm(valuesOf(target)), secret = ''): Promise<string> {
  const { status, after } = Query.parse({ status: c.req.query('status') ?? null, after: c.req.query('after') ?? '' })
  const { deliveries, next } = await listDeliveries(c.var.house.db, target.id, { status, after: keyIn(after) })
  return c.var.render('console/webhooks/show', {
    target,
    form,
    secret,
    events: EVENT_NAMES,
    deliveries,
    statuses: STATUSES,
    status,
    next: next && `${next.happenedAt}~${next.id}`,
  })
}

const blank = (c: Ctx, form: Form): Promise<string> => c.var.render('console/webhooks/new', { form, events: EVENT_NAMES })
const targetOf = (c: Ctx): Promise<Target> => findTarget(c.var.house.db, c.req.param('id') ?? '', 'not_found')
const back = (c: Ctx, id: string): Response => c.redirect(`/console/webhooks/${id}`, 303)

export const consoleWebhooks = createApp()
  .get('/console/webhooks', managesSettings, async (c) => c.html(await index(c)))
  .get('/console/webhooks/new', managesSettings, async (c) => c.html(await blank(c, blankForm())))
  .post('/console/webhooks', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Details)
    if (!answers.ok) return c.html(await blank(c, answers.form), 422)
    try {
      const { id, secret } = await addTarget(c.var.house, userAct(c), answers.value)
      // Shown this once: no redirect could bring it back.
      return c.html(await show(c, await findTarget(c.var.house.db, id), undefined, secret))
    } catch (error) {
      return c.html(await blank(c, formWith(c, answers.form, error, FIELDS)), 422)
    }
  })
  .get('/console/webhooks/:id', managesSettings, async (c) => c.html(await show(c, await targetOf(c))))
  .post('/console/webhooks/:id', managesSettings, freshProof, async (c) => {
    const target = await targetOf(c)
    const answers = await readAnswers(c, Details)
    if (!answers.ok) return c.html(await show(c, target, answers.form), 422)
    try {
      await changeTarget(c.var.house, userAct(c), target.id, answers.value)
    } catch (error) {
      return c.html(await show(c, target, formWith(c, answers.form, error, FIELDS)), 422)
    }
    flash(c, 'good', words(c.var.lang).webhooks.saved)
    return back(c, target.id)
  })
  .post('/console/webhooks/:id/key', managesSettings, freshProof, async (c) => {
    const target = await targetOf(c)
    return c.html(await show(c, target, undefined, await renewSecret(c.var.house, userAct(c), target.id)))
  })
  .post('/console/webhooks/:id/trial', managesSettings, async (c) => {
    const { id, name } = await targetOf(c)
    const outcome = await tryTarget(c.var.house, id)
    const w = words(c.var.lang).webhooks
    const isTaken = outcome.kind === 'taken'
    flash(c, isTaken ? 'good' : 'stop', fill(isTaken ? w.trialTaken : w.trialNot, { name, answer: outcome.detail }))
    return back(c, id)
  })
  .post('/console/webhooks/:id/pause', managesSettings, async (c) => {
    const { id } = await targetOf(c)
    await pauseTarget(c.var.house.db, userAct(c), id)
    flash(c, 'wait', words(c.var.lang).webhooks.nowPaused)
    return back(c, id)
  })
  .post('/console/webhooks/:id/resumption', managesSettings, async (c) => {
    const { id } = await targetOf(c)
    await resumeTarget(c.var.house.db, userAct(c), id)
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).webhooks.resumed)
    return back(c, id)
  })
  .post('/console/webhooks/:id/deliveries/:delivery', managesSettings, async (c) => {
    const { id } = await targetOf(c)
    await sendAgain(c.var.house.db, userAct(c), id, c.req.param('delivery'))
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).webhooks.toldAgain)
    return back(c, id)
  })
  .post('/console/webhooks/:id/removal', managesSettings, freshProof, async (c) => {
    const { id, name } = await targetOf(c)
    await removeTarget(c.var.house.db, userAct(c), id)
    flash(c, 'good', fill(words(c.var.lang).webhooks.removed, { name }))
    return c.redirect('/console/webhooks', 303)
  })
