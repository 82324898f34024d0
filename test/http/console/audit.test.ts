import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemAct } from '../../../src/audit/act.ts'
import { append } from '../../../src/audit/trail.ts'
import { csvLine } from '../../../src/base/csv.ts'
import { instant, type Instant } from '../../../src/base/instant.ts'
import { takeCheckpoint } from '../../../src/upkeep/checkpointing.ts'
import { NOON, openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE } from '../../support/signing.ts'

let house: TestHouse
let admin: TestBrowser
let envelope: { id: string; documentId: string }

const happen = (at: Instant, count: number, name = 'Zoé') =>
  house.house.db.transaction().execute(async (tx) => {
    for (let one = 0; one < count; one++)
      await append(
        tx,
        { ...systemAct(at), ip: '198.51.100.9' },
        { type: 'contact.added', detail: { contact: `con_${one}` }, clear: { name } },
      )
  })

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  const draft = await draftFor(house, await ann(house), [CLAIRE, MARIE])
  const document = await house.house.db.selectFrom('document').select('documentId').executeTakeFirstOrThrow()
  envelope = { id: draft.id, documentId: document.documentId }
  admin = await house.browser()
  await admin.signIn('ann@acme.example')
  await happen(instant('2026-12-01T22:59:59.999Z'), 1, 'before the day')
  await happen(instant('2026-12-01T23:00:00Z'), 130)
  await happen(instant('2026-12-02T22:59:59.999Z'), 1, 'last of the day')
  await happen(instant('2026-12-02T23:00:00Z'), 1, 'after the day')
}, 30_000)
afterAll(async () => house[Symbol.asyncDispose]())

const rows = (text: string): number[] =>
  [...text.matchAll(/<td class="number">([\d,\u202f]+)</g)].map((match) => Number(match[1]!.replaceAll(/\D/g, '')))
const look = async (query: string): Promise<{ text: string; seqs: number[] }> => {
  const { status, text } = await admin.get(`/console/audit${query}`)
  expect(status).toBe(200)
  expect(text).not.toMatch(/undefined|\[object|\{\w+\}|<script(?![^>]* src=)|\sstyle=/)
  return { text, seqs: rows(text) }
}
const hrefOf = (text: string, rel: string): string | null =>
  new RegExp(`rel="${rel}" href="/console/audit([^"]+)"`).exec(text)?.[1]?.replaceAll('&amp;', '&') ?? null

test('page by page to the end and back again, nothing twice and nothing left out, with the filters in the address', async () => {
  const seen: number[] = []
  let at: string | null = '?type=contact&from=2026-12-01'
  const pages: string[] = []
  while (at) {
    const { text, seqs } = await look(at)
    pages.push(text)
    seen.push(...seqs)
    at = hrefOf(text, 'next')
    if (at) expect(at).toContain('type=contact&from=2026-12-01&before=')
  }
  expect(seen.length).toBe(133)
  expect(seen).toEqual([...seen].sort((a, b) => b - a))
  expect(pages.length).toBe(3)
  expect(hrefOf(pages[0]!, 'prev')).toBeNull()
  const middle = await look(hrefOf(pages[2]!, 'prev')!)
  expect(middle.seqs).toEqual(rows(pages[1]!))
  const first = await look(hrefOf(middle.text, 'prev')!)
  expect(first.seqs).toEqual(rows(pages[0]!))
  expect(hrefOf(first.text, 'prev')).toBeNull()
})

test('a day is the day of the house, from its midnight to the next', async () => {
  const { text } = await look('?from=2026-12-02&to=2026-12-02&type=contact.added') // Europe/Paris: 23:00 to 23:00 UTC
  expect(text).toContain('last of the day')
  expect(text).not.toContain('before the day')
  expect(text).not.toContain('after the day')
  expect((await look('?to=2020-01-01')).text).toContain('Nothing matches')
  // What is no day at all is left out, as if it had not been typed.
  expect((await look('?from=2026-02-31&type=installation')).seqs.length).toBeLessThanOrEqual(1)
})

test('by person, address, IP, document ID, title; what a person types is no pattern', async () => {
  const count = async (query: string) => (await look(query)).seqs.length
  expect(await count('?person=ann+ARCHER&type=user.signed-in')).toBe(1)
  expect(await count('?person=ann%40acme&type=user.signed-in')).toBe(1)
  expect(await count('?person=198.51.100.9&from=2026-12-02&to=2026-12-02&type=contact')).toBe(50)
  expect(await count('?person=last+of+the+day')).toBe(1)
  expect(await count('?person=%25')).toBe(0)
  const all = await count(`?envelope=${envelope.id}`)
  expect(all).toBeGreaterThanOrEqual(2)
  expect(await count(`?envelope=${envelope.documentId.toLowerCase().replaceAll('-', ' ')}`)).toBe(all)
  const { title } = await house.house.db.selectFrom('envelope').select('title').executeTakeFirstOrThrow()
  expect(await count(`?envelope=${encodeURIComponent(title.slice(0, 6).toUpperCase())}`)).toBe(all)
  expect(await count('?envelope=_')).toBe(0)
  expect((await look(`?person=${encodeURIComponent('"><b>')}&envelope=nothing`)).text).toContain('&quot;&gt;')
  expect((await look('?type=nonsense&before=x&after=-1')).seqs.length).toBe(50)
})

test('as a table: everything that matches, safe for spreadsheets, and itself an entry', async () => {
  await happen(instant('2026-12-05T12:00:00Z'), 1, '=cmd|"/C calc"!A0, und Söhne')
  await admin.get('/console/audit')
  const { status, text, headers } = await admin.post('/console/audit/table', { type: 'contact', from: '2026-12-01', to: '2026-12-09' })
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
  expect(headers.get('content-disposition')).toContain('attachment; filename="audit 2026-11-23.csv"')
  const lines = text.replace('\ufeff', '').trimEnd().split('\r\n')
  expect(lines.length).toBe(1 + 134)
  expect(lines[0]).toBe('Number,Time (UTC),Who,Identifier of who,Kind,What,Envelope,Title,IP address,Browser')
  expect(lines[1]).toContain('"Added the contact =cmd|""/C calc""!A0, und Söhne"')
  const { entry } = await house.house.db
    .selectFrom('auditLeaf')
    .select('entry')
    .where('type', '=', 'audit.exported')
    .executeTakeFirstOrThrow()
  expect(JSON.parse(entry)).toMatchObject({ detail: { form: 'table', type: 'contact', person: false } })
})

test.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\0=1', '=HYPERLINK("http://x")', '-2+3+cmd', '@x', '+x', '=', '-', '=\n1'])(
  'a cell that begins like a formula is text: %p',
  (cell) => {
    expect(csvLine([cell, 7])).toMatch(/^"?'/)
    expect(csvLine(['a', cell])).not.toContain(`,${cell[0]}`)
  },
)
test('plain cells stay as they are, quotes and breaks are quoted', () => {
  expect(csvLine(['a', 1, null, 'b,c', 'd"e', 'f\ng', ' h'])).toBe('a,1,,"b,c","d""e","f\ng"," h"\r\n')
})

test('the whole log is taken out as an archive that checks itself', async () => {
  await takeCheckpoint(house.house)
  const page = await admin.get('/console/audit/export')
  expect(page.text).toContain('Newest checkpoint')
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-archive-'))
  try {
    const { status, text, headers } = await admin.post('/console/audit/export', {})
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-tar'])
    expect(Buffer.byteLength(text)).toBe(Number(headers.get('content-length')))
    writeFileSync(join(folder, 'log.tar'), text)
    expect(Bun.spawnSync(['tar', 'xf', 'log.tar'], { cwd: folder }).exitCode).toBe(0)
    const check = Bun.spawnSync(['python3', 'audit-log/verify.py'], { cwd: folder })
    expect(check.stdout.toString()).toEndWith('WHOLE\n')
    expect(check.stdout.toString()).toContain(/--key ([0-9a-f]{64})/.exec(page.text)![1]!)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  // Nothing of it stays behind.
  expect(
    existsSync(house.house.config.dataDirectory) &&
      readdirSync(house.house.config.dataDirectory).filter((name) => name.startsWith('export-')),
  ).toEqual([])
  expect((await admin.get('/console/audit/export/checkpoint.txt')).text).toMatch(/^127\.0\.0\.1:8080\/log\n\d+\n/)
})

test('of somebody who is everywhere, and of somebody who is hardly anywhere, the same is found', async () => {
  await happen(instant('2026-12-10T12:00:00Z'), 5_100, 'Everybody')
  const { seqs, text } = await look('?person=Everybody&from=2026-12-10&to=2026-12-10')
  expect(seqs.length).toBe(50)
  expect((await look(hrefOf(text, 'next')!)).seqs[0]).toBe(seqs.at(-1)! - 1)
  expect((await look('?person=Everybody&from=2026-12-01&to=2026-12-09')).seqs.length).toBe(0)
  expect((await look('?person=Everybody&type=user')).seqs.length).toBe(0)
  expect((await look('?person=last+of+the+day')).seqs.length).toBe(1)
}, 30_000)

test('for administrators alone, in both languages; nothing signed yet is told', async () => {
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  for (const path of ['/console/audit', '/console/audit/export', '/console/audit/export/checkpoint.txt'])
    expect((await bob.get(path)).status).toBe(403)
  await bob.get('/account')
  expect((await bob.post('/console/audit/table', {})).status).toBe(403)
  expect((await bob.post('/console/audit/export', {})).status).toBe(403)
  admin.cookies.set('lang', 'fr')
  const french = (await look('')).text
  expect(french).toContain('Signé jusqu’à l’entrée')
  expect(french).toMatch(/<option value="ceremony\.declined">Quelqu’un a refusé</)
  expect((await admin.get('/console/audit/export')).text).toContain('Exporter tout le journal')
  admin.cookies.delete('lang')
  await using fresh = await openTestHouse()
  const desk = await fresh.browser()
  await desk.signIn('ann@acme.example')
  expect((await desk.get('/console/audit')).text).toContain('Not signed yet: there is no authority')
  expect((await desk.get('/console/audit/export')).text).toContain('There is no signed checkpoint yet')
  expect((await desk.post('/console/audit/export', {})).status).toBe(409)
  expect(NOON).toStartWith('2026-11-23')
})

test('before the first signature the page tells whether it comes soon or waits for the passphrase', async () => {
  await using fresh = await openTestHouse({ authority: true })
  const desk = await fresh.browser()
  await desk.signIn('ann@acme.example')
  await fresh.house.db.deleteFrom('checkpoint').execute()
  expect((await desk.get('/console/audit')).text).toContain('the first entries are signed within a minute')
  const { keys } = fresh.house
  const isLocked = keys.isLocked.bind(keys)
  keys.isLocked = () => true
  expect((await desk.get('/console/audit')).text).toContain('Not signed yet: the authority’s keys are locked')
  keys.isLocked = isLocked
})
