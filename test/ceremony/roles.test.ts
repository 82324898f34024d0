import { expect, test } from 'bun:test'
import { trailOf } from '../../src/audit/trail.ts'
import { listRecipients } from '../../src/envelope/envelope.ts'
import type { RecipientDetails } from '../../src/envelope/recipients.ts'
import { readObject } from '../../src/store/object.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { textOf } from '../support/pdf-text.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

const someone = (firstName: string, over: Partial<RecipientDetails>): RecipientDetails => ({
  ...MARIE,
  firstName,
  lastName: 'Test',
  email: `${firstName.toLowerCase()}@client.example`,
  language: 'en',
  ...over,
})

/** An approver before, two signers and a copy at once, a copy in a turn of its own, a signer, a witness at last. */
const PEOPLE: readonly RecipientDetails[] = [
  someone('Abel', { role: 'approver', side: 'company', routingOrder: 1 }),
  { ...CLAIRE, routingOrder: 2 },
  someone('Bela', { routingOrder: 2 }),
  someone('Cora', { role: 'copy', routingOrder: 2 }),
  someone('Dina', { role: 'copy', routingOrder: 3 }),
  someone('Egon', { routingOrder: 4 }),
  someone('Finn', { role: 'witness', routingOrder: 5 }),
]

const invited = async ({ house }: TestHouse, id: string): Promise<string[]> =>
  (await listRecipients(house.db, id)).filter(({ status }) => status === 'invited').map(({ firstName }) => firstName)

test('every role in one envelope, some at once and some one after the other, copies at any place: each in turn, nobody before', async () => {
  await using test = await openTestHouse({ authority: true, realTime: true })
  const { db } = test.house
  const draft = await draftFor(test, await ann(test), PEOPLE)
  await send(test, await ann(test), draft)
  const act = async (name: string) => sign(test, (await recipientNamed(test, draft.id, name)).id)
  expect(await invited(test, draft.id)).toEqual(['Abel'])
  await expect(act('Bela')).rejects.toThrow()
  await act('Abel')
  expect(await invited(test, draft.id)).toEqual(['Claire', 'Bela'])
  // The second of the two acts first: the one left keeps the turn.
  await act('Bela')
  expect(await invited(test, draft.id)).toEqual(['Claire'])
  await act('Claire')
  // A copy has nothing to do and holds nobody up.
  expect(await invited(test, draft.id)).toEqual(['Egon'])
  await act('Egon')
  expect(await invited(test, draft.id)).toEqual(['Finn'])
  await act('Finn')
  await test.drain()
  const people = await listRecipients(db, draft.id)
  expect(people.map(({ firstName, status }) => `${firstName} ${status}`)).toEqual([
    'Abel signed',
    'Claire signed',
    'Bela signed',
    'Cora notified',
    'Dina notified',
    'Egon signed',
    'Finn signed',
  ])
  const kinds = await db.selectFrom('message').select(['kind', 'address']).where('kind', '=', 'completed').execute()
  expect(kinds.length).toBe(7)
  expect((await trailOf(db, draft.id)).filter(({ type }) => type === 'ceremony.signed').map(({ detail }) => detail['role'])).toEqual([
    'approver',
    'signer',
    'signer',
    'signer',
    'witness',
  ])
  const sealed = await db.selectFrom('revision').select('objectDigest').orderBy('number', 'desc').executeTakeFirstOrThrow()
  const text = await textOf(await readObject(db, sealed.objectDigest))
  for (const { firstName } of people) expect(text).toContain(firstName)
}, 120_000)
