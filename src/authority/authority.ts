import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { CheckpointKey } from '../audit/checkpoint.ts'
import { type Bytes, fromBase64, fromHex } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { type Clock, DAY, type Instant, later, MINUTE, systemClock, wholeSecond } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Certificate, issueCertificate, newSerial, readCertificate } from '../pki/certificate.ts'
import { ephemeralSigner } from '../pki/key.ts'
import type { Name } from '../pki/name.ts'
import { certificateIdOf, makeOcspResponse } from '../pki/revocation.ts'
import { readRevocationList, same } from '../pki/revocation-list.ts'
import type { Signer } from '../pki/signer.ts'
import { makeTimeStampToken } from '../pki/time-stamp.ts'
import type { AuthorityTools } from './creating.ts'
import { above, carriedWith, type HeldCertificate, issuerAmong, readHouseCertificates, TIME_STAMP_POLICY } from './certificates.ts'
import type { SigningPurpose } from './key-store.ts'
import { earlier } from './making.ts'
import { firstOutside, LARGEST_TOKEN } from './outside-stamp.ts'
import { readSetting } from '../setting/setting.ts'
import { responderFor, statusOf } from './ocsp.ts'
import { areRevocationListsDue, currentRevocationLists, renewRevocationLists } from './revocation-lists.ts'

export interface Authority {
  /** Of the current certificate's own key. Refused while the keys are locked. */
  signerFor(purpose: SigningPurpose): Promise<Signer>
  certificates(): Readonly<Record<SigningPurpose, Bytes>>
  /**
   * The seal in use; for a name, a seal of that name, the newest whose key is here. Who certified a document seals it.
   */
  seal(name?: Name): Seal
  /** Whether there was ever a seal of another authority. */
  readonly hadOtherSeals: boolean
  /** The certificates above this one, up to the root. */
  chain(purpose: SigningPurpose | 'signer'): Bytes[]
  /** The same for any certificate that one of our issuing authorities issued, the earlier ones too; for a time-stamp authority of others, its root; empty for a stranger's. */
  chainOf(certificate: Bytes): Bytes[]
  /**
   * A certificate for one signature; its key lives in `signer` alone and ends with it. Kept in the register before it is given out;
   * with an act, recorded in the trail too.
   */
  issueSignerCertificate(db: Db | Tx, request: SignerRequest): Promise<{ certificate: Bytes; signer: Signer; serial: string }>
  /**
   * A token over a SHA-256 digest: by the first outside authority that answers, else by the house's own as declared. Refused where none answers
   * and nothing else was declared: no other clock's time is put in its place.
   */
  timeStamp(imprint: Bytes, at?: Instant): Promise<Bytes>
  /** Until when a time stamp made now proves its time: the first end on the way up. Null where another authority decides. */
  stampsProveUntil(): Instant | null
  /** Bytes to keep in a signature for a token of somebody else, beside those for our own. */
  readonly tokenRoom: number
  /** Current lists of the root and of the issuing authorities; made anew where they are a day old. */
  revocationLists(at: Instant): Promise<Bytes[]>
  /**
   * What is to be kept beside a signature: made now, and never promising more than the certificate's own life. Null for a certificate that has
   * ended, or that another authority issued.
   */
  ocspFor(certificate: Bytes, at: Instant): Promise<Bytes | null>
  checkpointKey(): CheckpointKey
}

export interface Seal {
  readonly certificate: Bytes
  /** Above it, up to its root. */
  readonly chain: readonly Bytes[]
  /** Another authority issued it. */
  readonly isOutside: boolean
  /** Refused while the keys are locked. */
  signer(): Promise<Signer>
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

/** What the authority can do, with its certificates as they stand now and each with its own key. Refused where there is none yet. */
export async function openAuthority(tools: AuthorityTools & { readonly clock?: Clock }): Promise<Authority> {
  const { db, keys } = tools
  const { all, current } = await readHouseCertificates(db)
  const now = tools.clock ?? systemClock
  const stamping = await readSetting(db, 'timeStamping')
  const outside = stamping.roots.map((root) => readCertificate(fromBase64(root)))
  const bytesOf = (certificates: readonly HeldCertificate[]): Bytes[] => certificates.map(({ der }) => der)
  const chainAbove = (one: HeldCertificate): Bytes[] => (one.outside ? [...one.outside.chain] : bytesOf(above(all, one)))
  const sealed = (one: HeldCertificate): Seal => ({
    certificate: one.der,
    chain: chainAbove(one),
    isOutside: one.outside !== null,
    signer: () => keys.signerOfKey(one.keyId ?? ''),
  })
  const chain: Authority['chain'] = (purpose) =>
    purpose === 'signer' ? bytesOf([current.issuing, ...above(all, current.issuing)]) : chainAbove(current[purpose])
  const signerFor = (purpose: SigningPurpose): Promise<Signer> => keys.signerOfKey(current[purpose].keyId ?? '')
  return {
    signerFor,
    certificates: () => Object.fromEntries(Object.entries(current).map(([purpose, { der }]) => [purpose, der])) as never,
    seal(name) {
      const isNamed = ({ subject }: HeldCertificate): boolean =>
        subject.commonName === name?.commonName && subject.organization === name.organization
      if (!name || isNamed(current.seal)) return sealed(current.seal)
      return sealed(
        all.findLast((one) => one.purpose === 'seal' && !one.revokedAt && isNamed(one) && keys.hasKey(one.keyId)) ?? current.seal,
      )
    },
    hadOtherSeals: all.some((one) => one.outside !== null),
    chain,
    chainOf(certificate) {
      const brought = all.find((one) => one.outside && same(one.der, certificate))
      if (brought) return chainAbove(brought)
      const issuer = issuerAmong(all, readCertificate(certificate))
      return issuer
        ? bytesOf([issuer, ...above(all, issuer)])
        : outside.filter(isIssuerOf(readCertificate(certificate))).map(({ der }) => der)
    },
    checkpointKey: () => keys.checkpointKey(),

    async issueSignerCertificate(on, { subject, notAfter, recipientId, serial, email, at = now(), act }) {
      const { issuing, tsa } = current
      if (issuing.notAfter < later(at, LEAST_SIGNER_LIFE)) throw new Refusal('unavailable', 'authority.issuing-ends')
      const issuingSigner = await signerFor('issuing')
      const { signer, spki } = await ephemeralSigner(issuingSigner.algorithm)
      const certificate = await issueCertificate(
        {
          profile: 'signer',
          subject,
          spki,
          issuer: { certificate: issuing.der },
          serial: fromHex(serial),
          notBefore: wholeSecond(later(at, -MINUTE)),
          notAfter: wholeSecond(earlier(notAfter, issuing.notAfter)),
          ...(email ? { email } : {}),
          ...(tsa.crlUrls[0] ? { crlUrl: tsa.crlUrls[0] } : {}),
          ...(tsa.ocspUrls[0] ? { ocspUrl: tsa.ocspUrls[0] } : {}),
        },
        issuingSigner,
      )
      const made = readCertificate(certificate)
      const keep = async (tx: Tx): Promise<void> => {
        const row = {
          id: newId('cer'),
          serial: made.serialHex,
          purpose: 'signer' as const,
          subject: JSON.stringify(subject),
          der: certificate,
          keyId: null,
          issuerId: issuing.id,
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
      if (stamping.authorities.length) {
        const { token, faults } = await firstOutside(stamping.authorities, imprint, at)
        if (token) return token
        const told = faults.map(({ name, fault }) => `${name}: ${fault}`).join(', ')
        if (stamping.fallback === 'none') throw new Refusal('unavailable', 'time-stamping.none-answers', { told })
        await recordFallback(db, systemAct(at), told)
      }
      const signer = await signerFor('tsa')
      return makeTimeStampToken({
        imprint,
        at,
        serial: newSerial(),
        policy: TIME_STAMP_POLICY,
        certificate: current.tsa.der,
        chain: carriedWith(all, current.tsa),
        signer,
      })
    },

    tokenRoom: stamping.authorities.length ? LARGEST_TOKEN : 0,
    stampsProveUntil: () =>
      stamping.authorities.length ? null : [current.tsa, ...above(all, current.tsa)].map(({ notAfter }) => notAfter).reduce(earlier),

    async revocationLists(at) {
      if (!keys.isLocked() && (await areRevocationListsDue(tools, at))) await renewRevocationLists(tools, systemAct(at))
      const own = (await currentRevocationLists(db, at)).map(({ der }) => der)
      return [...own, ...all.flatMap(({ outside }) => outside?.revocationLists ?? []).filter((der) => isInForce(der, at))]
    },

    async ocspFor(der, at) {
      const certificate = readCertificate(der)
      const issuer = issuerAmong(all, certificate)
      const responder = issuer && responderFor(all, issuer, keys, at)
      if (!responder || certificate.notAfter < at) return null
      const until = earlier(later(at, 7 * DAY), earlier(certificate.notAfter, responder.notAfter))
      return makeOcspResponse({
        answers: [{ id: await certificateIdOf(certificate, issuer), status: await statusOf(db, certificate.serialHex, issuer.id) }],
        producedAt: at,
        thisUpdate: at,
        nextUpdate: until,
        responder: responder.der,
        signer: await keys.signerOfKey(responder.keyId!),
      })
    },
  }
}

/** Dispatch lets nothing go whose deadline is nearer to the issuer's end than this. */
const LEAST_SIGNER_LIFE = 90 * DAY

const recordFallback = (db: Db, act: Act, told: string): Promise<unknown> =>
  db.transaction().execute((tx) => append(tx, act, { type: 'authority.time-stamp-fallback', detail: { told } }))

/** Lists that came with a seal are of use as long as they promise. */
function isInForce(der: Bytes, at: Instant): boolean {
  const { thisUpdate, nextUpdate } = readRevocationList(der)
  return thisUpdate <= at && nextUpdate !== null && nextUpdate >= at
}

const isIssuerOf =
  ({ issuerDer, der }: Certificate) =>
  (root: Certificate): boolean =>
    same(root.subjectDer, issuerDer) && !same(root.der, der)
