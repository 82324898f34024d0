import { fullName, type User } from '../access/roles.ts'
import type { Act } from '../audit/act.ts'
import { CHECKPOINT } from '../audit/checkpoint.ts'
import { append } from '../audit/trail.ts'
import { openAuthority } from '../authority/authority.ts'
import { sizeOf, startOf } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { type DocumentId, newDocumentId } from '../base/document-id.ts'
import { failpoint } from '../base/failpoint.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import type { PrepareInput } from '../pdf/prepare.ts'
import type { Sent } from '../sandbox/task.ts'
import { prepareAndCertify } from '../seal/certifying.ts'
import { sealDocument } from '../seal/sealing.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { putObject, type StoredObject } from '../store/object.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, words } from '../view/words.ts'
import { refuseUnlessGenuine, sealAppearance } from './completion.ts'
import type { DispatchTools } from './dispatch.ts'
import { needsConsent } from './documents.ts'
import { blank } from './drafting.ts'
import type { Document, Envelope } from './envelope.ts'
import { fileInVault } from './filing.ts'
import { preparationOf } from './preparation.ts'
import { fileNameOf, named, type ReadDocument, readSheaf, type UploadedFile } from './reading.ts'
import { linkRevisions } from './revisions.ts'

export interface SealedFile {
  readonly envelopeId: string
  readonly documentId: DocumentId
  /** Of the sealed file, as it stands in the vault. */
  readonly digest: Digest
  readonly sealedAt: Instant
  /** The same file had been sealed before: it is that one, and nothing was done. */
  readonly isKnown: boolean
}

/**
 * The company's seal on a finished PDF that nobody signs here: strip, certificate of sealing, certification, seal, security store and archive time stamp
 * (B-LTA), judged by our own verifier, then filed in the vault as its owner's in one transaction. A file is sealed once, however often it is asked for.
 * Throws a Refusal for what is no PDF, damaged, encrypted, signed, active or too large.
 */
export async function sealFinished(tools: DispatchTools, act: Act, owner: User, file: UploadedFile): Promise<SealedFile> {
  const { db, config, keys, clock } = tools
  if (keys.isLocked()) throw new Refusal('unavailable', 'authority.locked')
  const read = await named(file.name, () => readFinished(tools, file, act.at))
  const original = await putObject(db, read.original)
  const before = await sealedBefore(db, original.digest)
  if (before) return before
  const { envelope, entity } = await blank(db, act.at, owner, owner.language, { title: read.title, status: 'completed' })
  const document = documentOf(envelope, read, original)
  const sealTools = { db, config, authority: await openAuthority({ db, keys, clock }) }
  const input = await certificateOf(tools, envelope, document, owner, act.at)
  const [prepared, certified] = await prepareAndCertify(sealTools, act.at, input, read.pages.length)
  const appearance = await sealAppearance(tools, envelope, { company: entity.legalName, certified: null }, certified.head as never, clock())
  const sealed = await sealDocument(sealTools, clock, certified, { name: entity.legalName, appearance })
  const last = sealed[2]
  await refuseUnlessGenuine(tools, document, last)
  failpoint('sealing-finished.before-link')
  return db.transaction().execute(async (tx) => {
    // Of two who bring one file at once, the second gets what the first has made.
    const meanwhile = await sealedBefore(tx, original.digest)
    if (meanwhile) return meanwhile
    const at = clock()
    const { documentId } = document
    await tx
      .insertInto('envelope')
      .values({ ...envelope, dispatchedAt: act.at, completedAt: at, endedAt: at, updatedAt: at })
      .execute()
    await tx
      .insertInto('document')
      .values({ ...document, shownPages: String(prepared.facts['pages'] ?? document.pages) })
      .execute()
    await linkRevisions(tx, at, document.id, [prepared, certified, ...sealed])
    const about = { ...act, at }
    await append(tx, about, {
      type: 'document.brought-to-seal',
      envelopeId: envelope.id,
      detail: { documentId, digest: original.digest, owner: owner.id },
      clear: { name: document.fileName },
    })
    await append(tx, about, {
      type: 'document.sealed',
      envelopeId: envelope.id,
      detail: { documentId, digest: last.object.digest, level: 'B-LTA' },
    })
    await append(tx, about, { type: 'envelope.completed', envelopeId: envelope.id })
    await fileInVault(tx, at, envelope.id)
    await enqueue(tx, at, { kind: CHECKPOINT, payload: {} })
    return { envelopeId: envelope.id, documentId, digest: last.object.digest, sealedAt: at, isKnown: false }
  })
}

/** Nothing is taken out, opened or added to without a person who agrees: such a file is refused. */
async function readFinished({ db, config }: DispatchTools, file: UploadedFile, at: Instant): Promise<ReadDocument> {
  const limits = await readSetting(db, 'limits')
  if (!sizeOf(file.bytes)) throw new Refusal('invalid', 'document.empty')
  if (sizeOf(file.bytes) > limits.uploadBytes)
    throw new Refusal('too_large', 'document.too-large', { megabytes: Math.floor(limits.uploadBytes / 1_000_000) })
  if (new TextDecoder('latin1').decode(await startOf(file.bytes, 5)) !== '%PDF-') throw new Refusal('invalid', 'sealing.not-a-pdf')
  const read = await readSheaf({ db, config }, [file], undefined, limits.pages, at)
  const { received, encrypted } = read.findings
  if (received) throw new Refusal('conflict', 'sealing.signed')
  if (encrypted !== 'no') throw new Refusal('conflict', 'sealing.encrypted')
  if (needsConsent({ findings: JSON.stringify(read.findings) })) throw new Refusal('conflict', 'sealing.active-content')
  return read
}

/** A finished document that was made from this very file with nobody in it. */
async function sealedBefore(db: Db, original: Digest): Promise<SealedFile | null> {
  const row = await db
    .selectFrom('document')
    .innerJoin('envelope', 'envelope.id', 'document.envelopeId')
    .innerJoin('revision', 'revision.documentId', 'document.id')
    .select(['envelope.id', 'document.documentId', 'revision.objectDigest', 'envelope.completedAt'])
    .where('document.originalDigest', '=', original)
    .where('envelope.status', '=', 'completed')
    .where('revision.kind', '=', 'time-stamped')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('recipient').select('recipient.id').whereRef('recipient.envelopeId', '=', 'envelope.id'))),
    )
    .orderBy('envelope.completedAt')
    .orderBy('revision.number', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row?.completedAt) return null
  return { envelopeId: row.id, documentId: row.documentId, digest: row.objectDigest, sealedAt: row.completedAt, isKnown: true }
}

const documentOf = (envelope: Envelope, read: ReadDocument, original: StoredObject): Document => ({
  id: newId('doc'),
  envelopeId: envelope.id,
  position: 0,
  title: read.title,
  fileName: fileNameOf(read.name),
  documentId: newDocumentId(),
  originalDigest: original.digest,
  sourceDigest: original.digest,
  pages: JSON.stringify(read.pages),
  shownPages: null,
  findings: JSON.stringify(read.findings),
  certifies: null,
  createdAt: envelope.createdAt,
})

/** As of any document, but that its certificate speaks of a seal and of nobody who signed. */
async function certificateOf(
  { db, config }: DispatchTools,
  envelope: Envelope,
  document: Document,
  owner: User,
  at: Instant,
): Promise<Sent<Omit<PrepareInput, 'fonts'>>> {
  const input = await preparationOf({ db, config }, envelope, { document, documents: [document] }, at)
  const w = words(envelope.language).completion
  const installation = await readSetting(db, 'installation')
  const { legalName } = await findLegalEntity(db, envelope.legalEntityId)
  const address = `${originsOf(config, installation).public}/verify`.replace(/^https?:\/\//, '')
  const { exact } = formatsFor(envelope.language, installation.timeZone)
  const { facts } = w
  const own: Readonly<Record<string, { label: string; value: string }>> = {
    [facts.sender]: { label: w.finished.owner, value: [fullName(owner), owner.email, legalName].filter(Boolean).join(' · ') },
    [facts.sentAt]: { label: w.finished.sealedAt, value: exact(at) },
  }
  return {
    ...input,
    words: {
      ...input.words,
      title: w.finished.title,
      check: [...w.check.slice(0, 2), w.finished.check].map((sentence) => fill(sentence, { address, company: legalName })),
    },
    facts: input.facts.map((fact) => own[fact.label] ?? fact),
  }
}
