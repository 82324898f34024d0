import { expect, test } from 'bun:test'
import { newDocumentId } from '../../src/base/document-id.ts'
import { HOUR, later } from '../../src/base/instant.ts'
import type { Envelope, EnvelopeStatus, Recipient } from '../../src/envelope/envelope.ts'
import { NO_FILTERS } from '../../src/envelope/filtering.ts'
import { countEnvelopes, type Group, listEnvelopes, PAGE, stageOf } from '../../src/envelope/list.ts'
import { NOON, openTestDesk, person, type TestDesk } from './support.ts'

let made = 0

async function add(desk: TestDesk, over: Partial<Envelope> = {}, people: readonly Partial<Recipient>[] = [{}]): Promise<string> {
  const id = `env_${String(++made).padStart(4, '0')}`
  await desk.db
    .insertInto('envelope')
    .values({
      id,
      title: `Contract ${made}`,
      senderId: desk.ann.id,
      legalEntityId: desk.entityId,
      status: 'sent',
      subject: '',
      message: '',
      language: 'en',
      deadline: null,
      reminders: '{}',
      version: 1,
      isSample: 0,
      createdAt: NOON,
      updatedAt: NOON,
      dispatchedAt: NOON,
      completedAt: null,
      endedAt: null,
      endReason: null,
      endedBy: null,
      dispatchFailure: null,
      responsibleId: null,
      ...over,
    })
    .execute()
  for (const [at, one] of people.entries())
    await desk.db
      .insertInto('recipient')
      .values(person(id, `${id}r${at}`, { position: at, status: 'invited', ...one }))
      .execute()
  return id
}

const listed = async (desk: TestDesk, group: Group = 'all', search = '', user = desk.ann): Promise<string[]> =>
  (await listEnvelopes(desk.db, user, { group, filters: { ...NO_FILTERS, search }, after: null }, NOON)).entries.map(({ id }) => id)

test('each envelope stands in the group of whoever is asked, and the counts say the same', async () => {
  await using desk = await openTestDesk()
  const draft = await add(desk, { status: 'draft' }, [{ status: 'waiting' }])
  const ours = await add(desk, {}, [{ side: 'company' }, { status: 'waiting' }])
  const both = await add(desk, {}, [{ side: 'company' }, {}])
  const theirs = await add(desk, {}, [{ side: 'company', status: 'signed' }, {}])
  const completed = await add(desk, { status: 'completed' }, [{ status: 'signed' }])
  const ended: string[] = []
  for (const status of ['declined', 'voided', 'expired'] as EnvelopeStatus[]) ended.push(await add(desk, { status }))
  const sealing = await add(desk, { status: 'sealing' }, [{ status: 'signed' }])
  const groups: Record<Group, string[]> = {
    all: [draft, ours, both, theirs, completed, ...ended, sealing],
    drafts: [draft],
    ours: [ours, both],
    theirs: [theirs],
    completed: [completed],
    ended,
  }
  for (const [group, ids] of Object.entries(groups) as [Group, string[]][])
    expect([group, (await listed(desk, group)).sort()]).toEqual([group, ids.sort()])
  expect(await countEnvelopes(desk.db, desk.ann)).toEqual(
    Object.fromEntries(Object.entries(groups).map(([group, ids]) => [group, ids.length])) as Record<Group, number>,
  )
})

test('an employee sees their own, whoever oversees sees all and who sent it', async () => {
  await using desk = await openTestDesk()
  const anns = await add(desk)
  const bobs = await add(desk, { senderId: desk.bob.id })
  expect(await listed(desk)).toEqual([anns])
  expect(await listed(desk, 'all', '', desk.bob)).toEqual([bobs])
  expect((await listed(desk, 'all', '', desk.chief)).sort()).toEqual([anns, bobs])
  expect(await countEnvelopes(desk.db, desk.bob)).toMatchObject({ all: 1, theirs: 1 })
  const { entries } = await listEnvelopes(desk.db, desk.chief, { group: 'all', after: null }, NOON)
  expect(entries.map(({ sender }) => sender).sort()).toEqual(['Ann Archer', 'Bob Baker'])
  expect((await listEnvelopes(desk.db, desk.ann, { group: 'all', after: null }, NOON)).entries[0]?.sender).toBeNull()
})

test('found by title, party, company, address and document ID; what is typed is never a pattern', async () => {
  await using desk = await openTestDesk()
  const lease = await add(desk, { title: 'Lease 100 % of_fice' }, [
    { firstName: 'Zoë', lastName: 'O’Neill', company: 'Neill Ltd', email: 'zoe@neill.example' },
  ])
  await add(desk, { title: 'Other' })
  const documentId = newDocumentId()
  const digest = 'a'.repeat(64) as never
  await desk.db
    .insertInto('document')
    .values({
      id: 'doc_9',
      envelopeId: lease,
      position: 0,
      title: 'Annex',
      fileName: 'annex-final.pdf',
      documentId,
      originalDigest: digest,
      sourceDigest: digest,
      pages: '[]',
      shownPages: null,
      findings: '{}',
      createdAt: NOON,
    })
    .execute()
  for (const search of [
    'lease',
    '100 %',
    'of_fice',
    'neill zoë',
    'ltd lease',
    'zoe@neill.example',
    'annex',
    'final.pdf',
    documentId,
    documentId.toLowerCase().replaceAll('-', ' '),
  ])
    expect([search, await listed(desk, 'all', search)]).toEqual([search, [lease]])
  for (const search of ['%%', '_ffice', 'lease nobody', newDocumentId(), "' or 1=1 --"])
    expect([search, await listed(desk, 'all', search)]).toEqual([search, []])
  expect(await listed(desk, 'drafts', 'lease')).toEqual([])
})

test('page by page, the last changed first, none twice and none left out', async () => {
  await using desk = await openTestDesk()
  const ids: string[] = []
  // Several at the same moment: the id decides.
  for (let n = 0; n < PAGE * 2 + 5; n++) ids.push(await add(desk, { updatedAt: later(NOON, Math.floor(n / 4) * HOUR) }))
  const seen: string[] = []
  for (let after: Parameters<typeof listEnvelopes>[2]['after'] = null; ;) {
    const { entries, next } = await listEnvelopes(desk.db, desk.ann, { group: 'all', after }, NOON)
    seen.push(...entries.map(({ id }) => id))
    if (!next) break
    after = next
  }
  expect(seen).toEqual(ids.toReversed())
})

test('a row says who signed, who is asked and how far it is; a copy is nobody who signs', async () => {
  await using desk = await openTestDesk()
  await add(desk, {}, [
    { side: 'company', status: 'signed', firstName: 'Ann', lastName: 'Archer' },
    { routingOrder: 2, firstName: 'Marie', lastName: 'Dupont' },
    { routingOrder: 3, status: 'waiting', firstName: 'Zoë', lastName: 'Last' },
    { routingOrder: 4, role: 'copy', status: 'waiting' },
  ])
  const { entries } = await listEnvelopes(desk.db, desk.ann, { group: 'all', after: null }, NOON)
  expect(entries[0]).toMatchObject({
    stage: 'with-them',
    signed: 1,
    signers: 3,
    people: [
      { name: 'Ann Archer', did: 'sign', isAsked: false },
      { name: 'Marie Dupont', did: 'nothing', isAsked: true },
      { name: 'Zoë Last', did: 'nothing', isAsked: false },
    ],
  })
  expect(stageOf({ status: 'voided' }, [])).toBe('voided')
})
