import { expect, test } from 'bun:test'
import { openTestHouse } from '../support/house.ts'
import { ann, CLAIRE, draftFor, recipientNamed, send, sign } from '../support/signing.ts'

test('a sender who signs too is told once that it is finished', async () => {
  await using house = await openTestHouse({ authority: true, realTime: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [{ ...CLAIRE, firstName: 'Ann', lastName: 'Archer', email: user.email, userId: user.id }])
  await send(house, user, draft)
  await sign(house, (await recipientNamed(house, draft.id, 'Ann')).id)
  await house.drain()
  const told = await house.house.db.selectFrom('message').select('kind').where('kind', 'in', ['completed', 'sender-completed']).execute()
  expect(told).toEqual([{ kind: 'completed' }])
}, 60_000)
