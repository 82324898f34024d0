import { ADMINISTRATOR, SIGNATORY, STAMP_USER } from '../../src/access/rights.ts'
import { addUser, type NewUser } from '../../src/access/users.ts'
import { hashPassword } from '../../src/access/password.ts'
import type { User } from '../../src/access/roles.ts'
import type { Act } from '../../src/audit/act.ts'
import { type Instant, instant, later } from '../../src/base/instant.ts'
import { secretKeyOf } from '../../src/config/secret-key.ts'
import type { Db } from '../../src/db/open.ts'
import { openFresh } from '../support/fresh.ts'

export const NOON = instant('2026-01-15T12:00:00Z')
export const PASSWORD = 'violet tractor hums at noon'
/** Made once: a hash takes a sixth of a second. */
export const PASSWORD_HASH = await hashPassword(PASSWORD)

export const ANN: NewUser = {
  email: 'ann@acme.example',
  firstName: 'Ann',
  lastName: 'Archer',
  jobTitle: 'Director',
  phone: null,
  language: 'en',
  roles: [ADMINISTRATOR, SIGNATORY, STAMP_USER],
}

export const visitor = (at: Instant = NOON, ip: string | null = '192.0.2.7'): Act => ({
  actor: { kind: 'visitor' },
  at,
  ip,
  userAgent: 'test',
})
export const after = (milliseconds: number): Instant => later(NOON, milliseconds)

export async function openAccess(): Promise<{ db: Db; secretKey: ReturnType<typeof secretKeyOf>; ann: User } & AsyncDisposable> {
  const db = await openFresh()
  const secretKey = secretKeyOf(new Uint8Array(32).fill(7))
  const ann = await db.transaction().execute((tx) => addUser(tx, visitor(), ANN, PASSWORD_HASH))
  return { db, secretKey, ann, [Symbol.asyncDispose]: () => db.destroy() }
}

export const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

export const eventsOf = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('auditLeaf').select('type').orderBy('seq').execute()).map((row) => row.type)
