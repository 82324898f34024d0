import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface OwnCertificate {
  readonly key: string
  readonly certificate: string
}

/** An authority inside a company, made by openssl, with a certificate for 127.0.0.1 and one for a server of another name. */
export async function makeOwnAuthority(): Promise<{ authority: string; server: OwnCertificate; stranger: OwnCertificate }> {
  const directory = await mkdtemp(join(tmpdir(), 'paraphe-authority-'))
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const make = async (name: string, more: string[]): Promise<OwnCertificate> => {
    const [key, certificate] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)]
    const made = Bun.spawnSync(['openssl', 'req', '-x509', ...newKey, '-keyout', key, '-out', certificate, ...more])
    if (!made.success) throw new Error(made.stderr.toString())
    return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') }
  }
  try {
    const issuer = ['-CA', join(directory, 'authority.pem'), '-CAkey', join(directory, 'authority.key')]
    const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE', ...issuer]
    const { certificate } = await make('authority', ['-subj', '/CN=Acme internal authority'])
    return {
      authority: certificate,
      server: await make('server', ['-subj', '/CN=mail', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', ...leaf]),
      stranger: await make('stranger', ['-subj', '/CN=other', '-addext', 'subjectAltName=DNS:other.example', ...leaf]),
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
