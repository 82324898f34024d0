import { z } from 'zod'
import { isChannelConfigured } from '../../mail/channel.ts'
import { canOpen } from '../../mail/opening.ts'
import { countMessages, listMessages, OUTBOX_GROUPS, outboxGroupOf } from '../../mail/outbox.ts'
import { namesOf } from '../../upkeep/names.ts'
import { managesSettings } from '../access.ts'
import { createApp } from '../env.ts'

const Query = z.object({
  status: z
    .enum(['all', ...OUTBOX_GROUPS])
    .default('waiting')
    .catch('waiting'),
  page: z.coerce.number().int().min(1).max(100_000).catch(1),
})

export const consoleOutbox = createApp().get('/console/outbox', managesSettings, async (c) => {
  const { db } = c.var.house
  const { status, page } = Query.parse(c.req.query())
  const [{ lines, more }, counts, email, sms] = await Promise.all([
    listMessages(db, { group: status === 'all' ? undefined : status, page }),
    countMessages(db),
    isChannelConfigured(db, 'email'),
    isChannelConfigured(db, 'sms'),
  ])
  const openers = await namesOf(
    db,
    lines.flatMap(({ openedBy }) => (openedBy ? [{ kind: 'user' as const, id: openedBy }] : [])),
  )
  return c.html(
    await c.var.render('console/outbox/index', {
      status,
      counts: { ...counts, all: OUTBOX_GROUPS.reduce((sum, group) => sum + counts[group], 0) },
      channels: { email, sms },
      messages: lines.map((line) => ({
        ...line,
        group: outboxGroupOf(line),
        openedByName: line.openedBy ? (openers.get(line.openedBy) ?? null) : null,
        isOpenable: canOpen(line, line.channel === 'email' ? email : sms),
      })),
      pageNumber: page,
      more,
    }),
  )
})
