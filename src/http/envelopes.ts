import { z } from 'zod'
import type { Instant } from '../base/instant.ts'
import { addressOfView, listViews } from '../board/saved-views.ts'
import { listKnownPeople } from '../envelope/choosing.ts'
import { openEmptyDraft } from '../envelope/drafting.ts'
import { findEnvelopeFor, mayWith } from '../envelope/envelope.ts'
import { countEnvelopes, GROUPS, listEnvelopes } from '../envelope/list.ts'
import { createsDocuments, preparesDocuments, requireUser, signedIn, userAct, viewsDocuments } from './access.ts'
import { createApp } from './env.ts'
import { filterView, readFilters } from './envelopes/filters.ts'
import { envelopePage } from './envelopes/page.ts'
import { savedViewsFor } from './envelopes/saved-views.ts'

const Query = z.object({
  group: z.enum(GROUPS).catch('all'),
  after: z.string().max(80).catch(''),
})

export const envelopes = createApp()
  .get('/envelopes', viewsDocuments, async (c) => {
    const { db } = c.var.house
    const user = requireUser(c)
    const opening = Object.keys(c.req.query()).length ? undefined : (await listViews(db, user.id)).find((view) => view.isDefault)
    if (opening) return c.redirect(addressOfView(opening), 303)
    const { group, after } = Query.parse(c.req.query())
    const read = await readFilters(c)
    const [updatedAt, id] = after.split('~')
    const { entries, next } = await listEnvelopes(
      db,
      user,
      { group, filters: read.filters, after: updatedAt && id ? { updatedAt: updatedAt as Instant, id } : null },
      c.var.act.at,
    )
    const query = [group === 'all' ? '' : `group=${group}`, read.query].filter(Boolean).join('&')
    const counts = await countEnvelopes(db, user)
    return c.html(
      await c.var.render('envelopes/index', {
        entries,
        groups: GROUPS,
        counts,
        group,
        filters: await filterView(c, read),
        views: await savedViewsFor(c, 'list', query),
        next: next ? `${next.updatedAt}~${next.id}` : null,
      }),
    )
  })
  .post('/envelopes', createsDocuments, async (c) => {
    const { id } = await openEmptyDraft(c.var.house.db, userAct(c), requireUser(c), c.var.lang)
    return c.redirect(`/envelopes/${id}/draft`, 303)
  })
  .get('/envelopes/people', preparesDocuments, async (c) =>
    c.json({ people: await listKnownPeople(c.var.house.db, requireUser(c), (c.req.query('search') ?? '').slice(0, 200), 20) }),
  )
  .get('/envelopes/:id', signedIn, async (c) => {
    const envelope = await findEnvelopeFor(c.var.house.db, requireUser(c), c.req.param('id'))
    const { db } = c.var.house
    if (envelope.status === 'draft' && (await mayWith(db, requireUser(c), envelope.id, 'edit')))
      return c.redirect(`/envelopes/${envelope.id}/draft`, 303)
    return c.html(await envelopePage(c, envelope, { correct: c.req.query('correct') ?? null }))
  })
  /** For the page that waits until it is sent or sealed. */
  .get('/envelopes/:id/status', signedIn, async (c) => {
    const { status } = await findEnvelopeFor(c.var.house.db, requireUser(c), c.req.param('id'))
    return c.json({ status })
  })
