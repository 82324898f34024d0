import { Refusal } from '../../base/refusal.ts'
import type { Config } from '../../config/config.ts'
import type { DocumentRow } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'
import { findObject, readObject } from '../../store/object.ts'
import { runTask } from '../../sandbox/run.ts'
import type { SignatureMaterial } from '../../verification/signature-material.ts'
import { certificateIn } from '../download.ts'
import { type EvidenceFile, heldFile, storedFile, trustFiles } from './files.ts'

export interface EvidenceOfDocument {
  readonly files: readonly EvidenceFile[]
  /** SHA-256 of the roots, in lower-case hexadecimal. */
  readonly roots: readonly string[]
}

/**
 * Everything about one document: sealed, original, certificate of completion to read, what each revision is, signatures and time stamps as
 * files of their own, and what is needed to judge them.
 */
export async function evidenceOfDocument(
  tools: { readonly db: Db; readonly config: Pick<Config, 'dataDirectory'> },
  document: DocumentRow,
): Promise<EvidenceOfDocument> {
  const { db } = tools
  const revisions = await db.selectFrom('revision').selectAll().where('documentId', '=', document.id).orderBy('number').execute()
  const head = revisions.at(-1)
  const original = await findObject(db, document.originalDigest)
  if (!head || !original) throw new Refusal('not_found', 'vault.not-found')
  const folder = `documents/${document.documentId}`
  // One document's bytes at a time are held whole, and only while they are read. What strangers wrote of them is read in the child.
  const received = revisions[0]!.kind === 'received' ? revisions[0]!.size : 0
  const pdf = await readObject(db, head.objectDigest)
  const { material } = await runTask(tools.config, 'material', { pdf, received })
  // The certificate of a document that arrived signed stands beside it, in a folder of its own.
  const certificate = received ? null : await certificateIn(tools, pdf, document)
  const rows: string[] = []
  // Serials of seals that another authority issued: nobody here can answer about them.
  const unanswered = new Set<string>()
  const files: EvidenceFile[] = []
  for (const { number, kind, size, objectDigest } of revisions) {
    const signature = material.signatures.find(({ end }) => end === size)
    const field = signature?.field.replaceAll(/[^A-Za-z0-9_.-]/g, '_').slice(0, 60)
    rows.push([number, kind, size, objectDigest, ...(signature ? [...signature.gap, field] : [])].join(' '))
    const serial = signature?.signerSerial
    if (serial && kind !== 'signed' && kind !== 'time-stamped' && !material.ocsps.some((one) => one.serial === serial))
      unanswered.add(serial)
    if (signature) files.push(...signatureFiles(`${folder}/signatures/${String(number).padStart(2, '0')}-${field}`, signature))
  }
  return {
    files: [
      storedFile(`${folder}/sealed.pdf`, db, { digest: head.objectDigest, size: head.size }),
      storedFile(`${folder}/original${extensionOf(document.fileName)}`, db, original),
      ...(certificate ? [heldFile(`${folder}/certificate.pdf`, certificate)] : []),
      heldFile(`${folder}/revisions.txt`, `${HEADING}\n${rows.join('\n')}\n`),
      ...files,
      ...trustFiles(`${folder}/authority`, material),
      ...material.ocsps.map(({ der, serial }, at) => heldFile(`${folder}/authority/ocsp/${serial}-${at}.der`, der)),
      heldFile(`${folder}/authority/unanswered.txt`, [...unanswered].map((serial) => `${serial}\n`).join('')),
    ],
    roots: material.certificates.filter(({ kind }) => kind === 'root').map(({ fingerprint }) => fingerprint),
  }
}

const HEADING = '# number kind end-in-bytes sha256-of-the-file-up-to-there [signature-from signature-to field]'

function signatureFiles(path: string, { der, token }: SignatureMaterial['signatures'][number]): EvidenceFile[] {
  return token ? [heldFile(`${path}.p7s`, der), heldFile(`${path}.tst`, token)] : [heldFile(`${path}.tst`, der)]
}

const extensionOf = (fileName: string): string => /\.[a-z0-9]{1,5}$/.exec(fileName.toLowerCase())?.[0] ?? ''
