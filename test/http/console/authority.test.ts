import { expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { createAuthority } from '../../../src/authority/creating.ts'
import { openKeyStore } from '../../../src/authority/key-store.ts'
import { YEAR } from '../../../src/base/instant.ts'
import type { House } from '../../../src/house.ts'
import { NOON, openTestHouse, ORIGIN } from '../../support/house.ts'

const PASSPHRASE = 'lanterns drift over Tuesday'

async function opened(keyProtection: 'key-file' | { passphrase: string }) {
  const test = await openTestHouse()
  await createAuthority(test.house, systemAct(NOON), {
    algorithm: 'ecdsa-p256',
    organization: 'Acme',
    rootName: 'Acme <Root>',
    issuingName: 'Acme Issuing CA',
    sealName: 'Acme',
    keyProtection,
    publicOrigin: ORIGIN,
  })
  const browser = await test.browser()
  return { test, browser }
}

test.each(['en', 'fr'])(
  'the chain, its fingerprints, its lives and the downloads are shown (%s)',
  async (language) => {
    const { test, browser } = await opened('key-file')
    await using _ = test
    await browser.signIn('ann@acme.example')
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get('/console/authority')
    expect(status).toBe(200)
    expect(text).toContain('Acme &lt;Root&gt;')
    expect(text).not.toMatch(/Acme <Root>|\{\w+\}|undefined|\[object|style=/)
    expect(text.match(/<meter /g)).toHaveLength(5)
    expect(text.match(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/g)).toHaveLength(5)
    for (const href of ['/pki/root.crt', '/pki/root.pem', '/pki/issuing.crt', '/pki/crl/root.crl', '/pki/crl/issuing.crl'])
      expect(text).toContain(`href="${href}"`)
  },
  30_000,
)

test("is an administrator's page", async () => {
  const { test, browser } = await opened('key-file')
  await using _ = test
  await browser.signIn('bob@acme.example')
  expect((await browser.get('/console/authority')).status).toBe(403)
}, 30_000)

test('a passphrase unlocks; a wrong one is told beside its field and never shown again', async () => {
  const { test, browser } = await opened({ passphrase: PASSPHRASE })
  await using _ = test
  // As after a new start of the server.
  const locked = await openKeyStore(test.house.keys.dataDirectory, test.house.db)
  ;(test.house as { keys: House['keys'] }).keys = locked
  await browser.signIn('ann@acme.example')
  expect((await browser.get('/console/authority')).text).toContain('name="passphrase"')
  const wrong = await browser.post('/console/authority/unlocking', { passphrase: 'secret-guess' })
  expect(wrong.status).toBe(422)
  expect(wrong.text).toContain('not the passphrase')
  expect(wrong.text).not.toContain('secret-guess')
  expect(locked.isLocked()).toBe(true)
  const right = await browser.post('/console/authority/unlocking', { passphrase: PASSPHRASE })
  expect([right.status, right.location]).toEqual([303, '/console/authority'])
  expect(locked.isLocked()).toBe(false)
}, 30_000)

test('a certificate is renewed by its button; the page then shows the new one, and an employee may not', async () => {
  const { test, browser } = await opened('key-file')
  await using _ = test
  await browser.signIn('ann@acme.example')
  const fingerprints = (text: string) => text.match(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/g)!
  const before = fingerprints((await browser.get('/console/authority')).text)
  expect((await browser.post('/console/authority/renewal', { purpose: 'signer' })).status).toBe(422)
  const answer = await browser.post('/console/authority/renewal', { purpose: 'issuing' })
  expect([answer.status, answer.location]).toEqual([303, '/console/authority'])
  const { text } = await browser.get('/console/authority')
  expect(text).toContain('Renewed: Issuing authority.')
  const after = fingerprints(text)
  expect(after).toHaveLength(5)
  expect(after[0]).toBe(before[0]!)
  expect(after.slice(1).some((one) => before.includes(one))).toBe(false)
  for (const href of ['/pki/issuing-2.crt', '/pki/crl/issuing.crl', '/pki/crl/issuing-2.crl']) {
    expect(text).toContain(`href="${href}"`)
    expect((await browser.get(href)).status).toBe(200)
  }
  expect((await browser.get('/pki/issuing-3.crt')).status).toBe(404)
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.post('/console/authority/renewal', { purpose: 'seal' })).status).toBe(403)
}, 30_000)

test('an administrator is told on every page what ends and when, a person of the company is not', async () => {
  const test = await openTestHouse({ authority: true })
  await using _ = test
  test.wait(9.6 * YEAR)
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  expect((await browser.get('/envelopes')).text).toContain('Time stamps: covers what it is used for until')
  browser.cookies.set('lang', 'fr')
  expect((await browser.get('/console/authority')).text).toMatch(/Horodatage.: ne couvre ce à quoi il sert que jusqu’au/)
  expect((await browser.get('/console/health')).text).toContain('jours. La page Autorité dit lequel.')
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/envelopes')).text).not.toContain('covers what it is used for')
}, 20_000)
