import { expect, test } from 'bun:test'
import { headRevision } from '../../src/envelope/revisions.ts'
import { listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { readObject } from '../../src/store/object.ts'
import { verifyUploaded } from '../../src/verification/uploaded.ts'
import { openTestHouse } from '../support/house.ts'
import { textOf } from '../support/pdf-text.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

test('a contract is sent, signed by the company, then by the client, sealed and told to everybody', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE, { ...CLAIRE, firstName: 'Carl', role: 'copy', email: 'carl@acme.example' }])
  await send(house, user, draft)
  const status = async () => (await db.selectFrom('envelope').select('status').where('id', '=', draft.id).executeTakeFirstOrThrow()).status
  expect(await status()).toBe('sent')
  const claire = await recipientNamed(house, draft.id, 'Claire')
  const marie = await recipientNamed(house, draft.id, 'Marie')
  expect([claire.status, marie.status]).toEqual(['invited', 'waiting'])

  await sign(house, claire.id)
  expect((await recipientNamed(house, draft.id, 'Marie')).status).toBe('invited')
  await sign(house, marie.id)
  expect(await status()).toBe('sealing')
  await house.drain()
  expect(await status()).toBe('completed')

  const [document] = await listDocuments(db, draft.id)
  const head = await headRevision(db, document!.id)
  const pdf = await readObject(db, head!.objectDigest)
  if (process.env['PARAPHE_KEEP']) await Bun.write(`${process.env['PARAPHE_KEEP']}/whole.pdf`, pdf)
  // The certificate of completion can be copied from, and claims no more than is known when its pages are made.
  const text = await textOf(pdf)
  expect(text).toMatch(/23 Nov 2026, 13:00:00 CET or after; the time/)
  expect(text).toMatch(/23 nov. 2026, 13:00:00 UTC\+1 ou après/)
  expect(text.match(/ [0-9a-f]{38,40}\n/g)).toHaveLength(2)
  expect(text.indexOf('Carl')).toBeGreaterThan(text.indexOf('Marie'))
  const { report, register } = await verifyUploaded(house.house, pdf, house.house.clock())
  expect([report.answer, report.indication, report.level, report.faults]).toEqual(['genuine', 'passed', 'B-LTA', []])
  expect(register).toMatchObject({ state: 'completed', found: { isExact: true, isLatest: true } })
  expect((await listRecipients(db, draft.id)).map((one) => one.status).sort()).toEqual(['notified', 'signed', 'signed'])
  const told = await db
    .selectFrom('message')
    .select(['kind', 'address', 'status'])
    .where('kind', 'in', ['completed', 'sender-completed'])
    .orderBy('address')
    .execute()
  expect(told.map(({ kind, address }) => `${kind} ${address}`)).toEqual([
    'sender-completed ann@acme.example',
    'completed carl@acme.example',
    'completed claire@acme.example',
    'completed marie@client.example',
  ])
}, 60_000)
