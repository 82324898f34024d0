import { z } from 'zod'
import { trailOf } from '../audit/trail.ts'
import { append } from '../audit/trail.ts'
import type { Instant } from '../base/instant.ts'
import { findVaultEntry, searchVault } from '../vault/register.ts'
import { createApp } from './env.ts'
import { requireUser, signedIn } from './access.ts'
import { timelineOf } from '../envelope/timeline.ts'

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .nullable()
  .catch(null)
const Query = z.object({ search: z.string().trim().max(200).catch(''), from: day, to: day, after: z.string().max(80).catch('') })

export const vault = createApp()
  .get('/vault', signedIn, async (c) => {
    const raw = Query.parse({
      search: c.req.query('search') ?? '',
      from: c.req.query('from') || null,
      to: c.req.query('to') || null,
      after: c.req.query('after') ?? '',
    })
    const [completedAt, id] = raw.after.split('~')
    const after = completedAt && id ? { completedAt: completedAt as Instant, id } : null
    const { entries, next } = await searchVault(c.var.house.db, requireUser(c), { ...raw, after })
    return c.html(await c.var.render('vault/index', { entries, query: raw, next: next ? `${next.completedAt}~${next.id}` : null }))
  })
  .get('/vault/:id', signedIn, async (c) => {
    const { db } = c.var.house
    const entry = await findVaultEntry(db, requireUser(c), c.req.param('id'))
    await db.transaction().execute((tx) => append(tx, c.var.act, { type: 'vault.viewed', envelopeId: entry.id }))
    const pages = await db.selectFrom('document').select(['id', 'pages']).where('envelopeId', '=', entry.id).execute()
    const entries = await trailOf(db, entry.id)
    return c.html(
      await c.var.render('vault/show', {
        entry,
        events: entries.length,
        timeline: await timelineOf(db, c.var.lang, entry.id),
        pages: Object.fromEntries(pages.map((row) => [row.id, (JSON.parse(row.pages) as unknown[]).length])),
      }),
    )
  })
