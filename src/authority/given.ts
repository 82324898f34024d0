import { type Bytes, fromUtf8 } from '../base/bytes.ts'
import { fromPem } from '../pki/certificate.ts'
import { type Certificate, readCertificate } from '../pki/certificate-reader.ts'
import { certificatesInPkcs7 } from '../pki/certificate-request.ts'
import { DerFault } from '../pki/der-reader.ts'

/** What a person gives as certificates: PEM (several may follow each other), one as DER, or PKCS #7 in either. Empty where it holds none, or more than `most`. */
export function certificatesIn(given: Bytes, most: number): Certificate[] {
  try {
    const text = given.includes(0x2d) ? textOf(given) : ''
    const pkcs7 = fromPem(text, 'PKCS7').flatMap(certificatesInPkcs7)
    const ders = text.includes('-----BEGIN') ? [...fromPem(text), ...pkcs7] : dersIn(given)
    return ders.length <= most ? ders.map(readCertificate) : []
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    return []
  }
}

const dersIn = (given: Bytes): Bytes[] => {
  try {
    return certificatesInPkcs7(given)
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    return [given]
  }
}

function textOf(bytes: Bytes): string {
  try {
    return fromUtf8(bytes)
  } catch {
    return ''
  }
}
