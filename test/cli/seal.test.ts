import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import { $ } from 'bun'
import { verifyLog } from '../../src/audit/verifying.ts'
import { readHouseCertificates } from '../../src/authority/certificates.ts'
import { ownFile } from '../../src/base/program.ts'
import { toPem } from '../../src/pki/certificate.ts'
import { encryptedPdf } from '../support/encrypted-pdf.ts'
import { BOB, openTestHouse, type TestHouse } from '../support/house.ts'
import { pdfsig } from '../support/pdfsig.ts'
import { signedElsewhere } from '../support/signed-elsewhere.ts'

type Told = Readonly<Record<'file' | 'state' | 'reason' | 'out' | 'documentId' | 'digest' | 'envelopeId', string>>

let house: TestHouse
let data = ''
const at = (name: string): string => join(data, 'in', name)
const out = (name: string): string => join(data, 'out', name)

beforeAll(async () => {
  house = await openTestHouse({ isOnDisk: true, authority: true, realTime: true })
  data = house.house.config.dataDirectory
  mkdirSync(join(data, 'in'))
  const contract = new Uint8Array(readFileSync(ownFile('static/sample/contract.en.pdf')))
  const acting = await PDFDocument.create()
  acting.addPage()
  acting.addJavaScript('greet', 'app.alert(1)')
  const files: Record<string, Uint8Array | string> = {
    'contract.pdf': contract,
    'scripted.pdf': await acting.save(),
    'encrypted.pdf': await encryptedPdf(contract, 'secret'),
    'open-encrypted.pdf': await encryptedPdf(contract, ''),
    'signed.pdf': signedElsewhere(),
    'broken.pdf': contract.slice(0, 9_000),
    'empty.pdf': '',
    'letter.txt': 'Dear Sir or Madam',
  }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(at(name), bytes)
}, 60_000)
afterAll(() => house[Symbol.asyncDispose]())

function seal(names: readonly string[], ...more: string[]): { exitCode: number; told: Told[]; err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, 'src/main.ts', 'seal', ...names.map(at), '--out', join(data, 'out'), '--json', ...more],
    { cwd: ownFile('.'), env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: data }, stderr: 'pipe' },
  )
  const told = stdout.toString().split('\n').filter(Boolean)
  return { exitCode, told: told.map((line) => JSON.parse(line) as Told), err: stderr.toString() }
}

test('what cannot be sealed is refused by its reason, stops no other, and leaves nothing', () => {
  const { exitCode, told, err } = seal(
    readdirSync(join(data, 'in'))
      .concat('absent.pdf')
      .filter((name) => name !== 'contract.pdf'),
  )
  expect([exitCode, err]).toEqual([1, ''])
  expect(Object.fromEntries(told.map(({ file, state, reason }) => [basename(file), `${state} ${reason}`]))).toEqual({
    'scripted.pdf': 'refused sealing.active-content',
    'encrypted.pdf': 'refused document.password-needed',
    'open-encrypted.pdf': 'refused sealing.encrypted',
    'signed.pdf': 'refused sealing.signed',
    'broken.pdf': 'refused document.damaged',
    'empty.pdf': 'refused document.empty',
    'letter.txt': 'refused sealing.not-a-pdf',
    'absent.pdf': 'refused sealing.unreadable',
  })
  expect(readdirSync(join(data, 'out'))).toEqual([])
}, 60_000)

test('a finished file is sealed to B-LTA, in the vault, known to the register, and judged by other programs', async () => {
  const { exitCode, told, err } = seal(['contract.pdf'], '--owner', BOB.email)
  expect([exitCode, err]).toEqual([0, ''])
  const [one] = told as [Told]
  expect(one).toMatchObject({ state: 'sealed', out: out('contract.pdf') })
  const pdf = new Uint8Array(readFileSync(out('contract.pdf')))
  expect(new Bun.CryptoHasher('sha256').update(pdf).digest('hex')).toBe(one.digest)

  const { db } = house.house
  const root = toPem((await readHouseCertificates(db)).current.root.der)
  writeFileSync(join(data, 'root.pem'), root)
  // Certification and seal; poppler does not judge time stamps. Of the second use of one certificate its library says "unknown issue".
  const judged = (await pdfsig(pdf, [root])).slice(0, 2)
  expect(judged.map(({ validation }) => validation)).toEqual(['Signature is Valid.', 'Signature is Valid.'])
  for (const { trust } of judged) expect(trust).toMatch(/^(Certificate is Trusted|Unknown issue)/)
  expect((await $`qpdf --check ${out('contract.pdf')}`.nothrow().quiet()).exitCode).toBe(0)
  const verified = Bun.spawnSync(
    [process.execPath, 'src/main.ts', 'verify', out('contract.pdf'), '--trust', join(data, 'root.pem'), '--json'],
    {
      cwd: ownFile('.'),
    },
  )
  expect([verified.exitCode, JSON.parse(verified.stdout.toString())]).toMatchObject([0, { answer: 'genuine', level: 'B-LTA' }])

  const browser = await house.browser()
  expect((await browser.get(`/verify/${one.documentId}`)).text).toContain(one.documentId)
  const bob = await house.browser()
  await bob.signIn(BOB.email)
  expect((await bob.get('/vault')).text).toContain('Consulting agreement')
  expect((await bob.get(`/vault/${one.envelopeId}`)).status).toBe(200)
  expect((await bob.get(`/envelopes/${one.envelopeId}`)).status).toBeLessThan(400)
  await house.drain()
  expect((await bob.get(`/vault/${one.envelopeId}/evidence.zip`)).status).toBe(200)
  expect((await verifyLog(db, null)).count).toBe(0)
}, 60_000)

test('a name that is taken is never written over; the same file is sealed once', async () => {
  const before = statSync(out('contract.pdf')).mtimeMs
  expect(seal(['contract.pdf'])).toMatchObject({ exitCode: 1, told: [{ state: 'refused', reason: 'sealing.exists' }] })
  expect(statSync(out('contract.pdf')).mtimeMs).toBe(before)
  const first = readFileSync(out('contract.pdf'))
  writeFileSync(at('copy.pdf'), readFileSync(at('contract.pdf')))
  expect(seal(['copy.pdf'])).toMatchObject({ exitCode: 0, told: [{ state: 'already-sealed' }] })
  expect(readFileSync(out('copy.pdf')).equals(first)).toBe(true)
  expect(readdirSync(join(data, 'out')).sort()).toEqual(['contract.pdf', 'copy.pdf'])
}, 60_000)

test('many at once are each sealed once', async () => {
  const names: string[] = []
  for (let number = 0; number < 8; number++) {
    const doc = await PDFDocument.create()
    doc.addPage().drawText(`Invoice ${number}`, { font: await doc.embedFont(StandardFonts.Helvetica) })
    names.push(`invoice-${number}.pdf`)
    writeFileSync(at(`invoice-${number}.pdf`), await doc.save())
  }
  const { exitCode, told } = seal(names)
  expect([exitCode, told.map(({ state }) => state)]).toEqual([0, names.map(() => 'sealed')])
  expect(new Set(told.map(({ documentId }) => documentId)).size).toBe(names.length)
}, 60_000)
