import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyId } from '../../../src/audit/checkpoint.ts'
import { base64, concat } from '../../../src/base/bytes.ts'
import type { TestHouse } from '../../support/house.ts'
import { completedEnvelope, openSealingHouse, packed, Unpacked } from './package.ts'

let house: TestHouse
let zip: Uint8Array
let earlier: Uint8Array
let sibling: Uint8Array
let foreign: Uint8Array

beforeAll(async () => {
  house = await openSealingHouse()
  const envelope = await completedEnvelope(house)
  sibling = await packed(house, await completedEnvelope(house))
  earlier = await packed(house, envelope)
  zip = await packed(house, envelope)
  await using other = await openSealingHouse()
  foreign = await packed(other, await completedEnvelope(other))
}, 120_000)
afterAll(async () => house[Symbol.asyncDispose]())

test('good as it is, in an empty environment without a network, with and without pdfsig', () => {
  using it = new Unpacked(zip)
  const { status, said, faults } = it.judge()
  expect(faults).toEqual([])
  expect(said).toContain('GENUINE: every check passed')
  expect(said).toContain('pdfsig calls every signature valid')
  expect(status).toBe(0)
  const tools = mkdtempSync(join(tmpdir(), 'paraphe-tools-'))
  for (const tool of TOOLS)
    writeFileSync(join(tools, tool), `#!/bin/sh\nexec ${Bun.which(tool, { PATH: '/usr/bin:/bin' })!} "$@"\n`, { mode: 0o755 })
  const bare = it.judge(tools)
  rmSync(tools, { recursive: true })
  expect(bare.said).toContain('pdfsig is not installed')
  expect([bare.status, bare.faults]).toEqual([0, []])
}, 60_000)

/** Of coreutils, grep and sed; then what the checklist names. */
const TOOLS = 'basename cat cut dirname env grep head mktemp rm sed sort tail tr wc sha256sum openssl python3'.split(' ')

test('the script that proves the audit entries is short enough to be read', async () => {
  const lines = (await Bun.file(join(import.meta.dir, '../../../src/vault/evidence/verify.py')).text()).trimEnd().split('\n')
  expect(lines.length).toBeLessThan(120)
})

/** Each forger is careful: the sums are made anew. What finds it is named. */
const TAMPERINGS: readonly (readonly [what: string, found: RegExp, tamper: (it: Unpacked) => void])[] = [
  ['a byte of the sealed file', /is the beginning of the sealed file/, (it) => it.flip(`${it.document}/sealed.pdf`, 200_000)],
  ['a byte under a signer’s signature alone', /revision 2 \(signed\)/, (it) => it.flip(`${it.document}/sealed.pdf`, 500_000)],
  [
    'a byte behind the end',
    /ends with its last revision/,
    (it) => it.write(`${it.document}/sealed.pdf`, concat([it.bytes(`${it.document}/sealed.pdf`), new Uint8Array(1)])),
  ],
  ['cut back to before the seal', /not the revisions of a sealed document/, (it) => cutBack(it, 4)],
  ['cut back to the seal', /not the revisions of a sealed document/, (it) => cutBack(it, 5)],
  [
    'the digest of a revision',
    /revision 3 \(signed\) is the beginning/,
    (it) => it.edit(`${it.document}/revisions.txt`, (text) => text.replace(/^(3 signed \d+ )./m, '$1x')),
  ],
  [
    'a revision called something else',
    /not the revisions|list of files is not/,
    (it) => it.edit(`${it.document}/revisions.txt`, (text) => text.replace(/^(3 )signed (\d+ \w+).*$/m, '$1security-store $2')),
  ],
  [
    'the original',
    /not the original that was sent/,
    (it) => it.write(`${it.document}/original.pdf`, it.bytes(`${it.document}/certificate.pdf`)),
  ],
  [
    'the pages of the certificate of completion',
    /list of files is not the one that the log knows/,
    (it) => it.write(`${it.document}/certificate.pdf`, it.bytes(`${it.document}/original.pdf`)),
  ],
  [
    'a signature',
    /signature beside revision 2 is another one/,
    (it) => it.write(`${it.document}/signatures/02-S1_sig.p7s`, it.bytes(`${it.document}/signatures/03-S2_sig.p7s`)),
  ],
  ['a time-stamp token', /the time stamp over the signature/, (it) => it.flip(`${it.document}/signatures/02-S1_sig.tst`, -3)],
  [
    'the archive time stamp',
    /the time stamp over the whole file/,
    (it) => it.write(`${it.document}/signatures/06-DocTS1.tst`, it.bytes(`${it.document}/signatures/02-S1_sig.tst`)),
  ],
  [
    'an answer of the authority',
    /the authority's answer/,
    (it) =>
      it.flip(
        it.files().find((name) => name.endsWith('.der'))!,
        120,
      ),
  ],
  [
    'the revocation lists',
    /their revocation lists/,
    (it) => it.write(`${it.document}/authority/crls.pem`, other().text('audit/authority/crls.pem')),
  ],
  [
    'the root',
    /revision 2 \(signed\): the signature/,
    (it) => it.write(`${it.document}/authority/root.pem`, other().text('audit/authority/root.pem')),
  ],
  ['the root of the log’s seal', /company's seal/, (it) => it.write('audit/authority/root.pem', other().text('audit/authority/root.pem'))],
  [
    'an entry',
    /entry \d+ does not stand in the signed log/,
    (it) => it.edit('audit/entries.jsonl', (text) => text.replace('"role":"signer"', '"role":"witness"')),
  ],
  ['an entry left out, with its proof', /entries were added, left out or moved/, (it) => leaveOut(it, 7)],
  [
    'an entry added',
    /every entry under its proof/,
    (it) => it.edit('audit/entries.jsonl', (text) => text.replace('\n', '\n{"seq":999,"type":"envelope.changed","envelope":"env_x"}\n')),
  ],
  [
    'an entry said twice',
    /entries were added, left out or moved/,
    (it) => it.edit('audit/entries.jsonl', (text) => text.replace(/^.*\n/, '$&$&')),
  ],
  [
    'two entries exchanged',
    /entries were added, left out or moved/,
    (it) => it.edit('audit/entries.jsonl', (text) => text.replace(/^(.*\n)(.*\n)/, '$2$1')),
  ],
  [
    'a proof',
    /entry \d+ does not stand in the signed log/,
    (it) =>
      it.edit(proofsOf(it)[3]!, (text) =>
        text.replace(/\n(.)(.{42}=)\n\n/, (_, first: string, rest: string) => `\n${first === 'A' ? 'B' : 'A'}${rest}\n\n`),
      ),
  ],
  [
    'the root of the checkpoint',
    /the checkpoint's signature by the log's key/,
    (it) =>
      restate(it, (note) => note.replace(/\n(.)(.{42}=)\n/, (_, first: string, rest: string) => `\n${first === 'A' ? 'B' : 'A'}${rest}\n`)),
  ],
  ['the checkpoint signed by another key', /company's seal/, signAnew],
  ['cut back to an earlier package under the later checkpoint', /last entry is not the making of this package/, cutBackToEarlier],
  [
    'an earlier checkpoint',
    /proof of entry \d+ is not of this log/,
    (it) => it.write('audit/checkpoint', before().text('audit/checkpoint')),
  ],
  [
    'a clear text',
    /clear text of entry \d+ is not what was recorded/,
    (it) => it.edit('audit/clear.jsonl', (text) => text.replace('Marie Dupont', 'Marie Durand')),
  ],
  ['a file more', /list of files is not the one that the log knows/, (it) => it.write('audit/annex.txt', 'hello')],
  [
    'a proof more',
    /list of files is not the one that the log knows/,
    (it) => it.write('audit/999999.tlog-proof', it.text(proofsOf(it)[0]!)),
  ],
  ['a file less', /list of files is not the one that the log knows/, (it) => it.remove('CHECKLIST.fr.txt')],
  [
    'the checklist',
    /list of files is not the one that the log knows/,
    (it) => it.edit('CHECKLIST.en.txt', (text) => text.replace(/:([0-9A-F]{2})$/m, ':00')),
  ],
  ['another document of the same company', /the log does not know revision/, exchangeDocument],
]

describe('found though the sums were made anew', () => {
  test.each(TAMPERINGS)(
    '%s',
    (_, found, tamper) => {
      using it = new Unpacked(zip)
      tamper(it)
      it.sumAgain()
      const { status, said, faults } = it.judge()
      expect(faults).not.toEqual([])
      expect(said).toMatch(found)
      expect(said).toMatch(/NOT GENUINE: (1 check|([2-9]|\d\d+) checks) failed\. /)
      expect(status).toBe(1)
    },
    60_000,
  )
})

test('every byte that is changed without the sums is found by the sums', () => {
  using it = new Unpacked(zip)
  for (const name of it.files().filter((_, at) => at % 9 === 0)) {
    it.flip(name, 10)
    expect(Bun.spawnSync(['sha256sum', '-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: it.folder }).exitCode).not.toBe(0)
    it.flip(name, 10)
  }
  expect(Bun.spawnSync(['sha256sum', '-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: it.folder }).exitCode).toBe(0)
}, 60_000)

test('a package wholly of another authority agrees with itself: only its root’s fingerprint tells it', () => {
  using ours = new Unpacked(zip)
  using theirs = new Unpacked(foreign)
  const root = (it: Unpacked) => /root certificate, SHA-256 ([0-9A-F:]{95})/.exec(it.judge().said)?.[1]
  expect(theirs.judge().status).toBe(0)
  expect(root(theirs)).not.toBe(root(ours)!)
}, 60_000)

const opened: Unpacked[] = []
const keep = (bytes: Uint8Array): Unpacked => {
  const it = new Unpacked(bytes)
  opened.push(it)
  return it
}
const other = () => keep(foreign)
const before = () => keep(earlier)
afterAll(() => opened.forEach((it) => it[Symbol.dispose]()))

const proofsOf = (it: Unpacked): string[] => it.files('audit').filter((name) => name.endsWith('.tlog-proof'))
const proofName = (seq: number): string => `audit/${String(seq).padStart(6, '0')}.tlog-proof`

function cutBack(it: Unpacked, revisions: number): void {
  const rows = it
    .text(`${it.document}/revisions.txt`)
    .trimEnd()
    .split('\n')
    .slice(0, revisions + 1)
  it.write(`${it.document}/revisions.txt`, `${rows.join('\n')}\n`)
  it.write(`${it.document}/sealed.pdf`, it.bytes(`${it.document}/sealed.pdf`).slice(0, Number(rows.at(-1)!.split(' ')[2])))
}

function leaveOut(it: Unpacked, at: number): void {
  const lines = it.text('audit/entries.jsonl').split('\n')
  const [gone] = lines.splice(at, 1)
  it.write('audit/entries.jsonl', lines.join('\n'))
  it.remove(proofName((JSON.parse(gone!) as { seq: number }).seq))
}

/** Another text of the checkpoint, in every proof too. */
function restate(it: Unpacked, change: (note: string) => string): void {
  const note = it.text('audit/checkpoint')
  const stated = change(note)
  if (stated === note) throw new Error('the checkpoint was not changed')
  it.write('audit/checkpoint', stated)
  for (const name of proofsOf(it)) it.edit(name, (text) => text.replace(note, () => stated))
}

function signAnew(it: Unpacked): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
  restate(it, (note) => {
    const body = note.slice(0, note.indexOf('\n\n') + 1)
    const origin = body.split('\n')[0]!
    const signature = sign(null, Buffer.from(body), createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })))
    return `${body}\n— ${origin} ${base64(concat([keyId(origin, raw), Uint8Array.from(signature)]))}\n`
  })
  it.write('audit/log.pub.pem', publicKey.export({ format: 'pem', type: 'spki' }))
}

function cutBackToEarlier(it: Unpacked): void {
  const lines = it.text('audit/entries.jsonl').trimEnd().split('\n')
  const first = lines.findIndex((line) => (JSON.parse(line) as { type: string }).type === 'vault.evidence-taken')
  for (const line of lines.slice(first + 1)) it.remove(proofName((JSON.parse(line) as { seq: number }).seq))
  it.write('audit/entries.jsonl', `${lines.slice(0, first + 1).join('\n')}\n`)
}

function exchangeDocument(it: Unpacked): void {
  const theirs = keep(sibling)
  for (const name of theirs.files(theirs.document)) {
    const own = name.replace(theirs.document, it.document)
    it.write(own, theirs.bytes(name))
  }
}
