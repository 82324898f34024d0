import { z } from 'zod'
import type { Instant } from '../../base/instant.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { changeLink, findLink, type Link, linkToken, liveLink, MOST_CAPACITY, onlyRole, openLink } from '../../template/visitors/links.ts'
import { listUses } from '../../template/visitors/requests.ts'
import { namedTemplate } from '../../template/templates.ts'
import { versionFor } from '../../template/versions.ts'
import { qrPicture } from '../../view/qr.ts'
import { words } from '../../view/words.ts'
import { createsDocuments, requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { deadlineValues, readDeadline } from '../envelopes/deadline-fields.ts'
import { refusalStatus } from '../errors.ts'
import { wholeNumber } from '../schemas.ts'
import { flash } from '../server.ts'

const Limits = z.object({
  capacity: z.union([z.literal('').transform(() => null), wholeNumber(1, MOST_CAPACITY)], 'number.invalid').default(null),
  deadlineDay: z.string().max(10, 'text.too-long').default(''),
  deadlineTime: z.string().max(8, 'text.too-long').default(''),
})
const REASONS = { 'link.end-passed': 'deadlineDay', 'envelope.deadline-unreadable': 'deadlineDay', 'link.not-one-role': 'capacity' }

async function readLimits(c: Ctx, limits: z.output<typeof Limits>): Promise<{ capacity: number | null; endsAt: Instant | null }> {
  return { capacity: limits.capacity, endsAt: await readDeadline(c, limits) }
}

async function newPage(c: Ctx, templateId: string, form: Form): Promise<string> {
  const { template, version } = await versionFor(c.var.house.db, requireUser(c), templateId)
  const fits = (await onlyRole(c.var.house.db, version.envelopeId)) !== null
  return c.var.render('visitors/new', { template: { id: template.id, name: template.name }, fits, form })
}

async function linkPage(c: Ctx, link: Link, form?: Form): Promise<string> {
  const { db, config, secretKey } = c.var.house
  const { public: origin } = originsOf(config, await readSetting(db, 'installation'))
  const address = `${origin}/s/open/${linkToken(secretKey, link)}`
  const at = c.var.act.at
  return c.var.render('visitors/show', {
    template: await namedTemplate(db, link.templateId),
    link: {
      id: link.id,
      address,
      qr: qrPicture(address),
      uses: link.uses,
      capacity: link.capacity,
      endsAt: link.endsAt,
      state: link.switchedOffAt
        ? 'off'
        : link.endsAt && link.endsAt <= at
          ? 'over'
          : link.capacity !== null && link.uses >= link.capacity
            ? 'full'
            : (await liveLink(db, link, at))
              ? 'on'
              : 'resting',
    },
    uses: (await listUses(db, link.id)).map(({ id, status, firstName, lastName, provenAt }) => ({
      id,
      name: `${firstName} ${lastName}`.trim(),
      at: provenAt!,
      state: status === 'draft' ? ('came-back' as const) : (status as 'sent'),
    })),
    form: form ?? blankForm({ capacity: link.capacity === null ? '' : String(link.capacity), ...(await deadlineValues(c, link.endsAt)) }),
  })
}

export const selfServiceLinks = createApp()
  .get('/templates/:id/links/new', createsDocuments, async (c) => c.html(await newPage(c, c.req.param('id'), blankForm())))
  .post('/templates/:id/links', createsDocuments, async (c) => {
    const id = c.req.param('id')
    const answers = await readAnswers(c, Limits)
    if (!answers.ok) return c.html(await newPage(c, id, answers.form), 422)
    try {
      const link = await openLink(c.var.house.db, userAct(c), requireUser(c), id, await readLimits(c, answers.value))
      flash(c, 'good', words(c.var.lang).selfService.opened)
      return c.redirect(`/links/${link.id}`, 303)
    } catch (error) {
      return c.html(await newPage(c, id, formWith(c, answers.form, error, REASONS)), refusalStatus(error))
    }
  })
  .get('/links/:id', signedIn, async (c) => c.html(await linkPage(c, await findLink(c.var.house.db, requireUser(c), c.req.param('id')))))
  .post('/links/:id', signedIn, async (c) => {
    const link = await findLink(c.var.house.db, requireUser(c), c.req.param('id'))
    const answers = await readAnswers(c, Limits)
    if (!answers.ok) return c.html(await linkPage(c, link, answers.form), 422)
    try {
      await changeLink(c.var.house.db, userAct(c), requireUser(c), link.id, await readLimits(c, answers.value))
    } catch (error) {
      return c.html(await linkPage(c, link, formWith(c, answers.form, error, REASONS)), refusalStatus(error))
    }
    return back(c, link.id, words(c.var.lang).selfService.saved)
  })
  .post('/links/:id/stop', signedIn, (c) => change(c, c.req.param('id'), { isOn: false }))
  .post('/links/:id/stop/removal', signedIn, (c) => change(c, c.req.param('id'), { isOn: true }))
  .post('/links/:id/renewal', signedIn, (c) => change(c, c.req.param('id'), { renew: true }))

async function change(c: Ctx, id: string, what: Parameters<typeof changeLink>[4]): Promise<Response> {
  await changeLink(c.var.house.db, userAct(c), requireUser(c), id, what)
  const w = words(c.var.lang).selfService
  return back(c, id, what.renew ? w.renewed : w.saved)
}

function back(c: Ctx, id: string, told: string): Response {
  flash(c, 'good', told)
  return c.redirect(`/links/${id}`, 303)
}
