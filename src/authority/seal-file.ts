import { type Bytes, fromUtf8 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import { fromPem } from '../pki/certificate.ts'
import { certificatesInPkcs7 } from '../pki/certificate-request.ts'
import { Der, DerFault } from '../pki/der-reader.ts'
import { integer, octets, sequence, tlv } from '../pki/der.ts'
import { decryptPkcs8, isPkcs8 } from '../pki/encrypted-key.ts'
import { OID } from '../pki/oid.ts'
import { oid } from '../pki/der.ts'
import { openPkcs12 } from './pkcs12.ts'

/** What a file with a seal holds. Nothing of it is judged. */
export interface SealFile {
  /** PKCS #8. */
  readonly key: Bytes
  readonly certificates: readonly Bytes[]
  readonly lists: readonly Bytes[]
}

const refused = (why: string): Refusal => new Refusal('invalid', `own-seal.${why}`)

/**
 * PKCS #12 or PEM (key plain or encrypted as PKCS #8, and certificates), with certificates and lists from a second file. Refused with what is wrong:
 * the password, no key or more than one, a form that is not read here.
 */
export async function readSealFile(file: Bytes, password: string, more: Bytes | null): Promise<SealFile> {
  try {
    const pem = textOf(file)
    const found = pem ? await fromPemFile(pem, password) : await openPkcs12(file, password)
    if (!found) throw refused('password-wrong')
    const keys = [...new Map(found.keys.map((key) => [key.join(), key])).values()]
    if (!keys.length) throw refused('key-missing')
    if (keys.length > 1) throw refused('several-keys')
    const added = more ? beside(more) : { certificates: [], lists: [] }
    const certificates = [...found.certificates, ...added.certificates]
    if (!certificates.length || certificates.length > 20) throw refused('certificate-missing')
    return { key: keys[0]!, certificates, lists: [...found.lists, ...added.lists].slice(0, 20) }
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    throw refused('unreadable')
  }
}

const textOf = (bytes: Uint8Array): string | null => {
  try {
    const text = fromUtf8(bytes)
    return text.includes('-----BEGIN ') ? text : null
  } catch {
    return null
  }
}

async function fromPemFile(text: string, password: string): Promise<{ keys: Bytes[]; certificates: Bytes[]; lists: Bytes[] } | null> {
  // RFC 1421's encryption has one round of MD5: whoever has such a file is told how to convert it.
  if (text.includes('Proc-Type: 4,ENCRYPTED')) throw refused('key-old-pem')
  const keys = [
    ...fromPem(text, 'PRIVATE KEY'),
    ...fromPem(text, 'RSA PRIVATE KEY').map(rsaPkcs8),
    ...fromPem(text, 'EC PRIVATE KEY').map(ecPkcs8),
  ]
  for (const encrypted of fromPem(text, 'ENCRYPTED PRIVATE KEY')) {
    const key = await decryptPkcs8(encrypted, password)
    if (!key) return null
    keys.push(key)
  }
  for (const key of keys) if (!isPkcs8(key)) throw new DerFault('no key')
  return { keys, ...pemParts(text) }
}

const pemParts = (text: string) => ({
  certificates: [...fromPem(text), ...fromPem(text, 'PKCS7').flatMap(certificatesInPkcs7)],
  lists: fromPem(text, 'X509 CRL'),
})

function beside(bytes: Bytes): { certificates: Bytes[]; lists: Bytes[] } {
  const text = textOf(bytes)
  if (text) return pemParts(text)
  try {
    return { certificates: certificatesInPkcs7(bytes), lists: [] }
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
  }
  // A list's third field is its issuer's name or a time; a certificate's body begins with its version or a serial.
  const isList = !Der.read(bytes)
    .fields()
    .take(0x30)
    .children.some((one) => one.is(0xa3))
  return isList ? { certificates: [], lists: [bytes] } : { certificates: [bytes], lists: [] }
}

/** RFC 8017, appendix A.1.2, in PKCS #8. */
const rsaPkcs8 = (key: Bytes): Bytes => sequence(integer(0), sequence(oid(OID.rsa), tlv(0x05)), octets(key))

/** RFC 5915: the curve stands in the key itself and moves to its algorithm. */
function ecPkcs8(key: Bytes): Bytes {
  const fields = Der.read(key).fields()
  fields.take()
  fields.take()
  const curve = fields.optional(0xa0)?.only()
  if (!curve) throw new DerFault('a key without its curve')
  return sequence(integer(0), sequence(oid(OID.ec), curve.bytes), octets(key))
}
