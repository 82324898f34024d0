import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bytes } from '../../src/base/bytes.ts'
import { type Instant, instant, later, YEAR } from '../../src/base/instant.ts'
import type { KeyAlgorithm } from '../../src/pki/algorithm.ts'
import { issueCertificate, newSerial, type Profile, toPem } from '../../src/pki/certificate.ts'
import { ephemeralSigner } from '../../src/pki/key.ts'
import type { Name } from '../../src/pki/name.ts'
import type { Signer } from '../../src/pki/signer.ts'

export const START = instant('2026-01-15T12:00:00Z')

export interface Holder {
  readonly certificate: Bytes
  readonly signer: Signer
}

/** A whole authority with real keys, made in some milliseconds. */
export async function declareAuthority(algorithm: KeyAlgorithm = 'ecdsa-p256') {
  const root = await holder('root', { commonName: 'Test Root CA', organization: 'Müller, Söhne & Co', country: 'DE' }, algorithm)
  const issuing = await holder('issuing', { commonName: 'Test Issuing CA' }, algorithm, root)
  const below = (profile: Profile, subject: Name, times?: { from?: Instant; until?: Instant }) =>
    holder(profile, subject, algorithm, issuing, times)
  return {
    root,
    issuing,
    below,
    signer: await below('signer', { commonName: 'Marie Dupont', organization: 'Dupont, Sœurs + Cie' }),
    tsa: await below('tsa', { commonName: 'Test TSA' }),
    ocsp: await below('ocsp', { commonName: 'Test OCSP' }),
  }
}

async function holder(
  profile: Profile,
  subject: Name,
  algorithm: KeyAlgorithm,
  issuer?: Holder,
  times: { from?: Instant; until?: Instant } = {},
): Promise<Holder> {
  const { signer, spki } = await ephemeralSigner(algorithm)
  const certificate = await issueCertificate(
    {
      profile,
      subject,
      spki,
      serial: newSerial(),
      notBefore: times.from ?? START,
      notAfter: times.until ?? later(START, 10 * YEAR),
      email: 'marie@example.org',
      crlUrl: 'http://example.org/pki/crl/issuing.crl',
      ocspUrl: 'http://example.org/pki/ocsp',
      caUrl: 'http://example.org/pki/issuing.crt',
      ...(issuer ? { issuer } : {}),
    },
    issuer?.signer ?? signer,
  )
  return { certificate, signer }
}

/** The openssl of this machine in a folder of its own; `run` gives what it prints, and throws what it says when it refuses. */
export function openssl() {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-pki-'))
  return {
    file(name: string, bytes: Uint8Array | string) {
      writeFileSync(join(folder, name), bytes)
      return name
    },
    pem(name: string, ...certificates: Uint8Array[]) {
      return this.file(name, certificates.map((der) => toPem(der)).join(''))
    },
    run(...words: string[]): string {
      const { exitCode, stdout, stderr } = Bun.spawnSync(['openssl', ...words], { cwd: folder })
      const said = `${stdout}${stderr}`
      if (exitCode !== 0) throw new Error(said)
      return said
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
