import { afterAll, expect, spyOn, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../../src/authority/creating.ts'
import { systemAct } from '../../src/audit/act.ts'
import { systemClock } from '../../src/base/instant.ts'
import { run } from '../../src/cli/authority.ts'
import { openHouse } from '../../src/cli/open-house.ts'
import { readConfig } from '../../src/config/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-authority-'))
const environment = { PARAPHE_DATA: join(folder, 'data') }
const out = join(folder, 'verifier.html')
afterAll(() => rmSync(folder, { recursive: true }))

test('the verifier in one file, beside a running server; refused where there is no authority', async () => {
  const log = spyOn(console, 'log').mockImplementation(() => {})
  try {
    expect(run(['verifier'], environment)).rejects.toThrow('--out')
    expect(run(['crown'], environment)).rejects.toThrow('verifier')
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
