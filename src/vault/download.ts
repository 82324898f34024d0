import type { Reader } from '../access/reach.ts'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Bytes } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import type { DocumentRow } from '../db/database.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { headRevision } from '../envelope/revisions.ts'
import { runTask } from '../sandbox/run.ts'
import { readObject } from '../store/object.ts'
import { findVaultEntry, type VaultEntry } from './register.ts'

export type Part = 'sealed' | 'original' | 'certificate'

export interface Download {
  readonly digest: Digest
  readonly fileName: string
  readonly document: DocumentRow
}

/** What a reader takes out of the vault; taking it is itself recorded. The certificate is cut out of the sealed file by the caller. */
export async function takeOut(db: Db, act: Act, reader: Reader, envelopeId: string, documentRowId: string, part: Part): Promise<Download> {
  const entry = await findVaultEntry(db, reader, envelopeId)
  if (entry.row.disposedAt) throw new Refusal('gone', 'vault.disposed')
  const facts = entry.documents.find(({ id }) => id === documentRowId)
  const document = facts && (await db.selectFrom('document').selectAll().where('id', '=', documentRowId).executeTakeFirst())
  if (!document || !facts) throw new Refusal('not_found', 'vault.not-found')
  // A certificate that is a document of its own has no original, and the document that it speaks of has none inside it.
  if ((part === 'original' && facts.certifies) || (part === 'certificate' && facts.certificateId))
    throw new Refusal('not_found', 'vault.not-found')
  await db
    .transaction()
    .execute((tx) => append(tx, act, { type: 'document.downloaded', envelopeId, detail: { documentId: document.documentId, part } }))
  const base = document.title.replace(/\.(pdf|png|jpe?g)$/i, '')
  if (part === 'original') return { digest: document.originalDigest, fileName: document.fileName, document }
  return { digest: facts.digest, fileName: `${base} ${document.documentId}${part === 'certificate' ? ' certificate' : ''}.pdf`, document }
}

type CertificateTools = { readonly db: Db; readonly config: Pick<Config, 'dataDirectory'> }

/** The certificate of completion, cut out of the sealed file: a copy to read, without its signatures. */
export async function certificateOf(
  { db, config }: CertificateTools,
  { digest, document }: Pick<Download, 'digest' | 'document'>,
): Promise<Bytes> {
  // That of a document that arrived signed is a document of its own.
  const beside = await db.selectFrom('document').selectAll().where('certifies', '=', document.id).executeTakeFirst()
  const head = beside && (await headRevision(db, beside.id))
  return certificateIn({ config }, await readObject(db, head?.objectDigest ?? digest), beside ?? document)
}

/** The same, where the sealed file has been read already. */
export async function certificateIn(
  { config }: Pick<CertificateTools, 'config'>,
  pdf: Bytes,
  document: Pick<DocumentRow, 'pages' | 'certifies'>,
): Promise<Bytes> {
  const first = document.certifies ? 0 : (JSON.parse(document.pages) as unknown[]).length
  return (await runTask(config, 'extract', { pdf, first }, { pages: first })).pdf
}

/** One finished envelope, and the record that it was looked at. */
export async function viewInVault(db: Db, act: Act, reader: Reader, envelopeId: string): Promise<VaultEntry> {
  const entry = await findVaultEntry(db, reader, envelopeId)
  await db.transaction().execute((tx) => append(tx, act, { type: 'vault.viewed', envelopeId }))
  return entry
}
