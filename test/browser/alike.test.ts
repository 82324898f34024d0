import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Bytes, base64, concat, utf8 } from '../../src/base/bytes.ts'
import type { VerificationReport } from '../../src/verification/verdict/report.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { verifierScript } from '../../src/view/bundle.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { seeded } from '../support/seeded.ts'
import { craftCms, type AnyAlgorithm, anyHolder } from '../verification/crafted-cms.ts'
import { goodFile } from '../verification/good-files.ts'
import { otherFile, signedBy } from '../verification/other-file.ts'
import { NOW, type SealedFile, sealedFile } from '../verification/sealed-file.ts'

/* The server's engine and a visitor's have their own WebCrypto, inflater and regular expressions: what one says, the other must say too. */

let browser: TestBrowser
let page: Page
let sealed: SealedFile
const server = { origin: '', stop: async () => {} }

beforeAll(async () => {
  const script = await verifierScript()
  const bun = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) =>
      url.endsWith('.js')
        ? new Response(script, { headers: { 'content-type': 'text/javascript' } })
        : new Response('<!doctype html><title>Alike</title>', { headers: { 'content-type': 'text/html' } }),
  })
  server.origin = bun.url.origin
  server.stop = () => bun.stop(true)
  browser = await openBrowser(() => server.origin)
  page = (await browser.person()).page
  await page.goto(server.origin)
  await page.evaluate(`
    const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    var judge = ({ file, roots, at }) =>
      new Promise((resolve, reject) => {
        const worker = new Worker('/verifier.js')
        worker.onmessage = ({ data }) => {
          if (data.progress) return
          worker.terminate()
          data.report ? resolve(data.report) : reject(new Error(data.accident))
        }
        worker.onerror = (event) => reject(new Error(event.message))
        worker.postMessage({ file: new Blob([bytesOf(file)]), roots: roots.map(bytesOf), at })
      })
  `)
  sealed = await sealedFile()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await server.stop()
})

async function sameBoth(file: Bytes, roots: readonly Bytes[] = [sealed.authority.root.certificate], at = NOW): Promise<VerificationReport> {
  const here = await verifyFile(file, { roots, at })
  const there = await page.evaluate(`judge(${JSON.stringify({ file: base64(file), roots: roots.map(base64), at })})`)
  expect(there).toEqual(JSON.parse(JSON.stringify(here)))
  return here
}

test('each state of a sealed file, changed in 60 places, longer and shorter', async () => {
  for (const revision of sealed.revisions) await sameBoth(revision)
  const pick = seeded(4)
  for (let round = 0; round < 60; round++) {
    const changed = sealed.file.slice()
    changed[pick(changed.length)]! ^= 1 << pick(8)
    await sameBoth(changed)
  }
  for (let round = 0; round < 10; round++) await sameBoth(sealed.file.slice(0, pick(sealed.file.length)))
  await sameBoth(concat([sealed.file, utf8('\nmore')]))
  await sameBoth(utf8('no PDF at all'))
}, 60_000)

test('good files in many shapes, with RSA and with elliptic curves', async () => {
  for (const number of [0, 1, 2, 3, 5, 8, 11]) {
    const { file, authority } = await goodFile(number)
    const report = await sameBoth(file, [authority.root.certificate])
    expect(report.answer).toBe('genuine')
  }
}, 120_000)

test.each(['rsa', 'rsa-pss', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519'] as const)(
  'a signature of others by %s',
  async (algorithm) => {
    const { authority } = sealed
    for (const digest of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
      const holder = await anyHolder(algorithm satisfies AnyAlgorithm, digest, authority.issuing)
      const chain = [authority.issuing.certificate, authority.root.certificate]
      const file = await signedBy(otherFile(), { cms: (covered) => craftCms({ covered, holder, chain }) })
      await sameBoth(file)
      file[200]! ^= 1
      await sameBoth(file)
    }
  },
)
