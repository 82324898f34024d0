import type { Instant } from '../base/instant.ts'
import { listNotifications, type Place, readAll, readNotification } from '../notification/reading.ts'
import { toldIn } from '../notification/telling.ts'
import { words } from '../view/words.ts'
import { ownAddress, requireUser, signedIn } from './access.ts'
import { createApp } from './env.ts'
import { flash } from './server.ts'

/** What somebody is told of their documents. Each leads to its document and is read by that. */
export const notifications = createApp()
  .get('/notifications', signedIn, async (c) => {
    const { entries, next } = await listNotifications(c.var.house.db, requireUser(c).id, placeIn(c.req.query('after')))
    return c.html(
      await c.var.render('notifications/index', {
        entries: entries.map((entry) => ({ ...entry, told: toldIn(c.var.lang, entry) })),
        newest: entries[0]?.at ?? c.var.act.at,
        hasUnread: entries.some(({ isRead }) => !isRead),
        next: next && `${next.at}_${next.id}`,
      }),
    )
  })
  .post('/notifications/:id{ntf_\\w+}/reading', signedIn, async (c) => {
    const { envelopeId, params } = await readNotification(c.var.house.db, c.var.act.at, requireUser(c).id, c.req.param('id'))
    const path = typeof params['path'] === 'string' ? params['path'] : '/notifications'
    return c.redirect(envelopeId ? `/envelopes/${envelopeId}` : ownAddress(path, '/notifications'), 303)
  })
  .post('/notifications/reading', signedIn, async (c) => {
    const { until } = await c.req.parseBody()
    await readAll(c.var.house.db, c.var.act.at, requireUser(c).id, momentIn(until) ?? c.var.act.at)
    flash(c, 'good', words(c.var.lang).notifications.allRead)
    return c.redirect('/notifications', 303)
  })

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const momentIn = (text: unknown): Instant | null => (typeof text === 'string' && MOMENT.test(text) ? (text as Instant) : null)

function placeIn(text: string | undefined): Place | null {
  const [at, ...id] = (text ?? '').split('_')
  const moment = momentIn(at)
  return moment && id.length ? { at: moment, id: id.join('_') } : null
}
