import { z } from 'zod'
import type { Instant } from '../base/instant.ts'
import { mayHold } from '../access/roles.ts'
import { attachedBy } from '../envelope/attachments.ts'
import { viewInVault } from '../vault/download.ts'
import { historyOf } from '../vault/history.ts'
import { searchVault } from '../vault/register.ts'
import { standingHold } from '../vault/legal-hold.ts'
import { standingOf } from '../vault/standing.ts'
import { requireUser, signedIn } from './access.ts'
import { createApp } from './env.ts'

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .nullable()
  .catch(null)
const Query = z.object({ search: z.string().trim().max(200).catch(''), from: day, to: day, after: z.string().max(80).catch('') })

export const vault = createApp()
  .get('/vault', signedIn, async (c) => {
    const query = Query.parse({
      search: c.req.query('search') ?? '',
      from: c.req.query('from') || null,
      to: c.req.query('to') || null,
      after: c.req.query('after') ?? '',
    })
    const [completedAt, id] = query.after.split('~')
    const after = completedAt && id ? { completedAt: completedAt as Instant, id } : null
    const { entries, next } = await searchVault(c.var.house.db, requireUser(c), { ...query, after })
    return c.html(await c.var.render('vault/index', { entries, query, next: next ? `${next.completedAt}~${next.id}` : null }))
  })
  .get('/vault/:id', signedIn, async (c) => {
    const { db } = c.var.house
    const entry = await viewInVault(db, c.var.act, requireUser(c), c.req.param('id'))
    const standing = await standingOf(db, requireUser(c), entry)
    const hold = { standing: await standingHold(db, entry.id), mayHold: mayHold(requireUser(c)) }
    const timeline = await historyOf(db, c.var.lang, entry.id)
    const attachments = await attachedBy(db, entry.id)
    return c.html(await c.var.render('vault/show', { entry, standing, hold, attachments, timeline }))
  })
