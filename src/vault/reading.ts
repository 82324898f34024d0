import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Db } from '../db/open.ts'
import type { VaultQuery } from './filters.ts'

/** That somebody looked for words in the documents is itself recorded; what they looked for stands beside the entry and can be erased. */
export async function recordSearch(db: Db, act: Act, { search, party }: VaultQuery): Promise<void> {
  if (!search && !party) return
  await db
    .transaction()
    .execute((tx) =>
      append(tx, act, { type: 'vault.searched', detail: {}, clear: { text: [search, party].filter(Boolean).join(' · ').toWellFormed() } }),
    )
}
