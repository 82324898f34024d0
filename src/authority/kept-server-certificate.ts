import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { systemAct } from '../audit/act.ts'
import { DAY, type Instant, later, MINUTE, wholeSecond } from '../base/instant.ts'
import type { TlsFiles } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { type Certificate, fromPem, issueCertificate, newSerial, readCertificate, toPem } from '../pki/certificate.ts'
import { generateKeyPair, signerOf } from '../pki/key.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { readHouseCertificates } from './certificates.ts'
import { hasAuthority } from './creating.ts'
import type { RenewalTools } from './renewal.ts'
import { endOfServer, hostOf, issueServerCertificate, nameOfServer, type ServerFiles } from './server-certificate.ts'

/** How long before its end another takes its place. */
const RENEWED = 30 * DAY
const PROVISIONAL_LIFE = 30 * DAY

/** What the server shows of itself: from the authority, or its own word alone until that can speak. */
export type KeptServerCertificate = 'authority' | 'provisional'

/**
 * Keeps a certificate of the authority in these files, for the hosts of the house's addresses: made where there is none, where it is not for them, was
 * revoked, stands under an earlier issuing authority, or ends within 30 days. Before there is an authority, and while its keys are locked and what is
 * there has ended, the files hold one that nobody vouches for, so that whoever sets the house up or unlocks it is not overheard. Each node keeps its own.
 */
export async function keepServerCertificate(tools: RenewalTools, files: TlsFiles, at: Instant): Promise<KeptServerCertificate> {
  const { db, keys, config } = tools
  const origins = originsOf(config, await readSetting(db, 'installation'))
  const names = [...new Set([origins.staff, origins.public].map((origin) => new URL(origin).hostname.replace(/^\[|\]$/g, '')))]
  const shown = readShown(files)
  try {
    if (!keys.isLocked() && (await hasAuthority(db)) && (await isDue(db, shown, names, at)))
      write(files, await issueServerCertificate(tools, systemAct(at), names))
  } finally {
    // Whatever hinders the authority: without a certificate nobody could come in to mend it.
    const now = readShown(files)
    if (!now || now.notAfter <= at) write(files, await provisional(names, at))
  }
  const now = readShown(files)
  return now && isProvisional(now) ? 'provisional' : 'authority'
}

export const isProvisional = ({ subjectDer, issuerDer }: Pick<Certificate, 'subjectDer' | 'issuerDer'>): boolean =>
  Buffer.compare(subjectDer, issuerDer) === 0

/** The first certificate of the files; null where a server could not use them. */
export function readShown({ certificate, key }: TlsFiles): Certificate | null {
  try {
    const text = readFileSync(certificate, 'utf8')
    if (!new X509Certificate(text).checkPrivateKey(createPrivateKey(readFileSync(key, 'utf8')))) return null
    return readCertificate(fromPem(text)[0]!)
  } catch {
    return null
  }
}

async function isDue(db: Db, shown: Certificate | null, names: readonly string[], at: Instant): Promise<boolean> {
  const row =
    shown &&
    (await db
      .selectFrom('certificate')
      .select(['subject', 'issuerId', 'notAfter', 'revokedAt'])
      .where('serial', '=', shown.serialHex)
      .where('purpose', '=', 'server')
      .executeTakeFirst())
  const { issuing } = (await readHouseCertificates(db)).own
  if (!row || row.revokedAt || row.issuerId !== issuing.id) return true
  if ((JSON.parse(row.subject) as { commonName: string }).commonName !== nameOfServer(names)) return true
  // Under an authority that itself ends, another one would gain nothing.
  return row.notAfter <= later(at, RENEWED) && endOfServer(issuing, at) >= later(row.notAfter, DAY)
}

/** Signed by itself, in no register. */
async function provisional(names: readonly string[], at: Instant): Promise<Pick<ServerFiles, 'key' | 'certificate'>> {
  const { pkcs8, spki, algorithm } = await generateKeyPair('ecdsa-p256')
  const times = { notBefore: wholeSecond(later(at, -MINUTE)), notAfter: wholeSecond(later(at, PROVISIONAL_LIFE)) }
  const subject = { commonName: 'Paraphe, provisional' }
  const request = { profile: 'server' as const, subject, spki, serial: newSerial(), ...times, hosts: names.map(hostOf) }
  return {
    key: toPem(pkcs8, 'PRIVATE KEY'),
    certificate: toPem(await issueCertificate(request, await signerOf(algorithm, pkcs8))),
  }
}

/** Each file whole or not at all. A crash between the two leaves a pair that does not match: it is made anew. */
function write(files: TlsFiles, made: Pick<ServerFiles, 'key' | 'certificate'>): void {
  put(files.key, made.key)
  put(files.certificate, made.certificate)
}

function put(path: string, text: string): void {
  const file = openSync(`${path}.new`, 'w', 0o600)
  chmodSync(`${path}.new`, 0o600)
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.new`, path)
}
