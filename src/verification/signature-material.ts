import type { Bytes } from '../base/bytes.ts'
import { type Evidence, evidenceOf } from '../pdf/evidence.ts'
import { readPdf } from '../pdf/read.ts'
import { listSignatures, type SignatureKind } from '../pdf/signatures.ts'
import { fingerprintOf, readCertificate, toPem } from '../pki/certificate.ts'
import { readCms } from '../pki/cms.ts'
import { readOcspResponse } from '../pki/revocation.ts'

/** Certificates and lists as openssl reads them. */
export interface TrustMaterial {
  /** Each once. The serial as openssl prints it, in lower case; the SHA-256 of the DER in lower-case hexadecimal. */
  readonly certificates: readonly {
    readonly pem: string
    readonly serial: string
    readonly fingerprint: string
    readonly kind: 'root' | 'authority' | 'leaf'
  }[]
  readonly revocationLists: readonly string[]
}

/** What stands in a signed PDF for other tools to judge. Nothing of it is judged here. */
export interface SignatureMaterial extends TrustMaterial {
  readonly signatures: readonly {
    readonly field: string
    readonly kind: SignatureKind
    /** Where /Contents stands in the file, bracket to bracket: from here (inclusive) to there (exclusive). */
    readonly gap: readonly [number, number]
    /** Where what it covers ends. */
    readonly end: number
    /** The CMS, or the RFC 3161 token of a document time stamp. */
    readonly der: Bytes
    /** As openssl prints it, in lower case; null where the signature carries no certificate of its signer. */
    readonly signerSerial: string | null
    /** The token over a signature's value. */
    readonly token: Bytes | null
  }[]
  /** Each by the serial of the certificate that it is about. */
  readonly ocsps: readonly { readonly der: Bytes; readonly serial: string }[]
}

/**
 * Of a file that our own verifier has called genuine; of one that arrived signed, what came after its first `received` bytes: what others brought is
 * theirs to prove. Throws a PdfFault or a DerFault where it is otherwise.
 */
export async function signatureMaterialOf(pdf: Uint8Array, received = 0): Promise<SignatureMaterial> {
  const file = await readPdf(pdf)
  const store = await storeAfter(pdf, received, await evidenceOf(file))
  const signatures: SignatureMaterial['signatures'][number][] = []
  for (const { field, kind, byteRange, der } of listSignatures(file)) {
    if (!byteRange || byteRange[2] + byteRange[3] <= received) continue
    const { timeStampToken, signerCertificate } = readCms(der)
    const token = kind === 'time-stamp' ? null : timeStampToken
    const signerSerial = signerCertificate?.serialHex ?? null
    const [, start, resume, length] = byteRange
    signatures.push({ field, kind, gap: [start, resume], end: resume + length, der: Uint8Array.from(der), signerSerial, token })
  }
  const inside = signatures.flatMap(({ der, token }) => [der, ...(token ? [token] : [])].flatMap((cms) => readCms(cms).certificates))
  return {
    signatures,
    ...(await trustMaterialOf([...store.certificates, ...inside.map(({ der }) => der)], store.revocationLists)),
    ocsps: store.ocsps.flatMap((der) => readOcspResponse(der).answers.map(({ id }) => ({ der, serial: id.serialHex }))),
  }
}

/** A later store repeats the earlier one and adds to its end. */
async function storeAfter(pdf: Uint8Array, received: number, { certificates, ocsps, revocationLists }: Evidence) {
  const before = received ? await evidenceOf(await readPdf(pdf.subarray(0, received))) : null
  return {
    certificates: certificates.slice(before?.certificates.length),
    ocsps: ocsps.slice(before?.ocsps.length),
    revocationLists: revocationLists.slice(before?.revocationLists.length),
  }
}

export async function trustMaterialOf(certificates: readonly Uint8Array[], revocationLists: readonly Uint8Array[]): Promise<TrustMaterial> {
  const found = new Map<string, TrustMaterial['certificates'][number]>()
  for (const der of certificates) {
    const { serialHex, isCa, issuerDer, subjectDer } = readCertificate(der)
    const fingerprint = await fingerprintOf(der)
    const kind = !isCa ? 'leaf' : issuerDer.join() === subjectDer.join() ? 'root' : 'authority'
    found.set(fingerprint, { pem: toPem(der), serial: serialHex, fingerprint, kind })
  }
  return { certificates: [...found.values()], revocationLists: revocationLists.map((der) => toPem(der, 'X509 CRL')) }
}
