import { fromBase64 } from '../../src/base/bytes.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { openCompanyPki } from './company-pki.ts'

export const FILE_PASSWORD = 'Café & sceau 7'

const KEYS = {
  'rsa-3072': ['-newkey', 'rsa:3072'],
  'rsa-1024': ['-newkey', 'rsa:1024'],
  'p-256': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'p-384': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
} as const

const LISTING = `
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = number
default_md = sha256
default_crl_days = 30
`

export interface SealRequest {
  readonly key?: keyof typeof KEYS
  readonly profile?: 'leaf' | 'sub' | 'encipherment'
  readonly days?: number
  readonly name?: string
}

/** Seal certificates below the company's own PKI, and their files, all by openssl. */
export function openSealFiles() {
  const pki = openCompanyPki()
  const { tool } = pki
  const bytes = (name: string): Bytes => fromBase64(tool.run('base64', '-A', '-in', name).trim())
  const text = (name: string): string => new TextDecoder().decode(bytes(name))
  return {
    pki,
    bytes,
    text,
    rootPem: () => text('root.pem'),
    /** `seal.key`, and `chain.pem` from the seal up to the root, for what follows. */
    issue({ key = 'rsa-3072', profile = 'leaf', days = 730, name = 'Acme Seal' }: SealRequest = {}): { key: string; chain: string } {
      const subject = `/C=FR/O=Acme SAS/CN=${name}`
      tool.run(
        'req',
        '-new',
        '-utf8',
        ...KEYS[key],
        '-nodes',
        '-config',
        'pki.cnf',
        '-keyout',
        'seal.key',
        '-out',
        'seal.csr',
        '-subj',
        subject,
      )
      const chain = pki.issue(text('seal.csr'), profile, { days })
      tool.file('chain.pem', chain)
      return { key: text('seal.key'), chain }
    },
    pkcs12(...options: readonly string[]): Bytes {
      tool.run(
        'pkcs12',
        '-export',
        '-inkey',
        'seal.key',
        '-in',
        'chain.pem',
        '-out',
        'seal.p12',
        '-passout',
        `pass:${FILE_PASSWORD}`,
        ...options,
      )
      return bytes('seal.p12')
    },
    /** An authority's list of nobody, or of the seal that was issued last. */
    list(authority: 'root' | 'policy', revoked = false): string {
      tool.file('index.txt', '')
      tool.file('number', '01\n')
      tool.file('ca.cnf', LISTING)
      const as = ['-config', 'ca.cnf', '-cert', `${authority}.pem`, '-keyfile', `${authority}.key`]
      if (revoked) tool.run('ca', ...as, '-revoke', 'issued.pem')
      tool.run('ca', ...as, '-gencrl', '-out', 'list.pem')
      return text('list.pem')
    },
    encryptedKey(...options: readonly string[]): string {
      tool.run('pkcs8', '-topk8', '-in', 'seal.key', '-out', 'encrypted.key', '-passout', `pass:${FILE_PASSWORD}`, ...options)
      return text('encrypted.key')
    },
    [Symbol.dispose]: () => pki[Symbol.dispose](),
  }
}
