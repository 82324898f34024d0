import { z } from 'zod'
import type { Actor } from '../../audit/act.ts'
import { EVENT_TYPES } from '../../audit/event.ts'
import { searchTrail } from '../../audit/search.ts'
import { sentence } from '../../audit/sentence.ts'
import { DAY, instant, later } from '../../base/instant.ts'
import { namesOf } from '../../upkeep/names.ts'
import { words } from '../../view/words.ts'
import { administrator } from '../access.ts'
import { createApp } from '../env.ts'

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .optional()
  .catch(undefined)
const Query = z.object({
  type: z.enum(EVENT_TYPES).optional().catch(undefined),
  envelope: z.string().trim().max(60).optional().catch(undefined),
  from: day,
  to: day,
  before: z.coerce.number().int().positive().optional().catch(undefined),
})

export const consoleAudit = createApp().get('/console/audit', administrator, async (c) => {
  const query = Query.parse(c.req.query())
  const { db } = c.var.house
  const { entries, next } = await searchTrail(db, {
    type: query.type,
    envelopeId: query.envelope || undefined,
    before: query.before,
    from: query.from ? instant(query.from) : undefined,
    to: query.to ? later(instant(query.to), DAY) : undefined,
  })
  const names = await namesOf(
    db,
    entries.map(({ actor }) => actor),
  )
  const { events, console } = words(c.var.lang)
  const nameOf = (actor: Actor): string => ('id' in actor ? (names.get(actor.id) ?? actor.id) : console.audit.actors[actor.kind])
  return c.html(
    await c.var.render('console/audit', {
      entries: entries.map((entry) => ({
        seq: entry.seq,
        at: entry.at,
        who: nameOf(entry.actor),
        what: sentence(c.var.lang, entry),
        type: entry.type,
        envelopeId: entry.envelopeId,
        ip: entry.clear['ip'] ?? null,
      })),
      query: { type: query.type ?? '', envelope: query.envelope ?? '', from: query.from ?? '', to: query.to ?? '' },
      types: EVENT_TYPES.map((type) => ({ type, told: events[type].replaceAll(/\{\w+\}/g, '…') })),
      next,
    }),
  )
})
