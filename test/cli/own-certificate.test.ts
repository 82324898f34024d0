import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { systemAct } from '../../src/audit/act.ts'
import { readHouseCertificates } from '../../src/authority/certificates.ts'
import { createAuthority } from '../../src/authority/creating.ts'
import { systemClock } from '../../src/base/instant.ts'
import { startRunning } from '../../src/cli/running.ts'
import { readConfig } from '../../src/config/config.ts'
import { toPem } from '../../src/pki/certificate.ts'
import { freePort } from '../support/installation.ts'

test('a first start with PARAPHE_TLS_CERTIFICATE=authority: encrypted from the beginning, vouched for at both doors once there is an authority', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-own-tls-'))
  const [port, open] = [freePort(), freePort()]
  const running = await startRunning(
    readConfig({
      PARAPHE_DATA: join(folder, 'data'),
      PARAPHE_LISTEN: `127.0.0.1:${port}`,
      PARAPHE_PUBLIC_LISTEN: `127.0.0.1:${open}`,
      PARAPHE_URL: `https://sign.intra.example:${port}`,
      PARAPHE_PUBLIC_URL: `https://open.example:${open}`,
      PARAPHE_TLS_CERTIFICATE: 'authority',
    }),
  )
  const ask = (at: number, servername: string, ca?: string): Promise<string> =>
    new Promise((told) => {
      const socket = connect({ host: '127.0.0.1', port: at, servername, ...(ca ? { ca } : {}) }, () => {
        told('trusted')
        socket.end()
      })
      socket.on('error', (error: NodeJS.ErrnoException) => told(error.code ?? error.message))
    })
  try {
    expect(await ask(port, 'sign.intra.example')).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/)
    const { house } = running
    await createAuthority(house, systemAct(systemClock()), {
      algorithm: 'rsa-3072',
      organization: 'Acme Ltd',
      rootName: 'Acme Root',
      issuingName: 'Acme Issuing',
      sealName: 'Acme Ltd',
      keyProtection: 'key-file',
      publicOrigin: `https://open.example:${open}`,
    })
    const root = toPem((await readHouseCertificates(house.db)).current.root.der)
    running.reload()
    for (const end = Date.now() + 20_000; (await ask(port, 'sign.intra.example', root)) !== 'trusted' && Date.now() < end;)
      await Bun.sleep(50)
    expect(await ask(port, 'sign.intra.example', root)).toBe('trusted')
    expect(await ask(open, 'open.example', root)).toBe('trusted')
    expect(await ask(open, 'evil.example', root)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  } finally {
    await running.stop()
    rmSync(folder, { recursive: true })
  }
}, 60_000)
