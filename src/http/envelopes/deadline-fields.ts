import { z } from 'zod'
import type { Instant } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { readSetting } from '../../setting/setting.ts'
import { instantAt, localTime } from '../../view/local-time.ts'
import type { Ctx } from '../env.ts'

/** A deadline as two fields of a form, in the time zone of the house. */
export const DeadlineFields = z.object({
  deadlineDay: z.string('text.missing').max(10, 'text.too-long'),
  deadlineTime: z.string('text.missing').max(8, 'text.too-long').default(''),
})

const END_OF_DAY = '23:59'

export async function deadlineValues(c: Ctx, deadline: Instant | null): Promise<Record<string, string>> {
  if (!deadline) return { deadlineDay: '', deadlineTime: '' }
  const { timeZone } = await readSetting(c.var.house.db, 'installation')
  const { day, time } = localTime(deadline, timeZone)
  return { deadlineDay: day, deadlineTime: time }
}

/** Null where no day is given; without a time, the end of that day. */
export async function readDeadline(c: Ctx, fields: z.output<typeof DeadlineFields>): Promise<Instant | null> {
  if (!fields.deadlineDay) return null
  const { timeZone } = await readSetting(c.var.house.db, 'installation')
  const at = instantAt({ day: fields.deadlineDay, time: fields.deadlineTime.slice(0, 5) || END_OF_DAY }, timeZone)
  if (!at) throw new Refusal('invalid', 'envelope.deadline-unreadable')
  return at
}
