import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { CheckpointKey } from '../audit/checkpoint.ts'
import { type Bytes, fromHex } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { type Clock, DAY, type Instant, later, MINUTE, systemClock, wholeSecond } from '../base/instant.ts'
import type { Db, Tx } from '../db/open.ts'
import { issueCertificate, newSerial, readCertificate } from '../pki/certificate.ts'
import { ephemeralSigner } from '../pki/key.ts'
import type { Name } from '../pki/name.ts'
import { certificateIdOf, makeOcspResponse } from '../pki/revocation.ts'
import type { Signer } from '../pki/signer.ts'
import { makeTimeStampToken } from '../pki/time-stamp.ts'
import { type AuthorityTools, earlier } from './creating.ts'
import type { SigningPurpose } from './key-store.ts'
import { readCertificates, TIME_STAMP_POLICY } from './certificates.ts'
import { statusOf } from './ocsp.ts'
import { areRevocationListsDue, currentRevocationList, renewRevocationLists } from './revocation-lists.ts'

export interface Authority {
  /** Refused while the keys are locked. */
  signerFor(purpose: SigningPurpose): Promise<Signer>
  certificates(): Readonly<Record<SigningPurpose, Bytes>>
  /** The certificates above this one, up to the root. */
  chain(purpose: SigningPurpose | 'signer'): Bytes[]
  /**
   * A certificate for one signature; its key lives in `signer` alone and ends with it. Kept in the register before it is given out;
   * with an act, recorded in the trail too.
   */
  issueSignerCertificate(db: Db | Tx, request: SignerRequest): Promise<{ certificate: Bytes; signer: Signer; serial: string }>
  /** A token over a SHA-256 digest, by the authority's own time-stamp authority. */
  timeStamp(imprint: Bytes, at?: Instant): Promise<Bytes>
  /** Current lists of the root and of the issuing authority; made anew where they are a day old. */
  revocationLists(at: Instant): Promise<Bytes[]>
  /** What is to be kept beside a signature: made now, and never promising more than the certificate's own life. */
  ocspFor(certificate: Bytes, at: Instant): Promise<Bytes>
  checkpointKey(): CheckpointKey
}

export interface SignerRequest {
  readonly subject: Name
  readonly notAfter: Instant
  readonly recipientId: string
  /** 20 bytes of `newSerial` as hexadecimal, reserved when the revision was frozen. */
  readonly serial: string
  readonly email?: string
  /** Default: now. */
  readonly at?: Instant
  readonly act?: Act
}

/** What the authority can do, with its certificates as they stand now. Refused where there is none yet. */
export async function openAuthority(tools: AuthorityTools & { readonly clock?: Clock }): Promise<Authority> {
  const { db, keys } = tools
  const held = await readCertificates(db)
  const read = { issuing: readCertificate(held.issuing), root: readCertificate(held.root) }
  const now = tools.clock ?? systemClock
  const chain: Authority['chain'] = (purpose) => (purpose === 'root' ? [] : purpose === 'issuing' ? [held.root] : [held.issuing, held.root])
  return {
    signerFor: (purpose) => keys.signerFor(purpose),
    certificates: () => held,
    chain,
    checkpointKey: () => keys.checkpointKey(),

    async issueSignerCertificate(on, { subject, notAfter, recipientId, serial, email, at = now(), act }) {
      const issuingSigner = await keys.signerFor('issuing')
      const { signer, spki } = await ephemeralSigner(issuingSigner.algorithm)
      const seal = readCertificate(held.seal)
      const certificate = await issueCertificate(
        {
          profile: 'signer',
          subject,
          spki,
          issuer: { certificate: held.issuing },
          serial: fromHex(serial),
          notBefore: wholeSecond(later(at, -MINUTE)),
          notAfter: wholeSecond(earlier(notAfter, read.issuing.notAfter)),
          ...(email ? { email } : {}),
          ...(seal.crlUrls[0] ? { crlUrl: seal.crlUrls[0] } : {}),
          ...(seal.ocspUrls[0] ? { ocspUrl: seal.ocspUrls[0] } : {}),
        },
        issuingSigner,
      )
      const made = readCertificate(certificate)
      const keep = async (tx: Tx): Promise<void> => {
        const issuer = await tx.selectFrom('certificate').select('id').where('serial', '=', read.issuing.serialHex).executeTakeFirst()
        const row = {
          id: newId('cer'),
          serial: made.serialHex,
          purpose: 'signer' as const,
          subject: JSON.stringify(subject),
          der: certificate,
          keyId: null,
          issuerId: issuer?.id ?? null,
          notBefore: made.notBefore,
          notAfter: made.notAfter,
          recipientId,
          createdAt: at,
          revokedAt: null,
          revocationReason: null,
        }
        await tx.insertInto('certificate').values(row).execute()
        if (act) await append(tx, act, { type: 'certificate.issued', detail: { serial: made.serialHex, recipient: recipientId } })
      }
      await (on.isTransaction ? keep(on as Tx) : on.transaction().execute(keep))
      return { certificate, signer, serial: made.serialHex }
    },

    async timeStamp(imprint, at = now()) {
      const signer = await keys.signerFor('tsa')
      return makeTimeStampToken({
        imprint,
        at,
        serial: newSerial(),
        policy: TIME_STAMP_POLICY,
        certificate: held.tsa,
        chain: chain('tsa'),
        signer,
      })
    },

    async revocationLists(at) {
      if (!keys.isLocked() && (await areRevocationListsDue(db, at))) await renewRevocationLists(tools, systemAct(at))
      const lists = [await currentRevocationList(db, 'root'), await currentRevocationList(db, 'issuing')]
      return lists.flatMap((list) => (list ? [list.der] : []))
    },

    async ocspFor(der, at) {
      const certificate = readCertificate(der)
      const signer = await keys.signerFor('ocsp')
      const until = earlier(later(at, 7 * DAY), earlier(certificate.notAfter, readCertificate(held.ocsp).notAfter))
      return makeOcspResponse({
        answers: [{ id: await certificateIdOf(certificate, read.issuing), status: await statusOf(db, certificate.serialHex) }],
        producedAt: at,
        thisUpdate: at,
        nextUpdate: until,
        responder: held.ocsp,
        signer,
      })
    },
  }
}
