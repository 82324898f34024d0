import { type Bytes, hex, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import type { Db } from '../../db/open.ts'
import { newDigester } from '../../store/digester.ts'
import { streamObject } from '../../store/object.ts'
import { listsReach } from '../../verification/lists-reach.ts'
import type { TrustMaterial } from '../../verification/signature-material.ts'
import type { ZipEntry } from './zip.ts'

/** A file of the package; its digest is known before it is read. */
export interface EvidenceFile extends ZipEntry {
  readonly digest: Digest
}

/** Held in memory: a text, or a few kilobytes. */
export function heldFile(path: string, content: string | Bytes, executable = false): EvidenceFile {
  const bytes = typeof content === 'string' ? utf8(content) : content
  const digester = newDigester()
  digester.update(bytes)
  return { path, size: bytes.length, digest: hex(digester.digest()) as Digest, executable, open: () => [bytes] }
}

/** Read from the store when it is written, one chunk at a time. */
export const storedFile = (path: string, db: Db, { digest, size }: { readonly digest: Digest; readonly size: number }): EvidenceFile => ({
  path,
  size,
  digest,
  open: () => streamObject(db, digest),
})

/** As `sha256sum` reads it, in the order of the paths. */
export const checksums = (files: readonly EvidenceFile[]): string =>
  files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ digest, path }) => `${digest}  ${path}\n`)
    .join('')

/** Root, authorities below it, their revocation lists; each other certificate by its serial. */
export function trustFiles(folder: string, { certificates, revocationLists }: TrustMaterial): EvidenceFile[] {
  const of = (kind: TrustMaterial['certificates'][number]['kind']) => certificates.filter((certificate) => certificate.kind === kind)
  const joined = (list: readonly { readonly pem: string }[]) => list.map(({ pem }) => pem).join('')
  return [
    heldFile(`${folder}/root.pem`, joined(of('root'))),
    heldFile(`${folder}/chain.pem`, joined(of('authority'))),
    heldFile(`${folder}/crls.pem`, revocationLists.join('')),
    heldFile(`${folder}/lists.txt`, listsReach(certificates, revocationLists)),
    ...of('authority').map(({ serial, pem }) => heldFile(`${folder}/authorities/${serial}.pem`, pem)),
    ...of('leaf').map(({ serial, pem }) => heldFile(`${folder}/certificates/${serial}.pem`, pem)),
  ]
}
