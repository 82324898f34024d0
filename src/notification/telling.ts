import type { Language } from '../db/database.ts'
import { fill, words } from '../view/words.ts'
import type { Notification } from './reading.ts'

/** What happened, in one sentence without the document's title, which stands beside it. */
export const toldIn = (language: Language, { kind, person, params }: Pick<Notification, 'kind' | 'person' | 'params'>): string => {
  const told = words(language).notifications
  return fill(told.kinds[kind], { ...params, person: person || told.somebody })
}
