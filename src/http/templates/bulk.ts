import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { deadlineOf } from '../../envelope/dispatch.ts'
import { refuseUnlessSealable } from '../../envelope/readiness.ts'
import { nameOf } from '../../envelope/telling.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { asksOf, exampleOf, headingOf } from '../../template/bulk/asking.ts'
import {
  asksOfBulk,
  beginBulk,
  type Bulk,
  checkRows,
  findBulk,
  listBulks,
  listRows,
  mapColumns,
  MOST_ROWS,
  startBulk,
  steerBulk,
  type Steering,
} from '../../template/bulk/bulk.ts'
import { progressOf, reportOf, reportTable } from '../../template/bulk/report.ts'
import { namedTemplate } from '../../template/templates.ts'
import { versionFor } from '../../template/versions.ts'
import { words } from '../../view/words.ts'
import { createsDocuments, requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { flashRefusal } from '../envelopes/refusals.ts'
import { form } from '../form.ts'
import { tick } from '../schemas.ts'
import { contentDisposition } from '../stored-file.ts'

const STEERINGS: readonly Steering[] = ['pause', 'resumption', 'cancellation', 'retries']
const SHOWN_PROBLEMS = 100
const SHOWN_PEOPLE = 8

async function startPage(c: Ctx, templateId: string, file: Form): Promise<string> {
  const { db } = c.var.house
  const user = requireUser(c)
  const { template, version } = await versionFor(db, user, templateId)
  const asks = await asksOf(db, version.envelopeId)
  return c.var.render('templates/bulk/new', {
    template: { id: template.id, name: template.name },
    columns: asks.map((ask) => headingOf(ask, c.var.lang)),
    form: file,
    most: MOST_ROWS,
    bulks: await Promise.all(
      (await listBulks(db, user, templateId)).map(async ({ id, fileName, status, createdAt }) => ({
        id,
        fileName,
        status,
        createdAt,
        rows: (await listRows(db, id)).length,
      })),
    ),
  })
}

async function checkPage(c: Ctx, bulk: Bulk, refused: string | null = null): Promise<string> {
  const { db, keys } = c.var.house
  const { template } = await versionFor(db, requireUser(c), bulk.templateId, bulk.templateVersion)
  const asks = await asksOfBulk(db, bulk)
  const checked = await checkRows(db, requireUser(c), bulk)
  const good = checked.filter(({ problems }) => !problems.length)
  const bad = checked.filter(({ problems }) => problems.length)
  const addressOf = ({ read }: (typeof good)[number]): string => read.people.map(({ person }) => nameOf(person)).join(', ')
  const [first] = good
  return c.var.render('templates/bulk/checking', {
    template: { id: template.id, name: template.name, version: bulk.templateVersion },
    bulk: { id: bulk.id, fileName: bulk.fileName },
    columns: bulk.columns,
    asks: asks.map((ask) => ({ key: ask.key, heading: headingOf(ask, c.var.lang), column: bulk.mapping[ask.key] ?? -1 })),
    good: good.length,
    bad: bad.length,
    problems: bad.slice(0, SHOWN_PROBLEMS).map(({ line, problems }) => ({
      line,
      sentences: problems.map((problem) => refusalSentence(c.var.lang, problem)),
    })),
    people: good.slice(0, SHOWN_PEOPLE).map(addressOf),
    sample: first
      ? {
          people: first.read.people.map(({ role, person }) => ({
            role: role.roleName ?? '',
            name: nameOf(person),
            address: (role.channel === 'sms' ? person.phone : person.email) ?? '',
            language: person.language,
          })),
          values: [...new Map(first.read.values.map(({ field, value }) => [field.label, value]))].map(([label, value]) => ({
            label,
            value,
          })),
        }
      : null,
    cannot: await orReason(c, () => refuseUnlessSealable({ db, keys }, c.var.act.at, deadlineOf({ deadline: null }, c.var.act.at))),
    refused,
  })
}

async function orReason(c: Ctx, work: () => Promise<void>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refusalSentence(c.var.lang, error)
  }
}

async function progressView(c: Ctx, bulk: Bulk) {
  const { db, keys } = c.var.house
  const rows = await reportOf(db, bulk)
  return {
    bulk: { id: bulk.id, fileName: bulk.fileName, status: bulk.status, startedAt: bulk.startedAt, endedAt: bulk.endedAt },
    progress: progressOf(rows),
    rows: rows.map(({ problem, ...row }) => ({ ...row, told: problem ? refusalSentence(c.var.lang, problem) : '' })),
    cannot:
      bulk.status === 'running'
        ? await orReason(c, () => refuseUnlessSealable({ db, keys }, c.var.act.at, deadlineOf({ deadline: null }, c.var.act.at)))
        : null,
  }
}
export type BulkProgress = Awaited<ReturnType<typeof progressView>>

async function bulkPage(c: Ctx, bulk: Bulk): Promise<string> {
  if (bulk.status === 'checking') return checkPage(c, bulk)
  return c.var.render('templates/bulk/show', {
    template: await namedTemplate(c.var.house.db, bulk.templateId),
    view: await progressView(c, bulk),
  })
}

export const templateBulk = createApp()
  .get('/templates/:id/bulk', createsDocuments, async (c) => c.html(await startPage(c, c.req.param('id'), blankForm())))
  .get('/templates/:id/bulk/example.csv', createsDocuments, async (c) => {
    const { template, version } = await versionFor(c.var.house.db, requireUser(c), c.req.param('id'))
    const asks = await asksOf(c.var.house.db, version.envelopeId)
    return table(c, exampleOf(asks, c.var.lang), template.name)
  })
  .post('/templates/:id/bulk', createsDocuments, async (c) => {
    const id = c.req.param('id')
    const file = (await c.req.parseBody())['table']
    try {
      if (!(file instanceof File) || !file.size) throw new Refusal('invalid', 'bulk.file-missing')
      const bytes = new Uint8Array(await file.arrayBuffer())
      const bulk = await startBulk(c.var.house.db, userAct(c), requireUser(c), id, { name: file.name, bytes })
      return c.redirect(`/bulk/${bulk.id}`, 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'not_found' || error.code === 'forbidden') throw error
      const told = { values: {}, errors: { table: refusalSentence(c.var.lang, error) } }
      return c.html(await startPage(c, id, told), refusalStatus(error))
    }
  })
  .get('/bulk/:id', signedIn, async (c) => c.html(await bulkPage(c, await findBulk(c.var.house.db, requireUser(c), c.req.param('id')))))
  .get('/bulk/:id/progress', signedIn, async (c) => {
    const bulk = await findBulk(c.var.house.db, requireUser(c), c.req.param('id'))
    return c.html(await c.var.render('templates/bulk/_progress', { view: await progressView(c, bulk) }))
  })
  .get('/bulk/:id/report.csv', signedIn, async (c) => {
    const { db, config } = c.var.house
    const bulk = await findBulk(db, requireUser(c), c.req.param('id'))
    const w = words(c.var.lang).bulk
    const { staff } = originsOf(config, await readSetting(db, 'installation'))
    const rows = reportTable(await reportOf(db, bulk), [w.line, w.who, w.to, w.state, w.reason, w.envelope], {
      state: (state) => w.states[state],
      problem: (problem) => refusalSentence(c.var.lang, problem),
      link: (id) => `${staff}/envelopes/${id}`,
    })
    return table(c, rows, bulk.fileName.replace(/\.\w+$/, ''))
  })
  .post('/bulk/:id/mapping', signedIn, async (c) => {
    const id = c.req.param('id')
    const body = await c.req.parseBody()
    const mapping: Record<string, number> = {}
    for (const [name, value] of Object.entries(body))
      if (name.startsWith('ask ') && typeof value === 'string' && /^\d{1,3}$/.test(value)) mapping[name.slice(4)] = Number(value)
    try {
      await mapColumns(c.var.house.db, requireUser(c), id, mapping)
    } catch (error) {
      flashRefusal(c, error)
    }
    return c.redirect(`/bulk/${id}`, 303)
  })
  .post('/bulk/:id/dispatch', signedIn, form(z.object({ onlyGood: tick })), async (c) => {
    const id = c.req.param('id')
    try {
      await beginBulk(c.var.house, userAct(c), requireUser(c), id, c.req.valid('form').onlyGood)
    } catch (error) {
      const status = refusalStatus(error)
      if (!(error instanceof Refusal) || error.code === 'not_found') throw error
      const bulk = await findBulk(c.var.house.db, requireUser(c), id)
      if (bulk.status !== 'checking') throw error
      return c.html(await checkPage(c, bulk, refusalSentence(c.var.lang, error)), status)
    }
    return c.redirect(`/bulk/${id}`, 303)
  })
  .post('/bulk/:id/:steering{pause|resumption|cancellation|retries}', signedIn, async (c) => {
    const { id, steering } = c.req.param()
    try {
      await steerBulk(
        c.var.house,
        userAct(c),
        requireUser(c),
        id,
        STEERINGS.find((one) => one === steering)!,
      )
    } catch (error) {
      flashRefusal(c, error)
    }
    return c.redirect(`/bulk/${id}`, 303)
  })

const table = (c: Ctx, text: string, name: string): Response =>
  c.body(text, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': contentDisposition('attachment', `${name || 'table'}.csv`),
  })
