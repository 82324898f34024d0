import { expect, test } from 'bun:test'
import { addStage } from '../../src/board/stages.ts'
import { CARDS } from '../../src/board/cards.ts'
import { assignRoles } from '../../src/access/assigning.ts'
import { permissionsWith } from '../../src/access/permissions.ts'
import { addRole } from '../../src/access/role-keeping.ts'
import { findUserByAddress } from '../../src/access/users.ts'
import { signOut } from '../../src/access/session.ts'
import { DAY, HOUR } from '../../src/base/instant.ts'
import { seedEnvelope } from '../board/seed.ts'
import { openTestHouse, ORIGIN, type TestBrowser, type TestHouse } from '../support/house.ts'

async function openDesk(): Promise<TestHouse & { ann: TestBrowser; bob: TestBrowser; own: string }> {
  const house = await openTestHouse()
  const { id } = await house.house.db.selectFrom('user').select('id').where('firstName', '=', 'Ann').executeTakeFirstOrThrow()
  const act = { actor: { kind: 'user', id }, at: house.house.clock(), ip: null, userAgent: null } as const
  const own = await addStage(house.house.db, act, { names: { en: 'Negotiation' }, colour: 'teal', icon: 'phone', isHidden: false })
  const [ann, bob] = [await house.browser(), await house.browser()]
  await ann.signIn('ann@acme.example')
  await bob.signIn('bob@acme.example')
  return Object.assign(house, { ann, bob, own: own.id })
}

/** As the register has what was completed and described. */
async function fileWithAmount({ house: { db } }: TestHouse, envelopeId: string, amount: number): Promise<void> {
  const { senderId, title, completedAt } = await db
    .selectFrom('envelope')
    .selectAll()
    .where('id', '=', envelopeId)
    .executeTakeFirstOrThrow()
  await db
    .insertInto('vaultEntry')
    .values({
      envelopeId,
      ownerId: senderId,
      folderId: null,
      scopeId: null,
      completedAt: completedAt!,
      title,
      titleKey: title,
      parties: '',
      partyKey: '',
      size: 1,
      stage: 'in-force',
      isHeld: 0,
      origin: 'issued',
      kind: '',
      amount,
      currency: 'EUR',
      classId: null,
      dueAt: null,
      indexedAt: null,
      indexFailure: null,
      disposedAt: null,
    })
    .execute()
}

test('each sees their own cards alone, in columns with counts; the same filters narrow board and list', async () => {
  await using desk = await openDesk()
  await seedEnvelope(desk.house, { title: 'Hers', company: 'Nord Gaz' })
  await seedEnvelope(desk.house, { title: 'His <b>', by: 'Bob', signed: 1 })
  await seedEnvelope(desk.house, { title: 'Soon', by: 'Bob', deadlineIn: HOUR })
  await seedEnvelope(desk.house, { title: 'Old', by: 'Bob', status: 'completed', ago: 40 * DAY })
  const all = (await desk.ann.get('/board')).text
  for (const title of ['Hers', 'His &lt;b&gt;', 'Soon', 'Old']) expect(all).toContain(title)
  expect(all).not.toMatch(/<b>|<script(?![^>]* src=)|\son\w+=|style=/)
  expect(all.match(/data-count aria[^>]*>(\d+)/g)?.map((match) => match.split('>')[1])).toEqual([
    '0',
    '2',
    '1',
    '0',
    '1',
    '0',
    '0',
    '0',
    '0',
  ])
  const his = (await desk.bob.get('/board')).text
  expect(his).not.toContain('Hers')
  expect(his).toContain('His')
  for (const [query, shown, hidden] of [
    ['search=nord', ['Hers'], ['Soon', 'Old']],
    ['party=nord', ['Hers'], ['Soon', 'Old']],
    ['soon=1', ['Soon'], ['Hers', 'Old']],
    ['stage=stg_completed', ['Old'], ['Hers', 'Soon']],
    ['to=2026-10-30', ['Old'], ['Hers', 'Soon']],
    ['from=2026-11-20', ['Hers', 'Soon'], ['Old']],
    ['from=nonsense&sender=nobody', [], ['Hers', 'Soon', 'Old']],
  ] as const)
    for (const path of ['/board', '/envelopes']) {
      const { text, status } = await desk.ann.get(`${path}?${query}`)
      expect([path, query, status]).toEqual([path, query, 200])
      for (const title of shown) expect([path, query, text.includes(`>${title}</a>`)]).toEqual([path, query, true])
      for (const title of hidden) expect([path, query, text.includes(`>${title}</a>`)]).toEqual([path, query, false])
    }
  // An amount is known of what was filed with one.
  const { id } = await desk.house.db.selectFrom('envelope').selectAll().where('title', '=', 'Old').executeTakeFirstOrThrow()
  await desk.house.db.deleteFrom('vaultEntry').where('envelopeId', '=', id).execute()
  await fileWithAmount(desk, id, 125_050)
  for (const [query, isShown] of [
    ['least=1250,50&most=1250.5', true],
    ['least=1251', false],
    ['most=1 000', false],
    ['least=nothing', true],
  ] as const)
    for (const path of ['/board', '/envelopes'])
      expect([path, query, (await desk.ann.get(`${path}?${query}`)).text.includes('>Old</a>')]).toEqual([path, query, isShown])
  expect((await desk.bob.get('/board?stage=stg_sent')).text).toContain('/envelopes?stage=stg_sent')
})

test('a column loads by pages; what another moves meanwhile is neither lost nor shown twice', async () => {
  await using desk = await openDesk()
  for (let at = 0; at < CARDS + 5; at++) await seedEnvelope(desk.house, { title: `Card ${at}`, ago: at * HOUR })
  const first = (await desk.ann.get('/board')).text
  const more = /data-more="([^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const second = (await desk.ann.get(more)).text
  const ids = (text: string) => [...text.matchAll(/data-card="(\w+)"/g)].map(([, id]) => id)
  expect(ids(first)).toHaveLength(CARDS)
  expect(ids(second)).toHaveLength(5)
  expect(new Set([...ids(first), ...ids(second)]).size).toBe(CARDS + 5)
  expect(second).not.toContain('data-more')
})

test('a card is moved without a script, taken back, and not moved where it is not true or not allowed', async () => {
  await using desk = await openDesk()
  const id = await seedEnvelope(desk.house, { title: 'Lease' })
  const form = (await desk.ann.get(`/envelopes/${id}/stage?back=/board?search=lease`)).text
  expect(form).toContain('Negotiation')
  expect(form).toContain('The document is not completed.')
  const entry = /name="entry" value="(\d+)"/.exec(form)?.[1] ?? ''
  const moved = await desk.ann.post(`/envelopes/${id}/stage`, { stage: desk.own, entry, back: '/board?search=lease' })
  expect([moved.status, moved.location]).toEqual([303, expect.stringMatching(/^\/board\?search=lease&moved=mov_/)])
  const page = (await desk.ann.get(moved.location!)).text
  expect(page).toContain('“Lease” is now in “Negotiation”.')
  const undo = /action="(\/board\/moves\/\w+\/undoing)"/.exec(page)?.[1] ?? ''
  expect((await desk.bob.post(undo)).status).toBe(404)
  expect((await desk.ann.post(undo, { back: '/board' })).status).toBe(303)
  expect((await desk.ann.post(undo)).status).toBe(409)

  expect((await desk.ann.post(`/envelopes/${id}/stage`, { stage: 'stg_completed' })).status).toBe(409)
  expect((await desk.ann.post(`/envelopes/${id}/stage`, { stage: desk.own, entry: '1' })).status).toBe(409)
  expect((await desk.ann.post(`/envelopes/${id}/stage`, { stage: 'stg_none' })).status).toBe(404)
  expect((await desk.bob.post(`/envelopes/${id}/stage`, { stage: desk.own })).status).toBe(404)
  expect((await desk.bob.get(`/envelopes/${id}/stage`)).status).toBe(404)
  const { stageId } = await desk.house.db.selectFrom('boardCard').select('stageId').executeTakeFirstOrThrow()
  expect(stageId).toBe('stg_sent')
})

test('changed cards are told as they stand, and as gone where the reader does not see them', async () => {
  await using desk = await openDesk()
  const [hers, his] = [await seedEnvelope(desk.house, { title: 'Hers' }), await seedEnvelope(desk.house, { title: 'His', by: 'Bob' })]
  const { text } = await desk.bob.get(`/board/changes?ids=${hers},${his},env_none`, { accept: 'application/json' })
  const { cards, counts } = JSON.parse(text) as {
    cards: { id: string; stage: string | null; html: string | null }[]
    counts: Record<string, number>
  }
  expect(cards.map(({ id, stage, html }) => [id, stage, html !== null])).toEqual([
    [hers, null, false],
    [his, 'stg_sent', true],
    ['env_none', null, false],
  ])
  expect(counts['stg_sent']).toBe(1)
  expect((await (await desk.browser()).get('/board/changes?ids=x', { accept: 'application/json' })).status).toBe(403)
})

/** The lines of a stream as they come. */
async function openStream(desk: TestHouse, browser: TestBrowser, since = '') {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const request = new Request(`${ORIGIN}/board/stream${since}`, { headers: { host: new URL(ORIGIN).host, cookie } })
  const response = await desk.server.fetch(request, '192.0.2.7')
  const reader = response.body?.getReader()
  let text = ''
  let isOver = false
  void (async () => {
    for (;;) {
      const piece = await reader?.read()
      if (!piece || piece.done) break
      text += new TextDecoder().decode(piece.value)
    }
    isOver = true
  })()
  return {
    status: response.status,
    async until(fits: (text: string) => boolean, most = 8_000): Promise<string> {
      for (const end = Date.now() + most; !fits(text) && Date.now() < end;) await Bun.sleep(20)
      return text
    },
    isOver: () => isOver,
    close: () => reader?.cancel(),
  }
}

test('a stream tells each what they see, no more; it ends with the session and with the server', async () => {
  await using desk = await openDesk()
  const hers = await seedEnvelope(desk.house, { title: 'Hers' })
  const told = /data-told="([\d.]+)"/.exec((await desk.bob.get('/board')).text)?.[1] ?? ''
  const [ofAnn, ofBob] = [await openStream(desk, desk.ann), await openStream(desk, desk.bob, `?since=${told}`)]
  await ofAnn.until((text) => text.includes('beat'))
  await ofBob.until((text) => text.includes('beat'))
  const his = await seedEnvelope(desk.house, { title: 'His', by: 'Bob' })
  await desk.ann.post(`/envelopes/${hers}/stage`, { stage: desk.own })
  expect(await ofAnn.until((text) => text.includes(hers) && text.includes(his))).toContain(hers)
  const bobs = await ofBob.until((text) => text.includes(his))
  expect(bobs).toContain(his)
  expect(bobs).not.toContain(hers)

  // What was given to him is told to him, and what was taken from him too.
  const { id: bob } = await desk.house.db.selectFrom('user').select('id').where('firstName', '=', 'Bob').executeTakeFirstOrThrow()
  const { id: ann } = await desk.house.db.selectFrom('user').select('id').where('firstName', '=', 'Ann').executeTakeFirstOrThrow()
  await desk.ann.post(`/envelopes/${hers}/responsible`, { user: bob })
  expect(await ofBob.until((text) => text.includes(hers))).toContain(hers)
  const before = (await ofBob.until(() => true)).length
  await desk.ann.post(`/envelopes/${hers}/responsible`, { user: ann })
  expect((await ofBob.until((text) => text.slice(before).includes(hers))).slice(before)).toContain(hers)

  const session = await desk.house.db.selectFrom('userSession').selectAll().where('userId', '=', bob).executeTakeFirstOrThrow()
  await signOut(desk.house.db, { actor: { kind: 'user', id: bob }, at: desk.house.clock(), ip: null, userAgent: null }, session.id)
  expect(await ofBob.until((text) => text.includes('signed-out'))).toContain('signed-out')
  await ofBob.until(() => ofBob.isOver())
  expect(ofBob.isOver()).toBe(true)
  desk.server.close()
  await ofAnn.until(() => ofAnn.isOver())
  expect(ofAnn.isOver()).toBe(true)
}, 60_000)

test('one session has so many streams and no more; a stranger has none', async () => {
  await using desk = await openDesk()
  const open = []
  for (let at = 0; at < 4; at++) open.push(await openStream(desk, desk.ann))
  expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect((await openStream(desk, desk.ann)).status).toBe(429)
  expect((await openStream(desk, desk.bob)).status).toBe(200)
  await open[0]!.close()
  for (const end = Date.now() + 5_000; Date.now() < end; await Bun.sleep(50)) {
    const again = await openStream(desk, desk.ann)
    if (again.status === 200) break
    expect(Date.now()).toBeLessThan(end - 100)
  }
  expect((await openStream(desk, await desk.browser())).status).toBe(303)
}, 60_000)

test('a note is for the house: in the history, not in the log’s clear text; who is responsible is changed by hand', async () => {
  await using desk = await openDesk()
  const id = await seedEnvelope(desk.house, { title: 'Lease' })
  expect((await desk.ann.post(`/envelopes/${id}/notes`, { text: 'They called, <b>twice</b>' })).status).toBe(303)
  const page = (await desk.ann.get(`/envelopes/${id}`)).text
  expect(page).toContain('Note: They called, &lt;b&gt;twice&lt;/b&gt;')
  expect((await desk.ann.post(`/envelopes/${id}/notes`, { text: '  ' })).status).toBe(422)
  expect((await desk.bob.post(`/envelopes/${id}/notes`, { text: 'x' })).status).toBe(404)
  expect((await desk.bob.post(`/envelopes/${id}/responsible`, { user: 'usr_x' })).status).toBe(404)
  expect(await desk.house.db.selectFrom('auditClear').select('value').where('value', 'like', '%twice%').execute()).toEqual([])
})

test('views are saved, opened first, renamed, ordered and removed, each person’s own', async () => {
  await using desk = await openDesk()
  await seedEnvelope(desk.house, { title: 'Lease' })
  const save = await desk.ann.post('/saved-views', { name: 'Nord', surface: 'board', query: 'party=nord&evil=<script>' })
  expect([save.status, save.location]).toEqual([303, '/board?party=nord'])
  await desk.ann.post('/saved-views', { name: 'Ours', surface: 'list', query: 'group=ours&soon=1' })
  const ids = async () =>
    (await desk.house.db.selectFrom('savedView').select(['id', 'name']).orderBy('position').execute()).map(({ id, name }) => ({ id, name }))
  const [nord, ours] = await ids()
  expect([nord?.name, ours?.name]).toEqual(['Nord', 'Ours'])
  await desk.ann.post(`/saved-views/${ours!.id}/place`, { by: '-1' })
  await desk.ann.post(`/saved-views/${ours!.id}`, { name: 'Late' })
  await desk.ann.post(`/saved-views/${ours!.id}/default`, { isDefault: '1' })
  expect((await ids()).map(({ name }) => name)).toEqual(['Late', 'Nord'])
  expect((await desk.ann.get('/envelopes')).location).toBe('/envelopes?group=ours&soon=1')
  expect((await desk.bob.get('/envelopes')).status).toBe(200)
  expect((await desk.ann.get('/envelopes?group=all')).status).toBe(200)
  expect((await desk.ann.get('/saved-views')).text).toContain('Late')
  for (const [path, fields] of [
    ['', { name: 'x' }],
    ['/removal', {}],
    ['/place', { by: '1' }],
    ['/default', { isDefault: '0' }],
  ] as const)
    expect((await desk.bob.post(`/saved-views/${nord!.id}${path}`, { ...fields })).status).toBe(404)
  expect((await desk.ann.post('/saved-views', { name: ' ', surface: 'list' })).status).toBe(422)
  await desk.ann.post(`/saved-views/${ours!.id}/removal`)
  expect((await ids()).map(({ name }) => name)).toEqual(['Nord'])
})

test('who sees everything and edits their own moves their own alone: no button, no drag, and 403 for the rest', async () => {
  await using desk = await openDesk()
  const { db, clock } = desk.house
  const admin = await findUserByAddress(db, 'ann@acme.example')
  const reader = await findUserByAddress(db, 'bob@acme.example')
  const act = { actor: { kind: 'user', id: admin!.id }, at: clock(), ip: null, userAgent: null } as const
  const permissions = permissionsWith((section, row, kind) =>
    section === 'documents' && row === 'view' ? 'all' : section === 'documents' && row === 'edit' ? 'own' : kind === 'yes' ? false : 'none',
  )
  const role = await addRole(db, act, admin!, { name: 'Onlooker', permissions })
  await assignRoles(db, act, admin!, { kind: 'user', id: reader!.id }, [role.id])
  await desk.bob.signIn('bob@acme.example')
  const [hers, his] = [await seedEnvelope(desk.house, { title: 'Hers' }), await seedEnvelope(desk.house, { title: 'His', by: 'Bob' })]
  const board = (await desk.bob.get('/board')).text
  const tile = (id: string): string => board.split('<li ').find((part) => part.includes(`data-card="${id}"`)) ?? ''
  expect([tile(hers).includes('data-may'), tile(hers).includes('data-move-link')]).toEqual([false, false])
  expect([tile(his).includes('data-may'), tile(his).includes('data-move-link')]).toEqual([true, true])
  for (const [id, status] of [
    [hers, 403],
    [his, 303],
  ] as const) {
    expect((await desk.bob.post(`/envelopes/${id}/stage`, { stage: desk.own })).status).toBe(status)
    expect((await desk.bob.post(`/envelopes/${id}/responsible`, { user: admin!.id })).status).toBe(status)
  }
  expect((await desk.bob.get(`/envelopes/${hers}/stage`)).status).toBe(403)
  expect((await desk.bob.get(`/envelopes/${hers}`)).text).not.toContain(`/envelopes/${hers}/responsible`)
})
