import { expect, test } from 'bun:test'
import { addMark, stampsFor } from '../../src/ceremony/marks.ts'
import { findPreview, makePreview } from '../../src/ceremony/preview.ts'
import { confirm } from '../../src/ceremony/signing.ts'
import { fieldsOf, placeFields } from '../../src/envelope/fields.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { encodePng } from '../../src/image/png.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import { addStamp, changeStamp, type Stamp, type StampGrant } from '../../src/setting/stamp.ts'
import { keepStampPicture } from '../../src/upkeep/stamp-picture.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { photographedSignature } from '../support/picture.ts'
import { actOf, ann, CLAIRE, draftFor, identify, open, recipientAct, recipientNamed, send } from '../support/signing.ts'

async function makeStamp(test: TestHouse, name: string, legalEntityId: string | null = null): Promise<Stamp> {
  const picture = await keepStampPicture(test.house, encodePng(photographedSignature(200, 120)), { removeBackground: true })
  const act = actOf(test.house, await ann(test))
  return test.house.db.transaction().execute((tx) => addStamp(tx, act, { name, legalEntityId, objectDigest: picture }))
}

async function give(test: TestHouse, stamp: Stamp, grants: readonly StampGrant[] | null): Promise<void> {
  const act = actOf(test.house, await ann(test))
  const { id, name, legalEntityId } = stamp
  await test.house.db.transaction().execute((tx) => changeStamp(tx, act, id, { name, legalEntityId, objectDigest: null, grants }))
}

test('a stamp is for its company and its holders: asked when it is chosen, when the pages are made, and when they are signed', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db, clock } = test.house
  const user = await ann(test)
  const at = clock()
  for (const [id, parentId] of [
    ['dep_top', null],
    ['dep_under', 'dep_top'],
    ['dep_beside', null],
  ] as const)
    await db.insertInto('department').values({ id, parentId, name: id, supervisorId: null, createdAt: at }).execute()
  await db.updateTable('user').set({ departmentId: 'dep_under' }).where('id', '=', user.id).execute()
  await db.insertInto('userGroup').values({ id: 'grp_a', name: 'A', createdAt: at }).execute()

  const draft = await draftFor(test, user, [{ ...CLAIRE, email: 'ann@acme.example' }])
  const fields = await fieldsOf(db, draft)
  const signature = fields.find(({ kind }) => kind === 'signature')!
  await placeFields(db, actOf(test.house, user), user, draft.id, {
    version: (await findDraft(db, user, draft.id)).version,
    fields: [...fields, { ...signature, id: 'stamp', kind: 'stamp', y: signature.y + 100 }],
  })
  await send(test, user, await findDraft(db, user, draft.id))
  const { id } = await recipientNamed(test, draft.id, 'Ann')
  const act = recipientAct(test.house, id)
  const ceremony = await open(test, id, await identify(test, id))
  const other = await db
    .transaction()
    .execute((tx) => addLegalEntity(tx, act, { legalName: 'Other', country: 'FR', address: 'x', details: NO_DETAILS, logoDigest: null }))
  const [stamp] = [await makeStamp(test, 'Seal'), await makeStamp(test, 'Foreign', other.id)]
  const offered = async () => (await stampsFor(db, ceremony)).map(({ name }) => name)
  expect(await offered()).toEqual(['Seal'])
  for (const [grants, names] of [
    [[], []],
    [[{ kind: 'user', subjectId: user.id }], ['Seal']],
    [[{ kind: 'department', subjectId: 'dep_top' }], ['Seal']],
    [[{ kind: 'department', subjectId: 'dep_beside' }], []],
    [[{ kind: 'group', subjectId: 'grp_a' }], []],
  ] satisfies [StampGrant[], string[]][]) {
    await give(test, stamp!, grants)
    expect([grants, await offered()]).toEqual([grants, names])
  }
  const choose = () => addMark(test.house, act, ceremony, { kind: 'stamp', method: 'library', stampId: stamp!.id })
  await expect(choose()).rejects.toMatchObject({ reason: 'stamp.not-allowed' })
  await db.insertInto('userGroupMember').values({ groupId: 'grp_a', userId: user.id }).execute()
  expect(await offered()).toEqual(['Seal'])
  await choose()
  await addMark(test.house, act, ceremony, { kind: 'signature', method: 'typed', text: 'Ann', font: 'hand-serif' })

  const others = [{ kind: 'department', subjectId: 'dep_beside' }] as const
  await give(test, stamp!, others)
  await expect(makePreview(test.house, act, ceremony)).rejects.toMatchObject({ reason: 'stamp.lost', params: { name: 'Seal' } })
  await give(test, stamp!, null)
  await makePreview(test.house, act, ceremony)
  const { confirmed } = (await findPreview(db, ceremony, clock()))!
  await give(test, stamp!, others)
  await expect(confirm(test.house, act, ceremony, confirmed)).rejects.toMatchObject({ reason: 'stamp.lost' })
  expect(await db.selectFrom('revision').select('kind').where('kind', '=', 'signed').execute()).toEqual([])
  await give(test, stamp!, null)
  await confirm(test.house, act, ceremony, confirmed)
  expect(await db.selectFrom('revision').select('kind').where('kind', '=', 'signed').execute()).toHaveLength(1)
  await expect(give(test, stamp!, [{ kind: 'user', subjectId: 'usr_unknown' }])).rejects.toMatchObject({ reason: 'stamp.holder-unknown' })
}, 60_000)

test('the library is kept on its page: renamed, replaced, given and removed; others do not even see the picture', async () => {
  await using test = await openTestHouse()
  const { db } = test.house
  const stamp = await makeStamp(test, 'Seal')
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const address = `/console/stamps/${stamp.id}`
  for (const language of ['en', 'fr']) {
    browser.cookies.set('lang', language)
    expect((await browser.get(address)).text).toContain('name="user:')
  }
  browser.cookies.set('lang', 'en')
  await browser.get(address)
  const fields = { name: 'Round <seal>', legalEntityId: '', holders: 'named' }
  expect((await browser.post(address, fields)).text).toContain('Please name somebody, or let everyone use it.')
  expect((await browser.post(address, { ...fields, 'user:usr_nobody': '1' })).status).toBe(422)
  expect((await browser.post(address, { ...fields, name: '' })).status).toBe(422)
  expect((await browser.post(address, { ...fields, picture: new File(['no picture'], 'x.png') })).status).toBe(422)
  const before = (await browser.get(`${address}/picture`)).bytes
  await browser.get(address)
  const ann = await db.selectFrom('user').select('id').where('firstName', '=', 'Ann').executeTakeFirstOrThrow()
  const picture = new File([encodePng(photographedSignature(300, 90))], 'new.png')
  expect((await browser.post(address, { ...fields, [`user:${ann.id}`]: '1', picture })).status).toBe(303)
  const list = await browser.get('/console/stamps')
  expect(list.text).toContain('Round &lt;seal&gt;')
  expect(list.text).toContain('Ann Archer')
  expect((await browser.get(`${address}/picture`)).bytes).not.toEqual(before)
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect([(await bob.get(address)).status, (await bob.get(`${address}/picture`)).status, (await bob.post(address, fields)).status]).toEqual(
    [403, 404, 403],
  )
  await browser.get(address)
  expect((await browser.post(`${address}/removal`)).status).toBe(303)
  expect((await browser.get(address)).status).toBe(404)
})
