import { type Bytes, concat } from '../../src/base/bytes.ts'
import { type Instant, later, MINUTE } from '../../src/base/instant.ts'
import { certify, documentTimeStamp, fillHole, seal, securityStore, sign, type Tail } from '../../src/pdf/append.ts'
import { type Head, headOf } from '../../src/pdf/head.ts'
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
type Authority = Awaited<ReturnType<typeof declareAuthority>>

export interface SealedFile {
  readonly revisions: readonly Bytes[]
  readonly file: Bytes
  readonly head: Head
  readonly authority: Authority
  readonly company: Holder
}

export interface Making {
  readonly authority?: Authority
  /** Signers of /S1_sig and so on, where another than the test's own. */
  readonly signer?: Holder
  readonly revoked?: { readonly at: Instant }
  readonly withoutTimeStamp?: boolean
  /** Changes the CMS of S1 before it is put into its place. */
  readonly tamper?: (cms: Bytes) => Bytes
}

/** The whole chain as the house makes it, with real keys: certified, signed twice, sealed, evidence, archive time stamp. */
export async function sealedFile(kind: 'table' | 'stream' = 'stream', making: Making = {}): Promise<SealedFile> {
  const authority = making.authority ?? (await declareAuthority())
  const company = await authority.below('seal', { commonName: 'Acme Ltd', organization: 'Acme Ltd' })
  const signer = making.signer ?? authority.signer
  const second = await authority.below('signer', { commonName: 'Bob Baker' })
  const chain = [authority.issuing.certificate, authority.root.certificate]
  let file: Bytes = preparedFile(kind)
  let head = headOf(await readPdf(file))
  const revisions = [file]
  const stamp = async (imprint: Bytes, at: Instant): Promise<Bytes> =>
    makeTimeStampToken({
      imprint,
      at,
      serial: newSerial(),
      policy: '1.3.6.1.4.1.55555.1',
      certificate: authority.tsa.certificate,
      chain,
      signer: authority.tsa.signer,
    })
  const append = (bytes: Bytes, next: Head): void => {
    file = concat([file, bytes])
    head = next
    revisions.push(file)
  }
  const covered = (tail: Tail): Promise<Bytes> => sha256(concat([file, tail.before, tail.after]))
  const signed = async (tail: Tail, holder: Holder, tamper = (cms: Bytes) => cms): Promise<void> => {
    const cms = await signCms({
      digest: await covered(tail),
      certificate: holder.certificate,
      chain,
      signer: holder.signer,
      ...(making.withoutTimeStamp ? {} : { timeStamp: async (value: Bytes) => stamp(await sha256(value), SIGNED_AT) }),
    })
    append(fillHole(tail, tamper(cms)), tail.head)
  }
  const facts = { at: SIGNED_AT, contentsBytes: 5_120 }
  await signed(await certify(head, { ...facts, name: 'Acme Ltd' }), company)
  const filled = (name: string) => [
    { field: `${name}_name`, value: 'Marie', appearance: drawing(180, 18) },
    { field: `${name}_agree`, checked: true },
  ]
  await signed(
    await sign(head, { ...facts, name: 'Marie Dupont', field: 'S1_sig', appearance: drawing(200, 60), filled: filled('S1') }),
    signer,
    making.tamper,
  )
  await signed(
    await sign(head, { ...facts, name: 'Bob Baker', field: 'S2_sig', appearance: drawing(200, 60), filled: filled('S2') }),
    second,
  )
  await signed(await seal(head, { ...facts, name: 'Acme Ltd', appearance: drawing(240, 80) }), company)

  const thisUpdate = later(SIGNED_AT, MINUTE)
  const nextUpdate = later(SIGNED_AT, 1_000 * MINUTE)
  const issuer = readCertificate(authority.issuing.certificate)
  const leaves = [company, signer, second, authority.tsa]
  const ocsps = await Promise.all(
    leaves.map(async ({ certificate }) => {
      const revoked = making.revoked && certificate === signer.certificate
      const status = revoked
        ? { kind: 'revoked' as const, at: making.revoked!.at, reason: 'unspecified' as const }
        : { kind: 'good' as const }
      const id = await certificateIdOf(readCertificate(certificate), issuer)
      return makeOcspResponse({
        answers: [{ id, status }],
        producedAt: thisUpdate,
        thisUpdate,
        nextUpdate,
        responder: authority.ocsp.certificate,
        signer: authority.ocsp.signer,
      })
    }),
  )
  const lists = await Promise.all(
    [authority.root, authority.issuing].map(({ certificate, signer: key }) =>
      makeRevocationList({ issuer: certificate, number: 1, thisUpdate, nextUpdate, revoked: [], signer: key }),
    ),
  )
  const certificates = [...leaves.map(({ certificate }) => certificate), ...chain]
  const vri = listSignatures(await readPdf(file)).map(({ contents }) => ({
    contents,
    certificates: certificates.map((_, at) => at),
    ocsps: ocsps.map((_, at) => at),
    revocationLists: [0, 1],
  }))
  const store = await securityStore(head, { certificates, ocsps, revocationLists: lists, vri })
  append(store.bytes, store.head)
  const tail = await documentTimeStamp(head, { contentsBytes: 4_096 })
  append(fillHole(tail, await stamp(await covered(tail), later(SIGNED_AT, 2 * MINUTE))), tail.head)
  return { revisions, file, head, authority, company }
}
