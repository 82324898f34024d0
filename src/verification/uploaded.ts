import { trustedOthers } from '../authority/others.ts'
import { outsideRoots } from '../authority/outside-authorities.ts'
import type { Bytes, LaidAside } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { runTask } from '../sandbox/run.ts'
import { readRevocationList } from '../pki/revocation-list.ts'
import { inLine } from './line.ts'
import { listedIn } from './listed.ts'
import { newestLists } from './lists.ts'
import type { Question } from './questions.ts'
import { type RegisterEntry, registerEntryOf } from './register.ts'
import { digestsOf } from './shown.ts'
import type { VerificationReport } from './verdict/report.ts'

export interface Verification {
  readonly report: VerificationReport
  readonly register: RegisterEntry | null
  /** Whether our newest revocation lists name a certificate of it; null where they do not speak of it. */
  readonly listed: Question | null
}

/** A visitor's file: judged in the sandbox against our own roots, then looked up. Nothing of it is kept. */
export async function verifyUploaded(
  tools: { readonly db: Db; readonly config: Config },
  pdf: Bytes | LaidAside,
  at: Instant,
): Promise<Verification> {
  const { db, config } = tools
  const report = await inLine(async () => runTask(config, 'verify', { pdf, ...(await trustOf(db)), at }))
  const lists = (await newestLists(db)).map(({ issuer, der }) => ({ ...readRevocationList(der), issuer }))
  return { report, register: await registerEntryOf(db, digestsOf(report)), listed: listedIn(report, lists) }
}

/**
 * What a verdict trusts: our own roots, which make a file ours; those of others that the administrator trusts, which vouch for who signed; those of
 * time-stamp authorities that we used, which prove times alone.
 */
export const trustOf = async (db: Db): Promise<{ roots: Bytes[]; otherRoots: Bytes[]; timeStampRoots: Bytes[] }> => ({
  roots: await ownRoots(db),
  otherRoots: await trustedOthers(db),
  timeStampRoots: await outsideRoots(db),
})

/** Every root that this house ever had: what an earlier one signed stays ours. */
export async function ownRoots(db: Db): Promise<Bytes[]> {
  const outsideSeals = db.selectFrom('outsideSeal').select('id').where('adoptedAt', 'is not', null)
  const rows = await db
    .selectFrom('certificate')
    .leftJoin('certificate as issuer', 'issuer.id', 'certificate.issuerId')
    .select('certificate.der')
    .where('certificate.revokedAt', 'is', null)
    // Below a PKI that issues to others too, our own authority is where the trust begins: nothing else of it makes a file ours.
    .where((where) =>
      where.or([
        where.and([where('certificate.purpose', '=', 'root'), where('certificate.keyId', 'is not', null)]),
        where.and([where('certificate.purpose', '=', 'issuing'), where('issuer.keyId', 'is', null)]),
        // A seal that another authority issued is ours by itself, byte by byte, and nothing else of that authority.
        where.and([where('certificate.purpose', '=', 'seal'), where('certificate.id', 'in', outsideSeals)]),
      ]),
    )
    .orderBy('certificate.createdAt')
    .execute()
  return rows.map(({ der }) => Uint8Array.from(der))
}
