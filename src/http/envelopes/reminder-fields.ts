import { z } from 'zod'
import { type Reminders, remindersOf } from '../../envelope/drafting.ts'
import type { Envelope } from '../../envelope/envelope.ts'
import { tick, wholeNumber } from '../schemas.ts'

/** How often whoever is silent is reminded, as fields of a form. */
export const ReminderFields = z.object({
  remind: tick,
  firstAfterDays: wholeNumber(0, 365).optional(),
  everyDays: wholeNumber(1, 365).optional(),
  most: wholeNumber(1, 10).optional(),
  workingDays: tick,
})

export function reminderValues(envelope: Pick<Envelope, 'reminders'>, usual: number): Record<string, string> {
  const { firstAfterDays, everyDays, most, workingDays } = remindersOf(envelope)
  return {
    remind: most ? '1' : '',
    firstAfterDays: String(firstAfterDays),
    everyDays: String(everyDays),
    most: String(most || usual),
    workingDays: workingDays ? '1' : '',
  }
}

/** What a field does not have stays as it was. */
export function readReminders({ remind, workingDays, ...days }: z.output<typeof ReminderFields>, before: Reminders): Reminders {
  return {
    firstAfterDays: days.firstAfterDays ?? before.firstAfterDays,
    everyDays: days.everyDays ?? before.everyDays,
    most: remind ? (days.most ?? before.most) : 0,
    ...(workingDays ? { workingDays } : {}),
  }
}
