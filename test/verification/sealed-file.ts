import { type Bytes, concat } from '../../src/base/bytes.ts'
import { type Instant, later, MINUTE } from '../../src/base/instant.ts'
import {
  certify,
  documentTimeStamp,
  type Filled,
  fillHole,
  seal,
  type SecurityStoreInput,
  securityStore,
  sign,
  type Tail,
} from '../../src/pdf/append.ts'
import type { Form, Picture } from '../../src/pdf/form.ts'
import { type Head, type HeadField, headOf } from '../../src/pdf/head.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { sha256 } from '../../src/pki/algorithm.ts'
import { newSerial, readCertificate } from '../../src/pki/certificate.ts'
import { signCms } from '../../src/pki/cms.ts'
import { certificateIdOf, makeOcspResponse, makeRevocationList } from '../../src/pki/revocation.ts'
import { makeTimeStampToken } from '../../src/pki/time-stamp.ts'
import { drawing, preparedFile } from '../pdf/prepared-file.ts'
import { declareAuthority, type Holder, START } from '../pki/declared-authority.ts'

export const SIGNED_AT = later(START, 10 * MINUTE)
export const NOW = later(START, 60 * MINUTE)
export type Authority = Awaited<ReturnType<typeof declareAuthority>>
type Evidence = Pick<SecurityStoreInput, 'certificates' | 'ocsps' | 'revocationLists'>

export interface SealedFile {
  readonly revisions: readonly Bytes[]
  readonly file: Bytes
  readonly head: Head
  readonly authority: Authority
  readonly company: Holder
}

/** What the first signer signs, for whoever makes the CMS in another way. */
export interface ToBeSigned {
  readonly covered: Bytes
  readonly digest: Bytes
  readonly chain: readonly Bytes[]
  readonly stamp: (value: Bytes) => Promise<Bytes>
}

export interface Making {
  readonly authority?: Authority
  /** Revision 0, where another than the test's own. */
  readonly prepared?: Bytes
  /** Of the first signer, where another than the test's own. */
  readonly signer?: Holder
  /** Of the others, in turn. */
  readonly signers?: readonly Holder[]
  readonly company?: Holder
  /** What a place of this kind shows. */
  readonly draw?: (kind: HeadField['kind'] | 'seal', width: number, height: number) => Form
  readonly revoked?: { readonly at: Instant }
  readonly withoutTimeStamp?: boolean
  /** Changes the CMS of the first signer before it is put into its place. */
  readonly tamper?: (cms: Bytes) => Bytes
  /** Makes the CMS of the first signer. */
  readonly cms?: (wanted: ToBeSigned) => Promise<Bytes>
  /** Makes the time stamp of the first signer; `value` is what is signed, `made` the token as it should be. */
  readonly stamp?: (value: Bytes, make: (imprint: Bytes, tsa?: Holder) => Promise<Bytes>) => Promise<Bytes>
  readonly evidence?: (whole: Evidence) => Evidence
  /** When the first evidence was made, and how long it says to hold. */
  readonly evidenceAt?: Instant
  readonly evidenceUntil?: Instant
  readonly picture?: Picture
  /** Stops there. */
  readonly until?: 'sealed' | 'security-store'
  /** How often a security store and a time stamp follow after the first ones. */
  readonly renewals?: number
}

/** The whole chain as the house makes it, with real keys: certified, signed by each signer, sealed, evidence, archive time stamp. */
export async function sealedFile(kind: 'table' | 'stream' = 'stream', making: Making = {}): Promise<SealedFile> {
  const authority = making.authority ?? (await declareAuthority())
  const company = making.company ?? (await authority.below('seal', { commonName: 'Acme Ltd', organization: 'Acme Ltd' }))
  const chain = [authority.issuing.certificate, authority.root.certificate]
  let file: Bytes = making.prepared ?? preparedFile(kind)
  let head = headOf(await readPdf(file))
  const revisions = [file]
  const draw = making.draw ?? ((_, width, height) => drawing(width, height))
  const isRsa = company.signer.algorithm === 'rsa-3072'
  const facts = { at: SIGNED_AT, contentsBytes: isRsa ? 16_384 : 8_192 }
  const stamp = async (imprint: Bytes, at: Instant, tsa: Holder = authority.tsa): Promise<Bytes> =>
    makeTimeStampToken({
      imprint,
      at,
      serial: newSerial(),
      policy: '1.3.6.1.4.1.55555.1',
      certificate: tsa.certificate,
      chain,
      signer: tsa.signer,
    })
  const append = (bytes: Bytes, next: Head): void => {
    file = concat([file, bytes])
    head = next
    revisions.push(file)
  }
  const signed = async (tail: Tail, holder: Holder, own: Making = {}): Promise<void> => {
    const covered = concat([file, tail.before, tail.after])
    const digest = await sha256(covered)
    const stampedAs = async (value: Bytes): Promise<Bytes> =>
      own.stamp ? own.stamp(value, (imprint, tsa) => stamp(imprint, SIGNED_AT, tsa)) : stamp(await sha256(value), SIGNED_AT)
    const request = { digest, certificate: holder.certificate, chain, signer: holder.signer }
    const cms = own.cms
      ? await own.cms({ covered, digest, chain, stamp: stampedAs })
      : await signCms({ ...request, ...(making.withoutTimeStamp ? {} : { timeStamp: stampedAs }) })
    append(fillHole(tail, own.tamper ? own.tamper(cms) : cms), tail.head)
  }
  await signed(await certify(head, { ...facts, name: 'Acme Ltd' }), company)
  const signers = Object.entries(head.fields).filter(([, { lock }]) => lock?.action === 'Include')
  const holders: Holder[] = []
  for (const [at, [field, own]] of signers.entries()) {
    const holder = at ? await another(authority, making, at) : (making.signer ?? authority.signer)
    holders.push(holder)
    const filled = filledOf(head, own, making)
    const tail = await sign(head, { ...facts, name: 'Marie Dupont', field, appearance: draw('signature', own.width, own.height), filled })
    await signed(tail, holder, at ? {} : making)
  }
  const place = head.fields['seal']!
  await signed(await seal(head, { ...facts, name: 'Acme Ltd', appearance: draw('seal', place.width, place.height) }), company)
  if (making.until === 'sealed') return { revisions, file, head, authority, company }

  for (let round = 0; round <= (making.renewals ?? 0); round++) {
    const at = later(SIGNED_AT, (1 + 2 * round) * MINUTE)
    const thisUpdate = making.evidenceAt ?? at
    const nextUpdate = making.evidenceUntil ?? later(SIGNED_AT, 1_000 * MINUTE)
    const issuer = readCertificate(authority.issuing.certificate)
    const leaves = round ? [authority.tsa] : [company, ...holders, authority.tsa]
    const ocsps = await Promise.all(
      leaves.map(async ({ certificate }) => {
        const revoked = making.revoked && certificate === holders[0]!.certificate
        const status = revoked
          ? { kind: 'revoked' as const, at: making.revoked!.at, reason: 'unspecified' as const }
          : { kind: 'good' as const }
        const id = await certificateIdOf(readCertificate(certificate), issuer)
        const { certificate: responder, signer } = authority.ocsp
        return makeOcspResponse({ answers: [{ id, status }], producedAt: thisUpdate, thisUpdate, nextUpdate, responder, signer })
      }),
    )
    const lists = await Promise.all(
      [authority.root, authority.issuing].map(({ certificate, signer }) =>
        makeRevocationList({ issuer: certificate, number: round + 1, thisUpdate, nextUpdate, revoked: [], signer }),
      ),
    )
    const whole = {
      certificates: [...leaves.map(({ certificate }) => certificate), ...(round ? [] : chain)],
      ocsps,
      revocationLists: lists,
    }
    const evidence = making.evidence?.(whole) ?? whole
    const indices = (list: readonly unknown[]): number[] => list.map((_, index) => index)
    const vri = listSignatures(await readPdf(file)).map(({ contents }) => ({
      contents,
      certificates: indices(evidence.certificates),
      ocsps: indices(evidence.ocsps),
      revocationLists: indices(evidence.revocationLists),
    }))
    const store = await securityStore(head, { ...evidence, vri })
    append(store.bytes, store.head)
    if (making.until === 'security-store') break
    const tail = await documentTimeStamp(head, { contentsBytes: isRsa ? 8_192 : 4_096 })
    append(fillHole(tail, await stamp(await sha256(concat([file, tail.before, tail.after])), later(at, MINUTE))), tail.head)
  }
  return { revisions, file, head, authority, company }
}

const another = async (authority: Authority, { signers }: Making, at: number): Promise<Holder> =>
  signers?.[at % signers.length] ?? authority.below('signer', { commonName: at === 1 ? 'Bob Baker' : `Signer ${at + 1}` })

/** Every text and box of a signer, and their marks where there is a picture to put there. */
function filledOf(head: Head, own: HeadField, { picture, draw }: Making): Filled[] {
  return (own.lock?.names ?? []).flatMap((field): Filled[] => {
    const { kind, width, height } = head.fields[field]!
    if (kind === 'text' || kind === 'choice')
      return [{ field, value: 'Marie', appearance: draw?.(kind, width, height) ?? drawing(width, height) }]
    if (kind === 'box') return [{ field, checked: true }]
    if (kind !== 'button') return []
    if (!picture) return draw ? [{ field, appearance: draw(kind, width, height) }] : []
    const form = { ...drawing(width, height), content: `q ${width} 0 0 ${height} 0 0 cm /Im0 Do Q`, images: { Im0: picture } }
    return [{ field, appearance: form }]
  })
}
