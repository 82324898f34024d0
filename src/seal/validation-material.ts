import type { Authority } from '../authority/authority.ts'
import { type Bytes, hex } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { readCms } from '../pki/cms.ts'
import { readCertificate } from '../pki/certificate.ts'

export interface ValidationMaterial {
  readonly certificates: readonly Bytes[]
  readonly ocsps: readonly Bytes[]
  readonly revocationLists: readonly Bytes[]
  /** For each signature asked for, what in the lists above concerns it. */
  readonly indices: readonly {
    readonly certificates: readonly number[]
    readonly ocsps: readonly number[]
    readonly revocationLists: readonly number[]
  }[]
}

/** Chains, OCSP answers for every leaf (signers, seal, time-stamp authority) and the authority's lists: all that a check in ten years needs. */
export async function evidenceFor(authority: Authority, at: Instant, signatures: readonly Bytes[]): Promise<ValidationMaterial> {
  const { root, issuing, seal, tsa } = authority.certificates()
  const signers = signatures.map((der) => signerOf(der) ?? seal)
  const leaves = distinct([...signers, seal, tsa])
  const certificates = distinct([...leaves, issuing, root])
  const ocsps: Bytes[] = []
  for (const leaf of leaves) ocsps.push(await authority.ocspFor(leaf, at))
  const revocationLists = await authority.revocationLists(at)
  const indexOf = (list: readonly Bytes[], wanted: Bytes): number => list.findIndex((one) => hex(one) === hex(wanted))
  return {
    certificates,
    ocsps,
    revocationLists,
    indices: signers.map((signer) => ({
      certificates: [signer, tsa, issuing, root].map((one) => indexOf(certificates, one)),
      ocsps: [signer, tsa].map((one) => indexOf(leaves, one)),
      revocationLists: revocationLists.map((_, index) => index),
    })),
  }
}

function signerOf(der: Bytes): Bytes | null {
  const { signerCertificate } = readCms(der)
  return signerCertificate ? Uint8Array.from(signerCertificate.der) : null
}

function distinct(list: readonly Bytes[]): Bytes[] {
  const seen = new Map(list.map((der) => [readCertificate(der).serialHex, der]))
  return [...seen.values()]
}
