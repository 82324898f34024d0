import { expect, test } from 'bun:test'
import { HOUR, later } from '../../src/base/instant.ts'
import type { DocumentId } from '../../src/base/document-id.ts'
import { annul, annulledAmong, annulmentsOf, type AnnulmentTools, reinstate } from '../../src/envelope/annulment.ts'
import { registerEntryFor } from '../../src/verification/register.ts'
import { eventsOf, messagesOf, NOON, openTestDesk, sentEnvelope, type TestDesk } from './support.ts'

const WHY = { reason: ' Signed twice by mistake ', isPublic: false }

async function completed(desk: TestDesk): Promise<{ tools: AnnulmentTools; documentId: DocumentId }> {
  await sentEnvelope(desk, [{}, { role: 'copy', routingOrder: 2 }])
  await desk.db.updateTable('envelope').set({ status: 'completed', completedAt: NOON }).execute()
  await desk.db.deleteFrom('message').execute()
  const { documentId } = await desk.db.selectFrom('document').select('documentId').executeTakeFirstOrThrow()
  return { tools: { db: desk.db, wake: () => {} }, documentId }
}

test('annulled by right with a reason: the register says so, everybody is told, the reason stays private', async () => {
  await using desk = await openTestDesk()
  const { tools, documentId } = await completed(desk)
  await annul(tools, desk.act(desk.chief), desk.chief, 'env_1', WHY)
  expect(await eventsOf(desk.db)).toContain('envelope.annulled')
  expect(await messagesOf(desk.db)).toEqual([
    'annulled r1@client.example',
    'annulled r2@client.example',
    'sender-annulled ann@acme.example',
  ])
  expect(await registerEntryFor(desk.db, documentId)).toMatchObject({
    state: 'annulled',
    annulments: [{ kind: 'annulled', at: NOON, reason: null }],
  })
  expect(await annulledAmong(desk.db, ['env_1', 'env_2'])).toEqual(new Set(['env_1']))
  const [row] = await annulmentsOf(desk.db, 'env_1')
  expect(row).toMatchObject({ number: 1, reason: 'Signed twice by mistake', userId: desk.chief.id, isPublic: 0 })
  const entry = await desk.db.selectFrom('auditLeaf').select(['type', 'entry']).where('seq', '=', row!.seq).executeTakeFirstOrThrow()
  expect(entry.type).toBe('envelope.annulled')
  expect(entry.entry).not.toContain('Signed twice')
})

test('taken back only by another event; the history of both stays', async () => {
  await using desk = await openTestDesk()
  const { tools, documentId } = await completed(desk)
  await expect(reinstate(tools, desk.act(desk.chief), desk.chief, 'env_1', WHY)).rejects.toThrow('annulment.in-force')
  await annul(tools, desk.act(desk.chief), desk.chief, 'env_1', { ...WHY, isPublic: true })
  await expect(annul(tools, desk.act(desk.chief), desk.chief, 'env_1', WHY)).rejects.toThrow('annulment.already')
  const at = later(NOON, HOUR)
  await reinstate(tools, desk.act(desk.chief, at), desk.chief, 'env_1', { reason: 'It was the right one', isPublic: false })
  expect(await registerEntryFor(desk.db, documentId)).toMatchObject({
    state: 'completed',
    annulments: [
      { kind: 'annulled', at: NOON, reason: 'Signed twice by mistake' },
      { kind: 'reinstated', at, reason: null },
    ],
  })
  await annul(tools, desk.act(desk.chief, at), desk.chief, 'env_1', WHY)
  expect((await annulmentsOf(desk.db, 'env_1')).map(({ number, kind }) => `${number} ${kind}`)).toEqual([
    '1 annulled',
    '2 reinstated',
    '3 annulled',
  ])
  expect((await registerEntryFor(desk.db, documentId))?.state).toBe('annulled')
})

test('refused without the right, without a reason, and before the end; nothing is changed then', async () => {
  await using desk = await openTestDesk()
  const { tools } = await completed(desk)
  const before = await eventsOf(desk.db)
  await expect(annul(tools, desk.act(), desk.ann, 'env_1', WHY)).rejects.toThrow('access.forbidden')
  await expect(annul(tools, desk.act(desk.bob), desk.bob, 'env_1', WHY)).rejects.toThrow('envelope.unknown')
  await expect(annul(tools, desk.act(desk.chief), desk.chief, 'env_1', { reason: ' \n ', isPublic: true })).rejects.toThrow(
    'envelope.reason-missing',
  )
  await desk.db.updateTable('envelope').set({ status: 'sent' }).execute()
  await expect(annul(tools, desk.act(desk.chief), desk.chief, 'env_1', WHY)).rejects.toThrow('annulment.not-completed')
  expect(await eventsOf(desk.db)).toEqual(before)
  expect(await annulmentsOf(desk.db, 'env_1')).toEqual([])
  expect(await messagesOf(desk.db)).toEqual([])
})

test('two who annul at once: one does, the other is told', async () => {
  await using desk = await openTestDesk()
  const { tools } = await completed(desk)
  const both = await Promise.allSettled([1, 2].map(() => annul(tools, desk.act(desk.chief), desk.chief, 'env_1', WHY)))
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await annulmentsOf(desk.db, 'env_1')).toHaveLength(1)
})
