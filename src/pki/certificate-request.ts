import type { Bytes } from '../base/bytes.ts'
import { OWN } from './algorithm.ts'
import { extension } from './certificate.ts'
import { bits, integer, oid, sequence, setOf, tlv, yes } from './der.ts'
import { Der, DerFault } from './der-reader.ts'
import { type Name, writeName } from './name.ts'
import { OID } from './oid.ts'
import type { Signer } from './signer.ts'

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
/** keyCertSign and cRLSign (RFC 5280 §4.2.1.3). */
const SIGN_CERTIFICATES_AND_LISTS = bits(Uint8Array.of(0x06), 1)

/** PKCS #10 (RFC 2986): asks for an authority with nothing below it but what it issues itself. */
export async function requestAuthority(subject: Name, spki: Bytes, signer: Signer): Promise<Bytes> {
  const { identifier } = OWN[signer.algorithm]
  const wanted = sequence(
    extension(OID.basicConstraints, sequence(yes(), integer(0)), true),
    extension(OID.keyUsage, SIGN_CERTIFICATES_AND_LISTS, true),
  )
  const attributes = tlv(0xa0, sequence(oid(EXTENSION_REQUEST), setOf([wanted])))
  const body = sequence(integer(0), writeName(subject), spki, attributes)
  return sequence(body, identifier, bits(await signer.sign(body)))
}

/** The certificates of a PKCS #7 that carries nothing else (RFC 5652 §5.1, "certs-only"). Throws a `DerFault` for anything else. */
export function certificatesInPkcs7(der: Uint8Array): Bytes[] {
  const fields = Der.read(der).fields()
  if (fields.take().oid() !== OID.signedData) throw new DerFault('not signed data')
  const inner = fields.take(0xa0).only().fields()
  inner.take(0x02)
  inner.take(0x31)
  inner.take(0x30)
  return (inner.optional(0xa0)?.children ?? []).map(({ bytes }) => Uint8Array.from(bytes))
}
