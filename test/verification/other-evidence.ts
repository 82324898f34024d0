import type { Bytes } from '../../src/base/bytes.ts'
import { type Instant, later, MINUTE } from '../../src/base/instant.ts'
import { deflate } from '../../src/pdf/flate.ts'
import { latin } from '../../src/pdf/syntax.ts'
import { sha256 } from '../../src/pki/algorithm.ts'
import { newSerial, readCertificate } from '../../src/pki/certificate.ts'
import { certificateIdOf, makeOcspResponse, makeRevocationList } from '../../src/pki/revocation.ts'
import { makeTimeStampToken } from '../../src/pki/time-stamp.ts'
import type { Holder } from '../pki/declared-authority.ts'
import { added, OBJECTS, signedBy, sourceOf } from './other-file.ts'
import { type Authority, SIGNED_AT } from './sealed-file.ts'

export const stampBy =
  (authority: Authority, at: Instant = SIGNED_AT, tsa: Holder = authority.tsa) =>
  async (value: Bytes): Promise<Bytes> =>
    makeTimeStampToken({
      imprint: await sha256(value),
      at,
      serial: newSerial(),
      policy: '1.3.6.1.4.1.55555.2',
      certificate: tsa.certificate,
      chain: [authority.issuing.certificate, authority.root.certificate],
      signer: tsa.signer,
    })

/** A security store with what speaks of this certificate and of the authority: by OCSP, or by lists alone. */
export async function withEvidence(
  file: Bytes,
  authority: Authority,
  leaf: Bytes,
  by: 'ocsp' | 'lists' = 'ocsp',
  revokedAt?: Instant,
): Promise<Bytes> {
  const times = { thisUpdate: later(SIGNED_AT, MINUTE), nextUpdate: later(SIGNED_AT, 1_000 * MINUTE) }
  const certificate = readCertificate(leaf)
  const lists = await Promise.all(
    [authority.root, authority.issuing].map(({ certificate: issuer, signer }) =>
      makeRevocationList({
        issuer,
        number: 1,
        ...times,
        revoked:
          revokedAt && issuer === authority.issuing.certificate
            ? [{ serialHex: certificate.serialHex, at: revokedAt, reason: 'superseded' }]
            : [],
        signer,
      }),
    ),
  )
  const id = await certificateIdOf(certificate, readCertificate(authority.issuing.certificate))
  const { certificate: responder, signer } = authority.ocsp
  const answers = [
    { id, status: revokedAt ? { kind: 'revoked' as const, at: revokedAt, reason: 'superseded' as const } : { kind: 'good' as const } },
  ]
  const ocsp = await makeOcspResponse({ answers, producedAt: times.thisUpdate, ...times, responder, signer })
  const catalog = await sourceOf(file, OBJECTS.catalog)
  return added(file, async (appending) => {
    const put = async (bytes: Bytes): Promise<string> => {
      const packed = await deflate(bytes)
      return `${appending.add(`<</Filter /FlateDecode /Length ${packed.length}>>\nstream\n${latin(packed)}\nendstream`)} 0 R`
    }
    const kept = by === 'ocsp' ? [lists[0]!] : lists
    const crls: string[] = []
    for (const list of kept) crls.push(await put(list))
    const ocsps = by === 'ocsp' ? ` /OCSPs [${await put(ocsp)}]` : ''
    const certificates = `${await put(authority.issuing.certificate)} ${await put(authority.ocsp.certificate)}`
    const store = appending.add(`<</Type /DSS /Certs [${certificates}]${ocsps} /CRLs [${crls.join(' ')}]>>`)
    appending.put(OBJECTS.catalog, catalog.replace(/>>$/, ` /DSS ${store} 0 R>>`))
  })
}

/** A time stamp over the whole file, in the second field. */
export const stamped = (file: Bytes, authority: Authority, at: Instant): Promise<Bytes> =>
  signedBy(file, { cms: stampBy(authority, at), field: OBJECTS.second, type: 'DocTimeStamp', subFilter: 'ETSI.RFC3161' })
