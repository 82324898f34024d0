import type { Reader } from '../access/reach.ts'
import type { Instant } from '../base/instant.ts'
import type { AnnulmentTable } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { mayWith } from '../envelope/envelope.ts'
import { annulmentsOf, canAnnul, canReinstate } from '../envelope/annulment.ts'

/** Whether a finished envelope is in force, and what was said of it since. */
export interface Standing {
  /** Newest first. */
  readonly history: readonly {
    readonly kind: AnnulmentTable['kind']
    readonly at: Instant
    readonly by: string
    readonly reason: string
    readonly isPublic: boolean
    /** The size of the log in the first signed checkpoint that holds it; null while there is none. */
    readonly signedAt: number | null
  }[]
  readonly canAnnul: boolean
  readonly canReinstate: boolean
}

export async function standingOf(db: Db, reader: Reader, { id }: { readonly id: string }): Promise<Standing> {
  const rows = await annulmentsOf(db, id)
  const users = await db.selectFrom('user').select(['id', 'firstName', 'lastName']).execute()
  const names = new Map(users.map((user) => [user.id, `${user.firstName} ${user.lastName}`.trim()]))
  const history: Standing['history'][number][] = []
  for (const { kind, at, userId, reason, isPublic, seq } of rows.reverse()) {
    const signed = await db.selectFrom('checkpoint').select('size').where('size', '>=', seq).orderBy('size').executeTakeFirst()
    history.push({ kind, at, by: names.get(userId) ?? '', reason, isPublic: isPublic === 1, signedAt: signed?.size ?? null })
  }
  const last = history[0] ?? null
  // What was signed elsewhere is its issuer's to annul.
  const imported = await db.selectFrom('vaultImport').select('digest').where('envelopeId', '=', id).executeTakeFirst()
  const may = !imported && (await mayWith(db, reader, id, 'annul'))
  return { history, canAnnul: may && canAnnul({ status: 'completed' }, last), canReinstate: may && canReinstate(last) }
}
