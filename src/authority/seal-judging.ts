import { type Bytes, equalBytes } from '../base/bytes.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { type KeyAlgorithm, OWN, sha256, SMALLEST_RSA } from '../pki/algorithm.ts'
import { type Certificate, readCertificate } from '../pki/certificate.ts'
import { readCms, signCms, verifyCms } from '../pki/cms.ts'
import { Der, DerFault } from '../pki/der-reader.ts'
import { signerOf } from '../pki/key.ts'
import { validatePath } from '../pki/path.ts'
import { readRevocationList, type RevocationList } from '../pki/revocation-list.ts'
import { checkSignature, keyFacts } from '../pki/signature.ts'
import type { SealFile } from './seal-file.ts'
import { LATE } from './lives.ts'

export interface JudgedSeal {
  readonly certificate: Certificate
  /** Above it, up to its root. */
  readonly chain: readonly Certificate[]
  readonly lists: readonly Bytes[]
  readonly algorithm: KeyAlgorithm
}

const refused = (why: string, params: Readonly<Record<string, string>> = {}): Refusal => new Refusal('invalid', `own-seal.${why}`, params)

/**
 * Whether our own verifier would call genuine what this seal signs: the key is the certificate's, the certificate may sign documents and leads up to its
 * root, and a signature made now passes. Refused with the first thing that is wrong.
 */
export async function judgeSeal({ key, certificates, lists }: SealFile, at: Instant): Promise<JudgedSeal> {
  const given = read(certificates)
  const certificate = await ownerOf(key, given)
  if (certificate.isCa) throw refused('is-authority')
  const algorithm = algorithmOf(certificate)
  if (!algorithm) throw refused('weak')
  const { keyUsage, unknownCritical } = certificate
  if (keyUsage && !keyUsage.includes('digitalSignature') && !keyUsage.includes('nonRepudiation')) throw refused('purpose')
  if (unknownCritical.length) throw refused('constrained')
  refuseUnlessLasting(certificate, at)
  const kept = readLists(lists)
  const chain = await chainOf(certificate, given, kept, at)
  if (!(await isProven(key, algorithm, certificate, chain))) throw refused('not-verifiable')
  const issuers = chain.map(({ subjectDer }) => subjectDer)
  return {
    certificate,
    chain,
    lists: kept.filter(({ issuerDer }) => issuers.some((one) => equalBytes(one, issuerDer))).map(({ der }) => Uint8Array.from(der)),
    algorithm,
  }
}

/** What is sent with it must still be sealed in time: the shortest of use is a month of deadline. */
const LEAST_USE = 30 * DAY

export function refuseUnlessLasting({ notBefore, notAfter }: Certificate, at: Instant): void {
  if (notAfter <= at) throw refused('ended', { date: notAfter.slice(0, 10) })
  if (notBefore > at) throw refused('not-yet', { date: notBefore.slice(0, 10) })
  if (notAfter < later(at, LATE + LEAST_USE)) throw refused('too-short', { date: notAfter.slice(0, 10) })
}

function read(ders: readonly Bytes[]): Certificate[] {
  return [...new Map(ders.map((der) => [der.join(), readable(der)])).values()]
}

function readable(der: Bytes): Certificate {
  try {
    return readCertificate(der)
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    throw refused('unreadable')
  }
}

function readLists(ders: readonly Bytes[]): RevocationList[] {
  try {
    return ders.map((der) => readRevocationList(der))
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    throw refused('unreadable')
  }
}

/** The certificate whose public key answers to the private one. */
async function ownerOf(key: Bytes, given: readonly Certificate[]): Promise<Certificate> {
  for (const one of given) {
    const algorithm = algorithmOf(one)
    if (algorithm && (await answers(key, algorithm, one))) return one
  }
  // Only what is not judged here is left: say that, where there is one leaf alone.
  const leaves = given.filter(({ isCa }) => !isCa)
  throw refused(leaves.length === 1 && !algorithmOf(leaves[0]!) ? 'weak' : 'key-differs')
}

async function answers(key: Bytes, algorithm: KeyAlgorithm, { spki }: Certificate): Promise<boolean> {
  try {
    const signer = await signerOf(algorithm, key)
    const message = crypto.getRandomValues(new Uint8Array(32))
    const check = { algorithm: Der.read(OWN[algorithm].identifier), spki, message, signature: await signer.sign(message) }
    return (await checkSignature(check)) === 'valid'
  } catch (error) {
    // A key of another family is not imported.
    if (error instanceof DOMException || error instanceof TypeError) return false
    throw error
  }
}

function algorithmOf({ spki }: Certificate): KeyAlgorithm | null {
  const key = keyFacts(spki)
  if (key?.family === 'rsa') return key.size >= SMALLEST_RSA && key.size <= 8_192 ? 'rsa-3072' : null
  if (key?.family === 'ec') return key.curve.name === 'P-256' ? 'ecdsa-p256' : key.curve.name === 'P-384' ? 'ecdsa-p384' : null
  return null
}

/** Each link checked, and what the lists say of each. */
async function chainOf(
  certificate: Certificate,
  given: readonly Certificate[],
  lists: readonly RevocationList[],
  at: Instant,
): Promise<readonly Certificate[]> {
  const roots = given.filter(({ isCa, subjectDer, issuerDer }) => isCa && equalBytes(subjectDer, issuerDer))
  if (!roots.length) throw refused('root-missing')
  const path = await validatePath({
    certificate,
    intermediates: given,
    roots,
    at,
    isProven: true,
    purpose: 'seal',
    revocationLists: lists,
    requireRevocation: false,
  })
  if (path.indication === 'passed') return path.chain.slice(1)
  const [reason] = path.reasons
  throw refused(
    reason === 'revoked' || reason === 'authority-revoked' ? 'revoked' : reason === 'purpose-wrong' ? 'purpose' : 'chain-broken',
  )
}

/** A signature as it will stand in documents, judged as our verifier judges it: the certificate itself is what is trusted. */
async function isProven(key: Bytes, algorithm: KeyAlgorithm, certificate: Certificate, chain: readonly Certificate[]): Promise<boolean> {
  const digest = await sha256(certificate.der)
  const bytes = ({ der }: Certificate): Bytes => Uint8Array.from(der)
  const signer = await signerOf(algorithm, key)
  const cms = readCms(await signCms({ digest, certificate: bytes(certificate), chain: chain.map(bytes), signer }))
  const check = await verifyCms(
    cms,
    async () => digest,
    () => certificate.der,
  )
  const path = await validatePath({
    certificate,
    intermediates: [],
    roots: [certificate],
    at: certificate.notAfter,
    purpose: 'seal',
    requireRevocation: true,
  })
  return check.intact && check.signature === 'valid' && !check.faults.length && path.indication === 'passed'
}
