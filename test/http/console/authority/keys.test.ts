import { expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'
import { readHouseCertificates } from '../../../../src/authority/certificates.ts'
import { listProtectors, openKeyStore } from '../../../../src/authority/key-store.ts'
import { closeSandbox } from '../../../../src/sandbox/run.ts'
import { readObject } from '../../../../src/store/object.ts'
import { verifyFile } from '../../../../src/verification/verify-file.ts'
import type { House } from '../../../../src/house.ts'
import { openTestHouse, type TestHouse } from '../../../support/house.ts'

const KEYS = '/console/authority/keys'
const FIRST = 'lanterns drift over Tuesday'
const SECOND = 'copper owls count backwards'
const SECRET = /([A-Z2-9]{5}-){5}[A-Z2-9]{5}/

async function opened(passphrase?: string) {
  const test = await openTestHouse({ authority: true, ...(passphrase ? { passphrase } : {}) })
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  return { test, browser }
}
/** As after a new start of the server. */
async function restart({ house }: TestHouse): Promise<void> {
  ;(house as { keys: House['keys'] }).keys = await openKeyStore(house.keys.dataDirectory, house.db)
}

test.each(['en', 'fr'])(
  'what opens the keys, the recovery secret and the root have a page (%s)',
  async (language) => {
    const { test, browser } = await opened()
    await using _ = test
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get(KEYS)
    expect(status).toBe(200)
    expect(text).not.toMatch(/\{\w+\}|undefined|\[object|style=/)
    for (const name of ['protection', 'passphrase', 'exportPassphrase', 'rootFile']) expect(text).toContain(`name="${name}"`)
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const bob = await test.browser()
    await bob.signIn('bob@acme.example')
    expect((await bob.get(KEYS)).status).toBe(403)
    for (const path of ['protection', 'recovery', 'recovering', 'root-export', 'root-removal', 'root-return'])
      expect((await bob.post(`${KEYS}/${path}`, {})).status).toBe(403)
  },
  20_000,
)

test('a change of the passphrase wants the one of now; what is wrong is told beside its field', async () => {
  const { test, browser } = await opened(FIRST)
  await using _ = test
  await browser.get(KEYS)
  const change = (fields: Record<string, string>) =>
    browser.post(`${KEYS}/protection`, {
      protection: 'passphrase',
      currentPassphrase: FIRST,
      passphrase: SECOND,
      passphraseAgain: SECOND,
      ...fields,
    })
  for (const [fields, field] of [
    [{ currentPassphrase: 'no' }, 'currentPassphrase'],
    [{ passphraseAgain: 'no' }, 'passphraseAgain'],
    [{ passphrase: 'short', passphraseAgain: 'short' }, 'passphrase'],
  ] as const) {
    const { status, text } = await change(fields)
    expect([status >= 400 && status < 500, text.includes(`id="${field}-error"`)]).toEqual([true, true])
    expect(text).not.toContain(SECOND)
  }
  expect((await change({})).status).toBe(303)
  await restart(test)
  expect(await test.house.keys.load(test.house.db, FIRST)).toBe(false)
  expect(await test.house.keys.load(test.house.db, SECOND)).toBe(true)
}, 40_000)

test('a recovery secret is shown in one answer, and opens locked keys; the answer after it shows the next one', async () => {
  const { test, browser } = await opened(FIRST)
  await using _ = test
  await browser.get(KEYS)
  const shown = await browser.post(`${KEYS}/recovery`, {})
  expect([shown.status, shown.headers.get('cache-control')]).toEqual([200, 'no-store'])
  const [secret] = SECRET.exec(shown.text)!
  expect((await browser.get(KEYS)).text).not.toMatch(SECRET)

  await restart(test)
  expect((await browser.get('/console/authority')).text).toContain(`href="${KEYS}/recovering"`)
  expect((await browser.get(KEYS)).text).toContain(`href="${KEYS}/recovering"`)
  // Everything can be read while nothing can be signed.
  for (const path of ['/envelopes', '/vault', '/console/health', '/console/authority/certificates', '/verify'])
    expect((await browser.get(path)).status).toBe(200)
  await browser.get(`${KEYS}/recovering`)
  const answers = { protection: 'passphrase', passphrase: SECOND, passphraseAgain: SECOND }
  const wrong = await browser.post(`${KEYS}/recovering`, { ...answers, recoverySecret: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' })
  expect([wrong.status, wrong.text.includes('id="recoverySecret-error"')]).toEqual([422, true])
  const right = await browser.post(`${KEYS}/recovering`, { ...answers, recoverySecret: secret })
  expect(right.status).toBe(200)
  expect(SECRET.exec(right.text)![0]).not.toBe(secret)
  expect(test.house.keys.isLocked()).toBe(false)
  expect((await listProtectors(test.house.db)).map(({ kind }) => kind).sort()).toEqual(['passphrase', 'recovery'])
}, 40_000)

test('the root is exported, proven, removed and brought back by the page', async () => {
  const { test, browser } = await opened()
  await using _ = test
  await browser.get(KEYS)
  const differs = await browser.post(`${KEYS}/root-export`, {
    exportPassphrase: FIRST,
    exportPassphraseAgain: 'x',
  })
  expect([differs.status, differs.text.includes('id="exportPassphraseAgain-error"')]).toEqual([422, true])
  const file = await browser.post(`${KEYS}/root-export`, {
    exportPassphrase: FIRST,
    exportPassphraseAgain: FIRST,
  })
  expect([file.status, file.headers.get('content-disposition')?.includes('root-key.pem')]).toEqual([200, true])
  expect(file.text).toStartWith('-----BEGIN ENCRYPTED PRIVATE KEY-----')
  await browser.get(KEYS)
  const upload = (path: string, text: string) =>
    browser.post(`${KEYS}/${path}`, { rootFile: new File([text], 'root-key.pem'), rootPassphrase: FIRST })
  const spoilt = await upload('root-removal', 'not a key')
  expect([spoilt.status, spoilt.text.includes('id="rootFile-error"')]).toEqual([422, true])
  const removed = await upload('root-removal', file.text)
  expect([removed.status, removed.location]).toEqual([303, KEYS])
  const { text } = await browser.get(KEYS)
  expect(text).toContain('action="/console/authority/keys/root-return"')
  expect(text).toContain('Offline')
  expect((await browser.get('/console/authority')).text).toContain('The root’s key is not on this server. Bring it back first.')
  expect((await browser.post('/console/authority/renewal', { purpose: 'issuing' })).status).toBe(503)
  expect((await upload('root-return', file.text)).status).toBe(303)
  expect((await browser.post('/console/authority/renewal', { purpose: 'issuing' })).status).toBe(303)
}, 40_000)

test('of each act upon the keys there is a record, sealed once, that our verifier and pdfsig call whole', async () => {
  const { test, browser } = await opened()
  await using _ = test
  await browser.get(KEYS)
  await browser.post('/console/authority/renewal', { purpose: 'issuing' })
  const { text } = await browser.get(KEYS)
  const seqs = [...text.matchAll(/keys\/records\/(\d+)/g)].map(([, seq]) => seq!)
  expect(seqs.length).toBeGreaterThanOrEqual(5)
  const seq = seqs[0]!
  expect((await browser.get(`${KEYS}/records/${seq}`)).status).toBe(404)
  expect((await browser.post(`${KEYS}/records/999999`)).status).toBe(404)
  await browser.get(KEYS)
  const made = await browser.post(`${KEYS}/records/${seq}`)
  expect([made.status, made.location]).toEqual([303, `${KEYS}/records/${seq}`])
  const digests = async () =>
    (await test.house.db.selectFrom('keyCeremony').select('objectDigest').execute()).map(({ objectDigest }) => objectDigest)
  const [digest] = await digests()
  await browser.post(`${KEYS}/records/${seq}`)
  expect(await digests()).toEqual([digest!])
  const answer = await browser.get(`${KEYS}/records/${seq}`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf'])

  const folder = await mkdtemp(join(tmpdir(), 'paraphe-record-'))
  try {
    const pdf = await readObject(test.house.db, digest!)
    const file = join(folder, 'record.pdf')
    await writeFile(file, pdf)
    if (process.env['PARAPHE_KEEP']) await $`cp ${file} ${process.env['PARAPHE_KEEP']}`
    expect((await $`pdfsig -nocert ${file}`.nothrow().text()).match(/Signature is Valid/g)?.length).toBeGreaterThanOrEqual(2)
    expect(await $`pdfinfo ${file}`.text()).toContain('Renewed the certificate for')
    const { root } = (await readHouseCertificates(test.house.db)).current
    const report = await verifyFile(pdf, { roots: [root.der], at: test.house.clock() })
    expect([report.answer, report.level]).toEqual(['genuine', 'B-LTA'])
  } finally {
    closeSandbox()
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)
