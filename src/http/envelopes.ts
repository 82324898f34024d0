import { z } from 'zod'
import type { Instant } from '../base/instant.ts'
import { listKnownPeople } from '../envelope/choosing.ts'
import { openEmptyDraft } from '../envelope/drafting.ts'
import { findEnvelopeFor } from '../envelope/envelope.ts'
import { countEnvelopes, GROUPS, listEnvelopes } from '../envelope/list.ts'
import { requireUser, signedIn, userAct } from './access.ts'
import { createApp } from './env.ts'
import { envelopePage } from './envelopes/page.ts'

const Query = z.object({
  group: z.enum(GROUPS).catch('all'),
  search: z.string().trim().max(200).catch(''),
  after: z.string().max(80).catch(''),
})

export const envelopes = createApp()
  .get('/envelopes', signedIn, async (c) => {
    const { db } = c.var.house
    const user = requireUser(c)
    const { group, search, after } = Query.parse(c.req.query())
    const [updatedAt, id] = after.split('~')
    const { entries, next } = await listEnvelopes(db, user, {
      group,
      search,
      after: updatedAt && id ? { updatedAt: updatedAt as Instant, id } : null,
    })
    const counts = await countEnvelopes(db, user)
    return c.html(
      await c.var.render('envelopes/index', {
        entries,
        groups: GROUPS,
        counts,
        query: { group, search },
        next: next ? `${next.updatedAt}~${next.id}` : null,
      }),
    )
  })
  .post('/envelopes', signedIn, async (c) => {
    const { id } = await openEmptyDraft(c.var.house.db, userAct(c), requireUser(c), c.var.lang)
    return c.redirect(`/envelopes/${id}/draft`, 303)
  })
  .get('/envelopes/people', signedIn, async (c) =>
    c.json({ people: await listKnownPeople(c.var.house.db, requireUser(c), (c.req.query('search') ?? '').slice(0, 200), 20) }),
  )
  .get('/envelopes/:id', signedIn, async (c) => {
    const envelope = await findEnvelopeFor(c.var.house.db, requireUser(c), c.req.param('id'))
    if (envelope.status === 'draft') return c.redirect(`/envelopes/${envelope.id}/draft`, 303)
    return c.html(await envelopePage(c, envelope, { correct: c.req.query('correct') ?? null }))
  })
  /** For the page that waits until it is sent or sealed. */
  .get('/envelopes/:id/status', signedIn, async (c) => {
    const { status } = await findEnvelopeFor(c.var.house.db, requireUser(c), c.req.param('id'))
    return c.json({ status })
  })
