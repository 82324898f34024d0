import { expect, test } from 'bun:test'
import { openCompanyPki } from '../../../support/company-pki.ts'
import { openTestHouse } from '../../../support/house.ts'

const PATH = '/console/authority/sub-authority'

test.each(['en', 'fr'])(
  'a request goes out, its chain comes in; what is wrong stands beside its field (%s)',
  async (language) => {
    using pki = openCompanyPki()
    await using test = await openTestHouse({ authority: true, realTime: true })
    const browser = await test.browser()
    await browser.signIn('ann@acme.example')
    browser.cookies.set('lang', language)
    const first = await browser.get(PATH)
    expect(first.status).toBe(200)
    expect(first.text).not.toMatch(/\{\w+\}|undefined|\[object/)
    expect((await browser.post(`${PATH}/request`, { algorithm: 'md5' })).status).toBe(422)
    const request = await browser.post(`${PATH}/request`, { algorithm: 'rsa-3072' })
    expect([request.status, request.text.startsWith('-----BEGIN CERTIFICATE REQUEST-----')]).toEqual([200, true])
    const chain = pki.issue(request.text)
    await browser.get(PATH)
    const answer = (text: string) => browser.post(`${PATH}/chain`, { chain: new File([text], 'chain.pem') })
    const wrong = await answer(pki.policyPem)
    expect([wrong.status, wrong.text.includes('id="chain-error"')]).toEqual([422, true])
    expect((await answer('')).status).toBe(422)
    const right = await answer(chain)
    expect([right.status, right.location]).toEqual([303, '/console/authority'])
    const { text } = await browser.get('/console/authority')
    expect(text).toContain('Company Root')
    expect(text).not.toMatch(/\{\w+\}|undefined|\[object/)
    expect((await browser.get(PATH)).text).toContain('Company Root')
    for (const page of [
      '/console/authority/certificates',
      '/console/authority/keys',
      '/console/authority/trust',
      '/console/health',
      '/verify',
    ])
      expect((await browser.get(page)).status).toBe(200)
    for (const file of ['/pki/root.crt', '/pki/issuing-2.crt', '/pki/crl/issuing-2.crl', '/pki/crl/issuing.crl', '/pki/crl/root.crl'])
      expect([file, (await browser.get(file)).status]).toEqual([file, 200])
    const bob = await test.browser()
    await bob.signIn('bob@acme.example')
    expect((await bob.get(PATH)).status).toBe(403)
    expect((await bob.post(`${PATH}/request`, { algorithm: 'rsa-3072' })).status).toBe(403)
  },
  60_000,
)
