import { since } from '../audit/since.ts'
import { type OutboundTarget, placeOf } from '../base/outbound.ts'
import type { Db } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'

/** Time-stamp authorities of others, in the order in which they are asked. */
export async function outboundOfTimeStamping({ db }: { readonly db: Db }): Promise<OutboundTarget[]> {
  const { authorities } = await readSetting(db, 'timeStamping')
  return Promise.all(
    authorities.map(async ({ name, url }) => ({
      kind: 'time-stamp' as const,
      name,
      ...placeOf(url),
      isFixed: false,
      ...(await since(db, 'authority.time-stamping-changed', (detail) => `, ${detail['authorities']}, `.includes(`, ${name}, `))),
    })),
  )
}
