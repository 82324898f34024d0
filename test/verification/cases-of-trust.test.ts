import { expect } from 'bun:test'
import type { Bytes } from '../../src/base/bytes.ts'
import { later, MINUTE } from '../../src/base/instant.ts'
import { sha256 } from '../../src/pki/algorithm.ts'
import { issueCertificate, newSerial, type Profile } from '../../src/pki/certificate.ts'
import { ephemeralSigner } from '../../src/pki/key.ts'
import { declareAuthority, type Holder, START } from '../pki/declared-authority.ts'
import { type Case, type Stage, tryCases } from './cases.ts'
import { craftCms, plainHolder } from './crafted-cms.ts'
import { stampBy, stamped, withEvidence } from './other-evidence.ts'
import { otherFile, signedBy } from './other-file.ts'
import { type Making, sealedFile, SIGNED_AT } from './sealed-file.ts'

const ours = (making: Making | ((stage: Stage) => Promise<Making> | Making)): Case['make'] => {
  return async (stage) => {
    const chosen = typeof making === 'function' ? await making(stage) : making
    return (await sealedFile('stream', { authority: stage.authority, ...chosen })).file
  }
}
const PASSED = ['passed', null] as const
const open = (sub: NonNullable<Case['expected'][1]>): Case['expected'] => ['indeterminate', sub]

/** A certificate under any other, whatever that one may do. */
async function under(issuer: Holder, profile: Profile, commonName: string): Promise<Holder> {
  const { signer, spki } = await ephemeralSigner('ecdsa-p256')
  const times = { notBefore: START, notAfter: later(START, 10_000 * MINUTE) }
  const request = { profile, subject: { commonName }, spki, serial: newSerial(), issuer, ...times }
  return { certificate: await issueCertificate(request, issuer.signer), signer }
}

/** The first signer of ours with a chain of its own. */
const chained = (holders: (stage: Stage) => Promise<readonly Holder[]>): Case['make'] =>
  ours(async (stage) => {
    const [signer, ...above] = await holders(stage)
    const chain = above.map(({ certificate }) => certificate)
    return {
      cms: ({ covered, stamp, chain: usual }) =>
        craftCms({ covered, holder: plainHolder(signer!), chain: [...chain, ...usual], timeStamp: stamp }),
    }
  })

const soon = later(SIGNED_AT, 30 * MINUTE)
const expiring = async ({ authority }: Stage): Promise<Holder> => authority.below('signer', { commonName: 'Soon Over' }, { until: soon })

/** Only the first signer's signature lacks its time stamp. */
const unstamped = (signer: Holder): Making => ({
  signer,
  cms: ({ covered, chain }) => craftCms({ covered, holder: plainHolder(signer), chain }),
})

const revocation: readonly Case[] = [
  {
    number: '42',
    name: 'revoked before it signed',
    make: ours({ revoked: { at: later(SIGNED_AT, -MINUTE) } }),
    expected: ['failed', 'REVOKED'],
  },
  { number: '42', name: 'revoked after a proven time', make: ours({ revoked: { at: later(SIGNED_AT, MINUTE) } }), expected: PASSED },
  {
    number: '42',
    name: 'revoked, and nothing proves when it signed',
    make: ours((stage) => ({ ...unstamped(stage.authority.signer), revoked: { at: later(SIGNED_AT, -MINUTE) }, until: 'security-store' })),
    expected: open('REVOKED_NO_POE'),
  },
  {
    number: '42, by others',
    name: 'revoked, and nothing proves when it signed',
    make: async ({ authority, hand }) =>
      withEvidence(await signedBy(otherFile(), { cms: hand }), authority, authority.signer.certificate, 'lists', later(SIGNED_AT, MINUTE)),
    expected: open('REVOKED_NO_POE'),
  },
  {
    number: '43',
    name: 'expired, without a time stamp',
    make: ours(async (stage) => ({ ...unstamped(await expiring(stage)), until: 'sealed' })),
    expected: open('OUT_OF_BOUNDS_NO_POE'),
  },
  { number: '43', name: 'expired, with a time stamp', make: ours(async (stage) => ({ signer: await expiring(stage) })), expected: PASSED },
  { number: '44', name: 'no list', make: ours({ evidence: (whole) => ({ ...whole, revocationLists: [] }) }), expected: open('TRY_LATER') },
  {
    number: '44',
    name: 'no answer',
    make: ours({ evidence: (whole) => ({ ...whole, ocsps: [], revocationLists: whole.revocationLists.slice(0, 1) }) }),
    expected: open('TRY_LATER'),
  },
  {
    number: '44',
    name: 'stale',
    make: ours({ evidenceAt: later(SIGNED_AT, -9 * MINUTE), evidenceUntil: later(SIGNED_AT, -MINUTE) }),
    expected: open('TRY_LATER'),
  },
]

const CHAIN = { expected: open('CHAIN_CONSTRAINTS_FAILURE'), or: open('NO_CERTIFICATE_CHAIN_FOUND') }
const chains: readonly Case[] = [
  {
    number: '45',
    name: 'issued by a certificate that is no authority',
    make: chained(async ({ authority }) => [await under(authority.signer, 'signer', 'Mallory'), authority.signer]),
    expected: open('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    number: '45',
    name: 'one authority too deep',
    make: chained(async ({ authority }) => {
      const deep = await under(authority.issuing, 'issuing', 'Too deep')
      return [await under(deep, 'signer', 'Mallory'), deep]
    }),
    expected: open('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    number: '45',
    name: 'made for time stamps',
    make: chained(async ({ authority }) => [authority.tsa]),
    expected: open('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    number: '45',
    name: 'made for answers',
    make: chained(async ({ authority }) => [authority.ocsp]),
    expected: open('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    number: '45',
    name: 'a key that may sign only certificates',
    make: chained(async ({ authority }) => [await under(authority.issuing, 'issuing', 'An authority')]),
    expected: open('CHAIN_CONSTRAINTS_FAILURE'),
  },
  {
    number: '45',
    name: 'an issuer by its name only',
    make: chained(async () => {
      const impostor = await declareAuthority()
      return [impostor.signer, impostor.issuing]
    }),
    ...CHAIN,
    // The names fit, the signature does not: nothing leads up.
    also: ({ signatures }) => expect(signatures[1]).toMatchObject({ subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', trusted: false }),
  },
]

const ORDER = { expected: open('TIMESTAMP_ORDER_FAILURE') }
const ignored: Case['also'] = ({ signatures }) => {
  const [, signature] = signatures
  expect(signature!.timeStamps[0]).toMatchObject({ over: 'signature', trusted: false })
  // Only the archive time stamp proves anything now.
  expect(signature!.provenAt).toBe(later(SIGNED_AT, 2 * MINUTE))
}
const stamps: readonly Case[] = [
  {
    number: '46',
    name: 'a time stamp over other bytes',
    make: ours({ stamp: async (_, make) => make(await sha256(new Uint8Array(3))) }),
    ...ORDER,
    also: ignored,
  },
  {
    number: '46',
    name: 'a time stamp by a certificate that is not only for that',
    make: ours(({ authority }) => ({ stamp: async (value, make) => make(await sha256(value), authority.signer) })),
    ...ORDER,
    also: ignored,
  },
  {
    number: '46',
    name: 'a time stamp of an authority that nobody knows',
    make: ours(async () => {
      const { tsa } = await declareAuthority()
      return { stamp: async (value, make) => make(await sha256(value), tsa) }
    }),
    ...ORDER,
    also: ignored,
  },
]

/** PAdES B-LTA of another company. */
async function goodByOthers(): Promise<Bytes> {
  const authority = await declareAuthority()
  const holder = plainHolder(authority.signer)
  const cms = (covered: Bytes): Promise<Bytes> =>
    craftCms({ covered, holder, chain: [authority.issuing.certificate], timeStamp: stampBy(authority) })
  const kept = await withEvidence(await signedBy(otherFile(), { cms }), authority, authority.signer.certificate)
  return stamped(kept, authority, later(SIGNED_AT, 2 * MINUTE))
}

const others: readonly Case[] = [
  {
    number: '50',
    name: 'a good one by another company',
    make: goodByOthers,
    expected: open('NO_CERTIFICATE_CHAIN_FOUND'),
    answer: 'foreign-intact',
  },
]

tryCases([...revocation, ...chains, ...stamps, ...others])
