import { retryMessage } from '../../../mail/outbox.ts'
import { words } from '../../../view/words.ts'
import { managesSettings, userAct } from '../../access.ts'
import { createApp } from '../../env.ts'
import { flash } from '../../server.ts'

export const consoleOutboxRetry = createApp().post('/console/outbox/:id/retry', managesSettings, async (c) => {
  const { db, wake } = c.var.house
  await db.transaction().execute((tx) => retryMessage(tx, userAct(c), c.req.param('id')))
  wake()
  flash(c, 'good', words(c.var.lang).console.outbox.retried)
  return c.redirect('/console/outbox?status=failed', 303)
})
