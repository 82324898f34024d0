import type { Bytes } from '../../base/bytes.ts'
import type { Evidence } from '../../pdf/evidence.ts'
import { type Certificate, readCertificate } from '../../pki/certificate-reader.ts'
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
}

export function materialOf(own: readonly Bytes[], others: readonly Bytes[], evidence: Evidence): Material {
  const ownRoots = readable<Certificate>(own, readCertificate)
  return {
    ownRoots,
    roots: [...ownRoots, ...readable<Certificate>(others, readCertificate)],
    certificates: readable<Certificate>(evidence.certificates, readCertificate),
    revocationLists: readable<RevocationList>(evidence.revocationLists, readRevocationList),
    ocsps: readable<OcspResponse>(evidence.ocsps, readOcspResponse),
  }
}
