import { fromPem } from '../../src/pki/certificate.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { openssl } from '../pki/declared-authority.ts'

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[policy]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
[narrow]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
[sub]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
[encipherment]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyEncipherment
[signing-only]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, digitalSignature
`

/** The certificate authority that a company has already: root, policy authority, and whoever signs requests; all by openssl. */
export function openCompanyPki() {
  const tool = openssl()
  tool.file('pki.cnf', CONFIG)
  const key = ['-newkey', 'rsa:2048', '-nodes', '-config', 'pki.cnf']
  tool.run(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-subj',
    '/O=Company/CN=Company Root',
    '-days',
    '7300',
    '-extensions',
    'root',
  )
  for (const name of ['policy', 'narrow']) {
    tool.run('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/O=Company/CN=Company ${name}`)
    tool.run(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'root.pem',
      '-CAkey',
      'root.key',
      '-out',
      `${name}.pem`,
      '-days',
      '5000',
      '-extfile',
      'pki.cnf',
      '-extensions',
      name,
    )
  }
  const text = (name: string): string => tool.run('x509', '-in', name)
  return {
    tool,
    policyPem: text('policy.pem'),
    /** The chain from the answer up to the root, as PEM. openssl proves that the request is signed by its own key. */
    issue(
      request: string,
      profile: 'sub' | 'leaf' | 'encipherment' | 'signing-only' = 'sub',
      { from = 'policy', days = 3_650 } = {},
    ): string {
      tool.file('request.pem', request)
      tool.run('req', '-in', 'request.pem', '-verify', '-noout')
      tool.run(
        'x509',
        '-req',
        '-in',
        'request.pem',
        '-CA',
        `${from}.pem`,
        '-CAkey',
        `${from}.key`,
        '-out',
        'issued.pem',
        '-days',
        String(days),
        '-extfile',
        'pki.cnf',
        '-extensions',
        profile,
      )
      return text('issued.pem') + text(`${from}.pem`) + text('root.pem')
    },
    /** The same as PKCS #7 in DER. */
    pkcs7(pem: string): Bytes {
      tool.file('chain.pem', pem)
      return fromPem(tool.run('crl2pkcs7', '-nocrl', '-certfile', 'chain.pem'), 'PKCS7')[0]!
    },
    [Symbol.dispose]: () => tool[Symbol.dispose](),
  }
}
