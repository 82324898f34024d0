import { afterAll, expect, spyOn, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../../src/authority/creating.ts'
import { systemAct } from '../../src/audit/act.ts'
import { systemClock } from '../../src/base/instant.ts'
import { run } from '../../src/cli/authority.ts'
import { openHouse } from '../../src/cli/open-house.ts'
import { readConfig } from '../../src/config/config.ts'
import { openFolder } from '../../src/cli/open-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-authority-'))
const environment = { PARAPHE_DATA: join(folder, 'data') }
const out = join(folder, 'verifier.html')
afterAll(() => rmSync(folder, { recursive: true }))

test('the verifier in one file, beside a running server; refused where there is no authority', async () => {
  const log = spyOn(console, 'log').mockImplementation(() => {})
  try {
    expect(run(['verifier'], environment)).rejects.toThrow('--out')
    expect(run(['crown'], environment)).rejects.toThrow('verifier')
    await expect(run(['verifier', '--out', out], environment)).rejects.toThrow('there is no file of data')
    await (await openFolder(readConfig(environment))).close()
    await expect(run(['verifier', '--out', out], environment)).rejects.toThrow('authority.missing')
    const { house, close } = await openHouse(readConfig(environment))
    await createAuthority(house, systemAct(systemClock()), {
      algorithm: 'ecdsa-p256',
      organization: 'Acme Ltd',
      country: 'FR',
      rootName: 'Acme </script> Root',
      issuingName: 'Acme Issuing',
      sealName: 'Acme Ltd',
      keyProtection: 'key-file',
      publicOrigin: 'https://sign.acme.example',
    })
    expect(await run(['verifier', '--out', out], environment)).toBe(0)
    await close()
    const html = readFileSync(out, 'utf8')
    const carried = JSON.parse(/id="carried">(.*?)<\/script>/.exec(html)![1]!) as { roots: { name: string }[]; lists: { issuer: string }[] }
    expect(carried.roots.map(({ name }) => name)).toEqual(['Acme </script> Root'])
    expect(carried.lists.map(({ issuer }) => issuer).sort()).toEqual(['Acme </script> Root', 'Acme Issuing'])
    expect(html.match(/<\/script>/g)).toHaveLength(2)
  } finally {
    log.mockRestore()
  }
})

test('key and certificate for a server, beside a running one; nothing is overwritten', async () => {
  const told: string[] = []
  const log = spyOn(console, 'log').mockImplementation((line: string) => void told.push(line))
  const [into, command] = [join(folder, 'server'), 'server-certificate']
  try {
    const asked = ['--host', 'Sign.intra.example', '--address', '10.0.0.5', '--out', into]
    expect(await run([command, ...asked], environment)).toBe(0)
    expect(told.join()).toContain('for sign.intra.example, 10.0.0.5, until ')
    expect([join(into, 'key.pem'), join(into, 'certificate.pem')].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o644])
    const [key, certificate] = [readFileSync(join(into, 'key.pem'), 'utf8'), readFileSync(join(into, 'certificate.pem'), 'utf8')]
    expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    await expect(run([command, ...asked], environment)).rejects.toThrow('is there already')
    expect(readFileSync(join(into, 'key.pem'), 'utf8')).toBe(key)
    await expect(run([command, '--host', '10.0.0.5', '--out', into], environment)).rejects.toThrow('say --address')
    await expect(run([command, '--host', '*.example', '--out', into], environment)).rejects.toThrow('is not a name')
    await expect(run([command, '--address', '10.0.0', '--out', into], environment)).rejects.toThrow('is not an address')
    await expect(run([command, '--out', into], environment)).rejects.toThrow('--host NAME')
    const elsewhere = join(folder, 'elsewhere')
    const none = { PARAPHE_DATA: join(folder, 'none') }
    await expect(run([command, '--host', 'a.example', '--out', elsewhere], none)).rejects.toThrow('there is no file of data')
    expect(existsSync(join(elsewhere, 'key.pem'))).toBe(false)
  } finally {
    log.mockRestore()
  }
})
