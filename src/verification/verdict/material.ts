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
  /** All of `roots`, and those that vouch for time stamps alone. */
  readonly timeStampRoots: readonly Certificate[]
  readonly certificates: readonly Certificate[]
  readonly revocationLists: readonly RevocationList[]
  readonly ocsps: readonly OcspResponse[]
  /** Reads further certificates of the file. */
  readonly read: ReadCertificate
}

export interface Trust {
  readonly roots: readonly Bytes[]
  readonly otherRoots?: readonly Bytes[]
  readonly timeStampRoots?: readonly Bytes[]
}

export function materialOf(trust: Trust, evidence: Evidence): Material {
  const read = certificateReader()
  const ownRoots = readable<Certificate>(trust.roots, read)
  const roots = [...ownRoots, ...readable<Certificate>(trust.otherRoots ?? [], read)]
  return {
    read,
    ownRoots,
    roots,
    timeStampRoots: [...roots, ...readable<Certificate>(trust.timeStampRoots ?? [], read)],
    certificates: readable<Certificate>(evidence.certificates, read),
    revocationLists: readable<RevocationList>(evidence.revocationLists, readRevocationList),
    ocsps: readable<OcspResponse>(evidence.ocsps, (der) => readOcspResponse(der, read)),
  }
}
