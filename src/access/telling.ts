import type { Act } from '../audit/act.ts'
import type { UserRow } from '../db/database.ts'
import type { Tx } from '../db/open.ts'
import { queueMessage } from '../mail/outbox.ts'

/** What happened to somebody's account that they should know of, in case it was not they. */
export const ACCOUNT_NEWS = [
  'app-added',
  'app-removed',
  'passkey-added',
  'passkey-removed',
  'codes-made',
  'code-used',
  'taken-away',
  'guessed',
  'new-device',
  'password-changed',
  'address-changed',
] as const
export type AccountNews = (typeof ACCOUNT_NEWS)[number]

/** By mail, to the address of the account, or to the one that it had. */
export const tellOwner = (
  tx: Tx,
  act: Act,
  user: Pick<UserRow, 'id' | 'email' | 'language'>,
  news: AccountNews,
  facts: { readonly name?: string; readonly left?: number; readonly address?: string } = {},
): Promise<string> => {
  const { address = user.email, ...params } = facts
  const { id, language } = user
  return queueMessage(tx, act, {
    kind: 'account-news',
    channel: 'email',
    address,
    language,
    userId: id,
    params: { news, ip: act.ip, at: act.at, ...params },
  })
}
