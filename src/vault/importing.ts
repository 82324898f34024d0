import type { Reader } from '../access/reach.ts'
import type { User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { LaidAside } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { newDocumentId } from '../base/document-id.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { VaultImportTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { insertBlank } from '../envelope/drafting.ts'
import { fileInVault } from '../envelope/filing.ts'
import { insertRecipient } from '../envelope/recipients.ts'
import { runTask } from '../sandbox/run.ts'
import { putObject, type StoredObject } from '../store/object.ts'
import { verifyUploaded } from '../verification/uploaded.ts'
import type { VerificationReport } from '../verification/verdict/report.ts'
import { findFolder } from './folders.ts'
import { mayEditIn, reachOf } from './reach.ts'

export const MOST_FILES = 20

export interface ImportTools {
  readonly db: Db
  readonly config: Config
}

export interface ImportedFile {
  readonly name: string
  readonly bytes: LaidAside
}

export interface ImportFacts {
  /** Empty: the name of the file. Of several files each has its own. */
  readonly title: string
  /** One a line: name, or name · company. Empty: who signed, by their certificates. */
  readonly parties: string
  /** Null: when it was signed as far as the file proves or says, else now. */
  readonly signedAt: Instant | null
  readonly kind: string
  readonly folderId: string | null
  /** What cannot be verified is kept as such, by explicit choice. */
  readonly keepsUnverified: boolean
}

/** Whole, whoever vouches for its signers: what was signed is what is there. */
const SOUND: ReadonlySet<VerificationReport['answer']> = new Set(['genuine', 'foreign-trusted', 'foreign-intact'])

interface Read {
  readonly file: ImportedFile
  readonly report: VerificationReport
  readonly pages: readonly { readonly width: number; readonly height: number }[]
  readonly object: StoredObject
}

/**
 * PDFs that were signed elsewhere, each judged by our own verifier before it is stored; the report stays with it. All of them or none. Nothing of them is
 * claimed to have been issued here: the public register knows none. Answers the envelopes.
 */
export async function importFiles(
  tools: ImportTools,
  act: UserAct,
  user: User,
  files: readonly ImportedFile[],
  facts: ImportFacts,
): Promise<string[]> {
  if (!files.length) throw new Refusal('invalid', 'vault-import.file-missing')
  if (files.length > MOST_FILES) throw new Refusal('invalid', 'vault-import.too-many', { most: MOST_FILES })
  if (facts.signedAt && facts.signedAt > act.at) throw new Refusal('invalid', 'vault-import.date-invalid')
  const read: Read[] = []
  for (const file of files) read.push(await readOne(tools, act, file, facts, read))
  return tools.db.transaction().execute(async (tx) => {
    const scopeId = await scopeOf(tx, user, facts.folderId)
    const ids: string[] = []
    for (const one of read) ids.push(await keep(tx, act, user, one, { ...facts, title: read.length === 1 ? facts.title : '' }, scopeId))
    return ids
  })
}

async function readOne(
  { db, config }: ImportTools,
  act: UserAct,
  file: ImportedFile,
  facts: ImportFacts,
  before: readonly Read[],
): Promise<Read> {
  const { name } = file
  const { report } = await verifyUploaded({ db, config }, file.bytes, act.at)
  if (report.answer === 'unreadable') throw new Refusal('invalid', 'vault-import.unreadable', { name })
  if (before.some((one) => one.report.digest === report.digest)) throw new Refusal('invalid', 'vault-import.twice', { name })
  if (await isKnown(db, report.digest)) throw new Refusal('conflict', 'vault-import.known', { name })
  if (!SOUND.has(report.answer) && !facts.keepsUnverified) throw new Refusal('invalid', `vault-import.${report.answer}`, { name })
  const { pages } = await runTask(config, 'inspect', { pdf: file.bytes }).catch((error: unknown) => {
    if (error instanceof Refusal && error.code !== 'unavailable') throw new Refusal('invalid', 'vault-import.unreadable', { name })
    throw error
  })
  return { file, report, pages, object: await putObject(db, file.bytes) }
}

/** As a state of a document that was made here, or as one that was brought in before. */
async function isKnown(db: Db, digest: Digest): Promise<boolean> {
  const row =
    (await db.selectFrom('revision').select('documentId').where('objectDigest', '=', digest).executeTakeFirst()) ??
    (await db.selectFrom('vaultImport').select('envelopeId').where('digest', '=', digest).executeTakeFirst())
  return row !== undefined
}

async function scopeOf(tx: Tx, reader: Reader, folderId: string | null): Promise<string | null> {
  if (!folderId) return null
  const reach = await reachOf(tx, reader)
  const { scopeId } = await findFolder(tx, reach, folderId)
  if (scopeId && !mayEditIn(reach, scopeId)) throw new Refusal('forbidden', 'access.forbidden')
  return scopeId
}

async function keep(
  tx: Tx,
  act: UserAct,
  user: User,
  { file, report, pages, object }: Read,
  facts: ImportFacts,
  scopeId: string | null,
): Promise<string> {
  // Of two who bring one file at once, the second is told.
  if (await isKnown(tx, object.digest)) throw new Refusal('conflict', 'vault-import.known', { name: file.name })
  const title = facts.title || file.name.replace(/^.*[/\\]/, '').replace(/\.pdf$/i, '') || 'PDF'
  const completedAt = facts.signedAt ?? signedAtOf(report, act.at)
  const ended = { completedAt, endedAt: completedAt }
  const { envelope } = await insertBlank(tx, act, user, user.language, { title: title.slice(0, 200), status: 'completed', ...ended })
  const id = newId('doc')
  await tx
    .insertInto('document')
    .values({
      id,
      envelopeId: envelope.id,
      position: 0,
      title: title.slice(0, 200),
      fileName: file.name.slice(0, 200),
      documentId: newDocumentId(),
      originalDigest: object.digest,
      sourceDigest: object.digest,
      pages: JSON.stringify(pages),
      shownPages: null,
      findings: '{}',
      certifies: null,
      createdAt: act.at,
    })
    .execute()
  await tx
    .insertInto('revision')
    .values({
      documentId: id,
      number: 0,
      kind: 'received',
      objectDigest: object.digest,
      size: object.size,
      recipientId: null,
      head: '{}',
      facts: '{}',
      proofUntil: null,
      createdAt: act.at,
    })
    .execute()
  for (const [at, { name, company }] of partiesOf(facts.parties, report).entries()) {
    const recipient = await insertRecipient(tx, envelope, {
      side: 'other',
      role: 'signer',
      firstName: '',
      lastName: name,
      email: null,
      phone: null,
      channel: 'email',
      language: user.language,
      routingOrder: at + 1,
      company,
      companyDetails: '',
      jobTitle: '',
      userId: null,
      contactId: null,
    })
    await tx.updateTable('recipient').set({ status: 'signed', signedAt: completedAt }).where('id', '=', recipient.id).execute()
  }
  const isVerified = SOUND.has(report.answer)
  const row: VaultImportTable = {
    envelopeId: envelope.id,
    digest: object.digest,
    fileName: file.name.slice(0, 200),
    report: JSON.stringify(report),
    answer: report.answer,
    isVerified: isVerified ? 1 : 0,
    importedAt: act.at,
    importedBy: user.id,
  }
  await tx.insertInto('vaultImport').values(row).execute()
  await append(tx, act, {
    type: 'vault.imported',
    envelopeId: envelope.id,
    detail: { digest: object.digest, answer: report.answer, verified: isVerified },
    clear: { name: row.fileName || title },
  })
  await fileInVault(tx, act.at, envelope.id, {
    origin: 'imported',
    kind: facts.kind.trim().slice(0, 80),
    folderId: facts.folderId,
    scopeId,
  })
  return envelope.id
}

/** The last moment that a trusted time stamp proves, else what the signers' software says, where it can be; else now. */
function signedAtOf(report: VerificationReport, at: Instant): Instant {
  const proven = report.signatures.flatMap(({ provenAt }) => provenAt ?? []).sort()
  const claimed = report.signatures
    .flatMap(({ claimedAt }) => (claimedAt && !Number.isNaN(Date.parse(claimedAt)) ? [new Date(claimedAt).toISOString() as Instant] : []))
    .sort()
  const found = proven.at(-1) ?? claimed.at(-1)
  return found && found <= at && found > '1990' ? found : at
}

const MOST_PARTIES = 20

function partiesOf(typed: string, report: VerificationReport): { name: string; company: string }[] {
  const lines = typed
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  if (lines.length)
    return lines.slice(0, MOST_PARTIES).map((line) => {
      const [name = '', ...company] = line.split(/\s*[·;,]\s*/)
      return { name: name.slice(0, 100), company: company.join(', ').slice(0, 100) }
    })
  const signers = report.signatures.flatMap(({ kind, signer }) =>
    signer && kind !== 'time-stamp'
      ? [{ name: signer.name, company: signer.organization === signer.name ? '' : (signer.organization ?? '') }]
      : [],
  )
  return [...new Map(signers.map((one) => [one.name, one])).values()].slice(0, MOST_PARTIES)
}

/** The report of the day on which the file was brought in; null for what was issued here. */
export async function importOf(db: Db, envelopeId: string) {
  const row = await db
    .selectFrom('vaultImport')
    .leftJoin('user', 'user.id', 'vaultImport.importedBy')
    .selectAll('vaultImport')
    .select(['user.firstName', 'user.lastName'])
    .where('envelopeId', '=', envelopeId)
    .executeTakeFirst()
  if (!row) return null
  return {
    ...row,
    importedByName: `${row.firstName ?? ''} ${row.lastName ?? ''}`.trim(),
    report: JSON.parse(row.report) as VerificationReport,
  }
}
