import { expect, test } from 'bun:test'
import { carryOutDispatch, DISPATCH, dispatch } from '../../src/envelope/dispatch.ts'
import { changeDraft, findDraft } from '../../src/envelope/drafting.ts'
import { findEnvelope } from '../../src/envelope/envelope.ts'
import { claim, finishJob } from '../../src/jobs/queue.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf, ann, draftFor } from '../support/signing.ts'

/** As another node brings it back that could not prepare it. */
const bringBack = ({ house: { db } }: TestHouse, id: string) =>
  db.updateTable('envelope').set({ status: 'draft', dispatchFailure: 'dispatch.failed' }).where('id', '=', id).execute()

const eventsOf = async ({ house: { db } }: TestHouse, id: string, type: string): Promise<number> =>
  (await db.selectFrom('auditLeaf').select('seq').where('envelopeId', '=', id).where('type', '=', type).execute()).length

test('what came back and is sent again at once goes out, though the job of the first time is not yet marked done', async () => {
  await using own = await openTestHouse({ authority: true })
  const { house } = own
  const user = await ann(own)
  const { id, version } = await draftFor(own, user)
  await dispatch(house, actOf(house, user), user, id, version)
  const first = (await claim(house.db, house.clock(), [DISPATCH]))!
  await bringBack(own, id)
  await dispatch(house, actOf(house, user), user, id, version)
  await finishJob(house.db, house.clock(), first)
  await own.drain()
  expect((await findEnvelope(house.db, id)).status).toBe('sent')
  expect(await eventsOf(own, id, 'envelope.dispatched')).toBe(1)
}, 30_000)

test('a node that was slow sends nothing of what the sender has changed meanwhile', async () => {
  await using own = await openTestHouse({ authority: true })
  const { house } = own
  const user = await ann(own)
  const act = actOf(house, user)
  const { id, version } = await draftFor(own, user)
  await dispatch(house, act, user, id, version)
  const slow = carryOutDispatch(house, { envelope: id, by: user.id }).catch((error: unknown) => error)
  await bringBack(own, id)
  await changeDraft(house.db, act, user, id, { title: 'Another agreement' })
  await dispatch(house, act, user, id, (await findDraft(house.db, user, id)).version)
  expect(await slow).toMatchObject({ code: 'conflict', reason: 'envelope.moved-on' })
  expect((await findEnvelope(house.db, id)).status).toBe('sending')
  await own.drain()
  expect(await findEnvelope(house.db, id)).toMatchObject({ status: 'sent', title: 'Another agreement' })
  expect([await eventsOf(own, id, 'document.prepared'), await eventsOf(own, id, 'envelope.dispatched')]).toEqual([1, 1])
}, 30_000)
