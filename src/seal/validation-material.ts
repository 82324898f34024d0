import type { Authority } from '../authority/authority.ts'
import { type Bytes, hex } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { readCms } from '../pki/cms.ts'
import { readTimeStampToken } from '../pki/time-stamp.ts'

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

/**
 * Chains, OCSP answers for every leaf (signers, seal, time-stamp authorities) and the authority's lists: all that a check in ten years needs.
 * Each certificate comes with the chain of its own issuer, which may be an earlier one than today's.
 */
export async function evidenceFor(authority: Authority, at: Instant, signatures: readonly Bytes[]): Promise<ValidationMaterial> {
  const parties = signatures.map(partiesOf)
  const { tsa } = authority.certificates()
  const leaves = distinct([...parties.flatMap(({ leaves: own }) => own), tsa])
  const certificates = distinct([
    ...leaves,
    ...parties.flatMap(({ carried }) => carried),
    ...leaves.flatMap((leaf) => authority.chainOf(leaf)),
    ...parties.flatMap(({ carried }) => carried.flatMap((one) => authority.chainOf(one))),
  ])
  const answers = new Map<string, Bytes>()
  for (const leaf of leaves) {
    const answer = await authority.ocspFor(leaf, at)
    if (answer) answers.set(hex(leaf), answer)
  }
  const ocsps = [...answers.values()]
  const revocationLists = await authority.revocationLists(at)
  const indexOf = (list: readonly Bytes[], wanted: Bytes): number => list.findIndex((one) => hex(one) === hex(wanted))
  return {
    certificates,
    ocsps,
    revocationLists,
    indices: parties.map(({ leaves: own, carried }) => ({
      certificates: distinct([...own, ...carried, ...own.flatMap((leaf) => authority.chainOf(leaf))]).map((one) =>
        indexOf(certificates, one),
      ),
      ocsps: own.flatMap((leaf) => {
        const answer = answers.get(hex(leaf))
        return answer ? [ocsps.indexOf(answer)] : []
      }),
      revocationLists: revocationLists.map((_, index) => index),
    })),
  }
}

/** Who signed, and whose time stamp that is: the time-stamp authority of that day. */
function partiesOf(der: Bytes): { leaves: Bytes[]; carried: Bytes[] } {
  const cms = readCms(der)
  const stamp = cms.timeStampToken ? readTimeStampToken(cms.timeStampToken).cms : null
  const bytes = (certificates: readonly { readonly der: Bytes }[]): Bytes[] => certificates.map((one) => Uint8Array.from(one.der))
  const leaves = [cms, stamp].flatMap((one) => (one?.signerCertificate ? [one.signerCertificate] : []))
  return { leaves: bytes(leaves), carried: bytes(stamp?.certificates ?? []) }
}

function distinct(list: readonly Bytes[]): Bytes[] {
  return [...new Map(list.map((der) => [hex(der), der])).values()]
}
