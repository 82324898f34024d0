import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'

let house: TestHouse
let desk: TestBrowser
let id: string

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [{ ...CLAIRE, firstName: '=cmd', lastName: '<b>' }, MARIE])
  await send(house, user, draft)
  id = draft.id
  for (const name of ['=cmd', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
  await house.drain()
  desk = await house.browser()
  await desk.signIn('ann@acme.example')
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

const recorded = async (type: string): Promise<number> =>
  (
    await house.house.db
      .selectFrom('auditLeaf')
      .select('seq')
      .where('type', '=', type as 'vault.printed')
      .execute()
  ).length

test('documents leave as a ZIP whose checksums hold, picked or all of a search; each is recorded', async () => {
  const nothing = await desk.post('/vault/archive')
  expect([nothing.status, nothing.text.includes('Select at least one document')]).toEqual([422, true])
  expect((await desk.post('/vault/archive', { pick: 'env_00000000000000000000' })).status).toBe(404)
  expect(await recorded('document.downloaded')).toBe(0)
  const taken = await desk.post('/vault/archive', { pick: id })
  expect([taken.status, taken.headers.get('content-type'), String(taken.bytes.length)]).toEqual([
    200,
    'application/zip',
    taken.headers.get('content-length')!,
  ])
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-zip-'))
  await writeFile(join(folder, 'v.zip'), taken.bytes)
  const run = Bun.spawnSync(['python3', '-c', 'import zipfile; zipfile.ZipFile("v.zip").extractall()'], { cwd: folder })
  const sums = Bun.spawnSync(['sha256sum', '-c', 'SHA256SUMS'], { cwd: folder })
  expect([run.exitCode, sums.exitCode, sums.stdout.toString().match(/: OK/g)?.length]).toEqual([0, 0, 2])
  await rm(folder, { recursive: true })
  expect([await recorded('vault.archive-taken'), await recorded('document.downloaded')]).toEqual([1, 1])
  expect((await desk.post('/vault/archive', { all: '1', search: 'consulting' })).status).toBe(200)
  expect((await desk.post('/vault/archive', { all: '1', search: 'xylophone' })).status).toBe(422)
})

test('the table has a row for each document with its checksum, and no cell that a spreadsheet would run', async () => {
  const { status, text, headers } = await desk.post('/vault/table', {})
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
  const row = await house.house.db.selectFrom('revision').select('objectDigest').orderBy('number', 'desc').executeTakeFirstOrThrow()
  expect(text.split('\r\n')).toHaveLength(3)
  expect(text).toContain(row.objectDigest)
  expect(text).toContain(`"'=cmd <b>, Acme Ltd; Marie Dupont, Maison Dupont"`)
  expect(await recorded('vault.exported')).toBe(1)
})

test('list and document can be printed, which is recorded and told in the history of the document', async () => {
  const list = await desk.get('/vault/print?search=consulting')
  expect([list.status, list.text.includes('Consulting agreement')]).toEqual([200, true])
  const page = await desk.get(`/vault/${id}/print`)
  expect([page.status, page.text.match(/class="paper-page"/g)?.length]).toEqual([200, 3])
  expect(await recorded('vault.printed')).toBe(2)
  expect((await desk.get(`/vault/${id}`)).text).toContain('Printed from the vault')
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get(`/vault/${id}/print`)).status).toBe(404)
  expect((await bob.get('/vault/print')).text).not.toContain('Consulting agreement')
  expect((await bob.post('/vault/archive', { pick: id })).status).toBe(404)
  expect((await bob.post('/vault/moves', { pick: id, target: '' })).status).toBe(404)
})

test('folders from the page: made, closed, opened to somebody, filled and emptied', async () => {
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/vault/folders/new')).status).toBe(403)
  expect((await desk.post('/vault/folders', { name: ' ' })).status).toBe(422)
  const made = await desk.post('/vault/folders', { name: 'Personnel <1>' })
  const folder = made.location!.slice('/vault?folder='.length)
  expect((await desk.post('/vault/folders', { name: 'personnel <1>' })).status).toBe(409)
  await desk.post('/vault/moves', { pick: id, target: folder })
  expect((await desk.get(`/vault?folder=${folder}`)).text).toContain('Consulting agreement')
  // Moved by the form of its page, and back.
  const other = (await desk.post('/vault/folders', { name: 'Archive' })).location!.split('=')[1]!
  const shown = (await desk.get(`/vault/folders/${folder}`)).text
  expect([shown.includes(`value="${other}"`), shown.includes(`<option value="${folder}"`)]).toEqual([true, false])
  expect((await desk.post(`/vault/folders/${folder}/place`, { place: other })).status).toBe(303)
  expect((await desk.get(`/vault/folders/${folder}`)).text).toContain('Archive / Personnel &lt;1&gt;')
  const inItself = await desk.post(`/vault/folders/${other}/place`, { place: folder })
  expect([inItself.status, inItself.text.includes('cannot lie in itself')]).toEqual([409, true])
  expect((await desk.post(`/vault/folders/${folder}/place`, { place: 'fld_none' })).status).toBe(404)
  expect((await bob.post(`/vault/folders/${folder}/place`, { place: '' })).status).toBe(403)
  expect((await desk.post(`/vault/folders/${folder}/place`, { place: '' })).status).toBe(303)
  await desk.post(`/vault/folders/${folder}/own-rights`, { own: '1' })
  expect((await bob.get('/vault')).text).not.toContain('Personnel')
  expect((await bob.get(`/vault/folders/${folder}`)).status).toBe(404)
  const { id: bobId } = await house.house.db
    .selectFrom('user')
    .select('id')
    .where('email', '=', 'bob@acme.example')
    .executeTakeFirstOrThrow()
  expect((await desk.post(`/vault/folders/${folder}/rights`, { subject: 'user:nobody', right: 'read' })).status).toBe(422)
  expect((await desk.post(`/vault/folders/${folder}/rights`, { subject: `user:${bobId}`, right: 'read' })).status).toBe(303)
  expect((await bob.get(`/vault?folder=${folder}`)).text).toContain('Consulting agreement')
  expect((await bob.get(`/vault/${id}`)).status).toBe(200)
  expect((await bob.get(`/vault/folders/${folder}`)).status).toBe(403)
  expect((await bob.post(`/vault/folders/${folder}/deletion`)).status).toBe(403)
  expect((await desk.post(`/vault/folders/${folder}/deletion`)).status).toBe(409)
  await desk.post('/vault/moves', { pick: id, target: '' })
  expect((await desk.post(`/vault/folders/${folder}/deletion`)).status).toBe(303)
  expect((await bob.get(`/vault/${id}`)).status).toBe(404)
})
