import { isIP } from 'node:net'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { DAY, type Instant, later, MINUTE, wholeSecond } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { issueCertificate, newSerial, readCertificate, toPem } from '../pki/certificate.ts'
import { generateKeyPair } from '../pki/key.ts'
import type { Name } from '../pki/name.ts'
import { OID } from '../pki/oid.ts'
import { same } from '../pki/revocation-list.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { addressesIn, published } from './address.ts'
import { above, type HeldCertificate, nameInAddresses, readHouseCertificates } from './certificates.ts'
import { earlier } from './making.ts'
import type { RenewalTools } from './renewal.ts'

/** Browsers refuse what lives longer (CA/Browser Forum, TLS Baseline Requirements 2.0, §6.3.2). */
const LONGEST = 397 * DAY
/** With less, the issuing authority is of no use for it. */
const SHORTEST = DAY

export interface ServerFiles {
  /** PKCS #8, PEM. Kept nowhere else. */
  readonly key: string
  /** PEM: the server's own first, then what stands between it and the root. */
  readonly certificate: string
  readonly serial: string
  readonly notAfter: Instant
}

/** How the register names a server. */
export const nameOfServer = (names: readonly string[]): string => names.join(', ')

/** Until when it would live that is made now. */
export const endOfServer = (issuing: Pick<HeldCertificate, 'notAfter'>, at: Instant): Instant =>
  wholeSecond(earlier(later(at, LONGEST - 2 * MINUTE), issuing.notAfter))

/**
 * A key and a certificate for a server under these names and addresses, and nothing but a server. It stands in the register and in the trail before
 * it is given out. Refused without names, while the keys are locked, where the issuing authority ends, and where an authority above it may not vouch for servers.
 */
export async function issueServerCertificate(tools: RenewalTools, act: Act, names: readonly string[]): Promise<ServerFiles> {
  const { db, keys, config } = tools
  if (!names.length) throw new RangeError('a server has a name')
  const { all, own } = await readHouseCertificates(db)
  const { issuing } = own
  if (keys.isLocked() || !keys.hasKey(issuing.keyId)) throw new Refusal('unavailable', 'authority.locked')
  const notAfter = endOfServer(issuing, act.at)
  if (notAfter < later(act.at, SHORTEST)) throw new Refusal('unavailable', 'authority.issuing-ends')
  const chain = [issuing, ...above(all, issuing)]
  if (!chain.every(mayVouchForServers)) throw new Refusal('conflict', 'server-certificate.not-for-servers')
  const { organization, country } = issuing.subject
  const subject: Name = { commonName: '', ...(organization ? { organization } : {}), ...(country ? { country } : {}) }
  const pair = await generateKeyPair('ecdsa-p256')
  const origin = originsOf(config, await readSetting(db, 'installation')).public
  const der = await issueCertificate(
    {
      profile: 'server',
      subject,
      spki: pair.spki,
      issuer: { certificate: issuing.der },
      serial: newSerial(),
      // A minute ahead of the clocks of those who read it.
      notBefore: wholeSecond(later(act.at, -MINUTE)),
      notAfter,
      hosts: names.map(hostOf),
      ...addressesIn('server', published(origin, nameInAddresses(all, issuing))),
    },
    await keys.signerOfKey(issuing.keyId!),
  )
  const { serialHex: serial, notBefore } = readCertificate(der)
  const hosts = nameOfServer(names)
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('certificate')
      .values({
        id: newId('cer'),
        serial,
        purpose: 'server',
        subject: JSON.stringify({ ...subject, commonName: hosts }),
        der,
        keyId: null,
        issuerId: issuing.id,
        notBefore,
        notAfter,
        recipientId: null,
        createdAt: act.at,
        revokedAt: null,
        revocationReason: null,
      })
      .execute()
    await append(tx, act, { type: 'certificate.server-issued', detail: { serial, hosts, until: notAfter.slice(0, 10) } })
  })
  const between = chain.filter(({ subjectDer, issuerDer }) => !same(subjectDer, issuerDer))
  return {
    key: toPem(pair.pkcs8, 'PRIVATE KEY'),
    certificate: [der, ...between.map((one) => one.der)].map((one) => toPem(one)).join(''),
    serial,
    notAfter,
  }
}

const ANY_PURPOSE = '2.5.29.37.0'

/** What restricts an authority's own purposes restricts those below it (TLS Baseline Requirements §7.1.2.10.6). */
const mayVouchForServers = ({ extendedKeyUsage }: HeldCertificate): boolean =>
  !extendedKeyUsage || extendedKeyUsage.purposes.some((one) => one === OID.serverAuthentication || one === ANY_PURPOSE)

/** As it stands in the certificate: a name, or the bytes of an address. */
export function hostOf(name: string): string | Uint8Array {
  const family = isIP(name)
  if (family === 0) return name
  if (family === 4) return Uint8Array.from(name.split('.'), Number)
  // The web's own form has no dotted part: eight groups, one run of zeros left out.
  const [head = '', tail] = new URL(`http://[${name}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => (text ? text.split(':') : [])
  const [left, right] = [groups(head), groups(tail ?? '')]
  const whole = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(whole.flatMap((group) => [group >> 8, group & 0xff]))
}

/** A name of the network in small ASCII letters, as browsers compare it, or null. One with a star is none: who holds its key is every host. */
export function readHostName(text: string): string | null {
  if (!/^[\p{L}\p{N}._-]{1,253}$/u.test(text)) return null
  const name = URL.parse(`https://${text}`)?.hostname.replace(/\.$/, '')
  return name && !isIP(name) && /^(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*$/.test(name) ? name : null
}
