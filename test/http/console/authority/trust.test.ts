import { expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'
import { openTestHouse, ORIGIN } from '../../../support/house.ts'

test.each(['en', 'fr'])(
  'the guides name the real file and its fingerprint, and their commands say what they say (%s)',
  async (language) => {
    await using test = await openTestHouse({ authority: true })
    const browser = await test.browser()
    await browser.signIn('ann@acme.example')
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get('/console/authority/trust')
    expect(status).toBe(200)
    expect(text).not.toMatch(/\{(name|hash|address)\}|undefined|\[object|`/)
    expect(text).toContain(`${ORIGIN}/pki/root.crt`)
    expect(text.match(/Acme Root/g)!.length).toBeGreaterThanOrEqual(4)
    const folder = await mkdtemp(join(tmpdir(), 'paraphe-trust-'))
    try {
      const answer = await test.server.fetch(
        new Request(`${ORIGIN}/pki/root.crt`, { headers: { host: new URL(ORIGIN).host } }),
        '192.0.2.7',
      )
      expect(answer.headers.get('content-disposition')).toContain('root.crt')
      const file = join(folder, 'root.crt')
      await writeFile(file, new Uint8Array(await answer.arrayBuffer()))
      const [hash] = (await $`sha256sum ${file}`.text()).split(' ')
      expect(text).toContain(hash!)
      expect(text).toContain(hash!.toUpperCase().match(/../g)!.join(':'))
      const nss = `sql:${folder}`
      await $`certutil -N -d ${nss} --empty-password`.quiet()
      await $`certutil -d ${nss} -A -t CT,C,C -n ${'company root'} -i ${file}`.quiet()
      expect(await $`certutil -L -d ${nss}`.text()).toContain('company root')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    const bob = await test.browser()
    await bob.signIn('bob@acme.example')
    expect((await bob.get('/console/authority/trust')).status).toBe(403)
  },
  30_000,
)
