import { expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { adoptSeal, sealsOf, uploadSeal } from '../../../src/authority/own-seal.ts'
import { instant } from '../../../src/base/instant.ts'
import { listDocuments } from '../../../src/envelope/envelope.ts'
import { openTestHouse } from '../../support/house.ts'
import { signedElsewhere } from '../../support/signed-elsewhere.ts'
import { FILE_PASSWORD, openSealFiles } from '../../support/seal-files.ts'
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

test('the same under a seal that another authority issued', async () => {
  using files = openSealFiles()
  await using house = await openTestHouse({ authority: true, realTime: true })
  files.issue({ key: 'p-256' })
  const act = systemAct(instant(Date.now()))
  await uploadSeal(house.house, act, { file: files.pkcs12(), password: FILE_PASSWORD, more: null })
  await adoptSeal(house.house, act, (await sealsOf(house.house.db)).waiting!.id)
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE], [signedElsewhere({ kind: 'stream' })])
  await send(house, user, draft)
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, draft.id, name)).id)
  await house.drain()
  using it = new Unpacked(await packed(house, draft.id))
  const { status, said, faults } = it.judge()
  expect([status, faults, status ? said : '']).toEqual([0, [], ''])
}, 60_000)
