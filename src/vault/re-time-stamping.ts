import { systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { openAuthority } from '../authority/authority.ts'
import type { KeyStore } from '../authority/key-store.ts'
import { failpoint } from '../base/failpoint.ts'
import { type Clock, DAY, type Instant, later, YEAR } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { RevisionRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { refuseUnlessGenuine } from '../envelope/completion.ts'
import { refreshInVault } from '../envelope/filing.ts'
import { baseOf, headRevision, linkRevisions } from '../envelope/revisions.ts'
import { enqueue } from '../jobs/queue.ts'
import { archive, lastStampOf, type LastStamp } from '../seal/archiving.ts'

/** The job that puts another time stamp over a finished document, by the document's row. */
export const RE_TIME_STAMP = 'vault.re-time-stamp'

export interface ReTimeStampTools {
  readonly db: Db
  readonly config: Config
  readonly keys: KeyStore
  readonly clock: Clock
}

/** The last stamp of a document must be covered by a new one while it can still be checked; so long before, the worker begins. */
const LEAD = YEAR
/** A stamp whose proof ends hardly later is not worth its bytes. */
const LEAST_GAIN = 30 * DAY
const AT_ONCE = 500

/** The last revision of each finished document. */
const lastRevisions = (db: Db) =>
  db
    .selectFrom('revision')
    .where('kind', '=', 'time-stamped')
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('revision as newer')
            .select('newer.number')
            .whereRef('newer.documentId', '=', 'revision.documentId')
            .whereRef('newer.number', '>', 'revision.number'),
        ),
      ),
    )

/** Orders a job for each document whose turn has come; one that stands already is not ordered twice. Answers how many were due. */
export async function orderReTimeStamps({ db, clock }: Pick<ReTimeStampTools, 'db' | 'clock'>): Promise<number> {
  const at = clock()
  const due = await lastRevisions(db)
    .select('documentId')
    .where((where) =>
      where.or([where('proofUntil', 'is', null), where.and([where('proofUntil', '>', at), where('proofUntil', '<=', later(at, LEAD))])]),
    )
    .orderBy('proofUntil')
    .limit(AT_ONCE)
    .execute()
  if (due.length)
    await db.transaction().execute(async (tx) => {
      for (const { documentId } of due)
        await enqueue(tx, at, { kind: RE_TIME_STAMP, payload: { document: documentId }, key: `${RE_TIME_STAMP} ${documentId}` })
    })
  return due.length
}

/** For doctor, console and metrics: how many wait for another stamp, how many were not reached in time, when the next proof ends. */
export async function ageingStamps(db: Db, at: Instant): Promise<{ due: number; ended: number; first: Instant | null }> {
  const count = async (until: Instant): Promise<number> =>
    Number(
      (
        await lastRevisions(db)
          .select((select) => select.fn.countAll<number>().as('count'))
          .where('proofUntil', '<=', until)
          .executeTakeFirstOrThrow()
      ).count,
    )
  const ended = await count(at)
  const first = await lastRevisions(db).select('proofUntil').where('proofUntil', '>', at).orderBy('proofUntil').limit(1).executeTakeFirst()
  return { due: (await count(later(at, LEAD))) - ended, ended, first: first?.proofUntil ?? null }
}

/**
 * The job: evidence about the last time stamp and a new stamp over everything, judged by our own verifier, then linked in one transaction. The
 * bytes are stored first; a crash leaves orphans and the job. With locked keys it is tried again.
 */
export async function reTimeStamp(tools: ReTimeStampTools, { document: id }: { document: string }): Promise<void> {
  const { db, config, keys, clock } = tools
  const head = await headRevision(db, id)
  if (!head || head.kind !== 'time-stamped') return
  const last = await lastStampOf({ db, config }, baseOf(head))
  const until = last && (await proofUntilOf(db, head, last))
  if (!last || !until || until > later(clock(), LEAD)) return
  if (keys.isLocked()) throw new Refusal('unavailable', 'authority.locked')
  const document = await db.selectFrom('document').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const authority = await openAuthority({ db, keys, clock })
  if ((authority.stampsProveUntil() ?? later(until, YEAR)) < later(until, LEAST_GAIN)) return
  const revisions = await archive({ db, config, authority }, clock, baseOf(head), [last])
  const stamped = revisions[1]
  // Bytes that no row names are swept.
  if (stamped.proofUntil && stamped.proofUntil < later(until, LEAST_GAIN)) return
  await refuseUnlessGenuine(tools, document, stamped)
  failpoint('re-time-stamp.before-link')
  await db.transaction().execute(async (tx) => {
    const act = systemAct(clock())
    await linkRevisions(tx, act.at, id, revisions)
    await refreshInVault(tx, document.envelopeId)
    await append(tx, act, {
      type: 'document.time-stamped-again',
      envelopeId: document.envelopeId,
      detail: { documentId: document.documentId, digest: stamped.object.digest, until: stamped.proofUntil ?? null },
    })
    failpoint('re-time-stamp.before-commit')
  })
}

/** Of a document that was sealed before this was kept, it is read from the file once. */
async function proofUntilOf(db: Db, head: RevisionRow, { proofUntil }: LastStamp): Promise<Instant> {
  if (head.proofUntil) return head.proofUntil
  await db.updateTable('revision').set({ proofUntil }).where('documentId', '=', head.documentId).where('number', '=', head.number).execute()
  return proofUntil
}
