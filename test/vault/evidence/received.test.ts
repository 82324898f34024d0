import { expect, test } from 'bun:test'
import { listDocuments } from '../../../src/envelope/envelope.ts'
import { openTestHouse } from '../../support/house.ts'
import { signedElsewhere } from '../../support/signed-elsewhere.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'
import { packed, Unpacked } from './package.ts'

test('the evidence of a file that arrived signed stands alone too: ours is proven, and its certificate lies beside it', async () => {
  await using house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE], [signedElsewhere({ kind: 'stream' })])
  await send(house, user, draft)
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, draft.id, name)).id)
  await house.drain()
  const [signed, certificate] = await listDocuments(house.house.db, draft.id)
  using it = new Unpacked(await packed(house, draft.id))
  expect(it.text(`documents/${signed!.documentId}/revisions.txt`)).toContain('\n0 received ')
  expect(it.bytes(`documents/${signed!.documentId}/original.pdf`).length).toBeGreaterThan(10_000)
  expect(it.files(`documents/${signed!.documentId}`)).not.toContain(`documents/${signed!.documentId}/certificate.pdf`)
  expect(it.bytes(`documents/${certificate!.documentId}/certificate.pdf`).length).toBeGreaterThan(1_000)
  const good = it.judge()
  expect([good.faults, good.status]).toEqual([[], 0])
  // A byte of what others signed is a byte of what ours cover.
  it.flip(`documents/${signed!.documentId}/sealed.pdf`, 300)
  it.sumAgain()
  expect(it.judge().status).toBe(1)
}, 60_000)
