import type { Bytes } from '../../base/bytes.ts'
import type { Evidence } from '../../pdf/evidence.ts'
import { type Certificate, certificateReader, type ReadCertificate } from '../../pki/certificate-reader.ts'
import { type OcspResponse, readOcspResponse } from '../../pki/ocsp.ts'
import { readable, readRevocationList, type RevocationList } from '../../pki/revocation-list.ts'

/** What chains and revocation are judged with, read once: roots from whoever asks, the rest from the file and proving nothing by itself. */
export interface Material {
  readonly roots: readonly Certificate[]
  /** Those of `roots` whose signatures are ours. */
  readonly ownRoots: readonly Certificate[]
  readonly certificates: readonly Certificate[]
  readonly revocationLists: readonly RevocationList[]
  readonly ocsps: readonly OcspResponse[]
  /** Reads further certificates of the file. */
  readonly read: ReadCertificate
}

export function materialOf(own: readonly Bytes[], others: readonly Bytes[], evidence: Evidence): Material {
  const read = certificateReader()
  const ownRoots = readable<Certificate>(own, read)
  return {
    read,
    ownRoots,
    roots: [...ownRoots, ...readable<Certificate>(others, read)],
    certificates: readable<Certificate>(evidence.certificates, read),
    revocationLists: readable<RevocationList>(evidence.revocationLists, readRevocationList),
    ocsps: readable<OcspResponse>(evidence.ocsps, (der) => readOcspResponse(der, read)),
  }
}
