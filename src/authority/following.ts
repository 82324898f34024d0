import { readFileSync } from 'node:fs'
import type { Db } from '../db/open.ts'
import type { KeyStore } from './key-store.ts'

/** Where other nodes change the authority's keys, this one reads them again; a key file that was brought later opens them too. */
export function followKeys(db: Db, keys: KeyStore, passphraseFile: string | null): () => Promise<void> {
  let seen: string | null = null
  return async () => {
    const now = await stateOf(db)
    const isNew = seen !== null && now !== seen
    if (isNew || (now && keys.isLocked() && !keys.needsPassphrase())) await keys.load(db)
    if (isNew && keys.needsPassphrase() && passphraseFile) await keys.load(db, readFileSync(passphraseFile, 'utf8').replace(/\r?\n$/, ''))
    seen = now
  }
}

/** Changes with every key and with everything that opens them. */
async function stateOf(db: Db): Promise<string> {
  const keys = await db
    .selectFrom('authorityKey')
    .select(['id', 'retiredAt', (select) => select('wrapped', 'is not', null).as('isHere')])
    .orderBy('id')
    .execute()
  const protectors = await db.selectFrom('keyProtector').select('id').orderBy('id').execute()
  return keys.length ? JSON.stringify([keys, protectors]) : ''
}
