import { expect, test } from 'bun:test'
import { systemAct, type Act } from '../../../src/audit/act.ts'
import { DAY, HOUR, later } from '../../../src/base/instant.ts'
import { Refusal } from '../../../src/base/refusal.ts'
import { findEnvelope, listRecipients } from '../../../src/envelope/envelope.ts'
import { changeLink, findLink, type Link, linkToken, openLink, redeemLink } from '../../../src/template/visitors/links.ts'
import {
  ASKED_AN_HOUR,
  askForOwn,
  forgetUnproven,
  listUses,
  ownEnvelope,
  proveAddress,
  redeemRequest,
  requestToken,
} from '../../../src/template/visitors/requests.ts'
import { archiveTemplate } from '../../../src/template/templates.ts'
import type { Message } from '../../../src/mail/message.ts'
import { messageSources } from '../../../src/worker/message-sources.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'
import { actOf, ann } from '../../support/signing.ts'
import { bob, CLIENT, templateFor } from '../support.ts'

const visitor = (house: TestHouse, ip = '198.51.100.9'): Act => ({
  ...systemAct(house.house.clock()),
  actor: { kind: 'visitor' },
  ip,
  userAgent: 'phone',
})

async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
  return 'done'
}

async function opened(house: TestHouse, limits: Parameters<typeof openLink>[4] = { capacity: null, endsAt: null }) {
  const user = await ann(house)
  const template = await templateFor(house, user, [{ ...CLIENT, routingOrder: 1 }])
  const link = await openLink(house.house.db, actOf(house.house, user), user, template.id, limits)
  return { user, template, link, db: house.house.db, act: actOf(house.house, user) }
}

const live = (house: TestHouse, link: Link) =>
  redeemLink(house.house.db, house.house.secretKey, linkToken(house.house.secretKey, link), house.house.clock())

/** As a visitor does it; the id of what was asked, or null where nothing was kept. */
async function ask(house: TestHouse, link: Link, address: string, ip?: string): Promise<string | null> {
  const { db } = house.house
  const before = new Set((await db.selectFrom('selfServiceRequest').select('id').execute()).map(({ id }) => id))
  await askForOwn(house.house, visitor(house, ip), (await live(house, link))!, {
    firstName: 'Marie',
    lastName: 'Dupont',
    address,
    language: 'fr',
  })
  return (await db.selectFrom('selfServiceRequest').select('id').execute()).find(({ id }) => !before.has(id))?.id ?? null
}

test('nothing is made before the address is proved; then the visitor’s envelope goes out, once', async () => {
  await using house = await openTestHouse({ authority: true })
  const { link, db, user } = await opened(house)
  const id = (await ask(house, link, 'marie@client.example'))!
  await house.drain()
  expect(await db.selectFrom('envelope').select('id').where('status', 'not in', ['design', 'published']).execute()).toEqual([])
  const messages = await db.selectFrom('message').select(['kind', 'address', 'language', 'params']).execute()
  expect(messages).toEqual([
    { kind: 'own-document', address: 'marie@client.example', language: 'fr', params: JSON.stringify({ request: id }) },
  ])
  // Whoever typed the address may be a stranger to it: nothing else that they typed goes there.
  const queued = await db.selectFrom('message').selectAll().executeTakeFirstOrThrow()
  const facts = await messageSources(house.house).factsOf({ ...queued, params: { request: id } } as Message)
  expect([facts?.name, JSON.stringify(facts).includes('Dupont'), typeof facts?.link]).toEqual([undefined, false, 'string'])
  const made = await Promise.all([proveAddress(house.house, visitor(house), id), proveAddress(house.house, visitor(house), id)])
  expect(made[0]).toBe(made[1])
  expect(await findEnvelope(db, made[0])).toMatchObject({ status: 'sending', senderId: user.id })
  await house.drain()
  const people = await listRecipients(db, made[0])
  // The routing is the template's: here both are asked at once.
  expect(people.map(({ lastName, status, email }) => [lastName, status, email])).toEqual([
    ['Archer', 'invited', 'ann@acme.example'],
    ['Dupont', 'invited', 'marie@client.example'],
  ])
  expect((await ownEnvelope(db, made[0], 'Marie@client.example')).recipient?.lastName).toBe('Dupont')
  expect((await findLink(db, user, link.id)).uses).toBe(1)
  expect((await listUses(db, link.id)).map(({ lastName }) => lastName)).toEqual(['Dupont'])
  const used = await db.selectFrom('auditLeaf').select(['actorKind', 'type']).where('type', '=', 'template.link-used').execute()
  expect(used).toEqual([{ actorKind: 'visitor', type: 'template.link-used' }])
})

test('the last place is given once, however many prove at the same time', async () => {
  await using house = await openTestHouse({ authority: true })
  const { link, db, user } = await opened(house, { capacity: 2, endsAt: null })
  const ids: string[] = []
  for (let at = 0; at < 5; at++) ids.push((await ask(house, link, `v${at}@client.example`, `198.51.100.${at}`))!)
  const answers = await Promise.all(ids.map((id) => refused(proveAddress(house.house, visitor(house), id))))
  expect(answers.toSorted()).toEqual(['done', 'done', 'link.over', 'link.over', 'link.over'])
  expect((await findLink(db, user, link.id)).uses).toBe(2)
  expect(await db.selectFrom('envelope').select('id').where('status', '=', 'sending').execute()).toHaveLength(2)
  expect(await live(house, link)).toBeNull()
})

test('switched off, ended, renewed, archived, forged: nothing opens, and nothing that was asked before is made', async () => {
  await using house = await openTestHouse({ authority: true })
  const { link, db, user, act, template } = await opened(house, { capacity: null, endsAt: later(house.house.clock(), DAY) })
  const id = (await ask(house, link, 'marie@client.example'))!
  const over = async (): Promise<void> => {
    expect(await live(house, link)).toBeNull()
    expect(await refused(proveAddress(house.house, visitor(house), id))).toBe('link.over')
  }
  await changeLink(db, act, user, link.id, { isOn: false })
  await over()
  await changeLink(db, act, user, link.id, { isOn: true })
  expect(await live(house, link)).not.toBeNull()
  await archiveTemplate(db, act, user, template.id, true)
  await over()
  await archiveTemplate(db, act, user, template.id, false)
  const token = linkToken(house.house.secretKey, link)
  for (const forged of [`${token.slice(0, -1)}x`, `${token}.x`, link.id, `ssl_${'0'.repeat(20)}.x`, ''])
    expect(await redeemLink(db, house.house.secretKey, forged, house.house.clock())).toBeNull()
  await changeLink(db, act, user, link.id, { renew: true })
  expect(await live(house, link)).toBeNull()
  expect(await live(house, await findLink(db, user, link.id))).not.toBeNull()
  expect(await refused(changeLink(db, act, user, link.id, { endsAt: act.at }))).toBe('link.end-passed')
  expect(await refused(changeLink(db, actOf(house.house, await bob(house)), await bob(house), link.id, { isOn: false }))).toBe(
    'link.unknown',
  )
  house.wait(DAY)
  await over()
})

test('a link rests while its owner may not use the template or create documents, and works again with the right', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const owner = await ann(house)
  const template = await templateFor(house, owner, [{ ...CLIENT, routingOrder: 1 }])
  await db.updateTable('template').set({ isPublic: 1 }).where('id', '=', template.id).execute()
  const user = await bob(house)
  const give = async (permissions: string) => {
    await db
      .insertInto('role')
      .values({ id: 'rol_links', name: 'Links', permissions, createdAt: house.house.clock() })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ permissions }))
      .execute()
  }
  await give('{"templates":{"use":"public"},"documents":{"create":"own","view":"own"}}')
  await db.deleteFrom('roleAssignment').where('holderId', '=', user.id).execute()
  await db
    .insertInto('roleAssignment')
    .values({ roleId: 'rol_links', holderKind: 'user', holderId: user.id, createdAt: house.house.clock() })
    .execute()
  const holder = await bob(house)
  const link = await openLink(db, actOf(house.house, holder), holder, template.id, { capacity: null, endsAt: null })
  const id = (await ask(house, link, 'marie@client.example'))!
  for (const lost of ['{"templates":{"use":"own"},"documents":{"create":"own"}}', '{"templates":{"use":"public"}}']) {
    await give(lost)
    expect(await live(house, link)).toBeNull()
    expect(await refused(proveAddress(house.house, visitor(house), id))).toBe('link.over')
  }
  await give('{"templates":{"use":"public"},"documents":{"create":"own","view":"own"}}')
  await db.updateTable('template').set({ isPublic: 0 }).where('id', '=', template.id).execute()
  expect(await refused(proveAddress(house.house, visitor(house), id))).toBe('link.over')
  await db.updateTable('template').set({ isPublic: 1 }).where('id', '=', template.id).execute()
  expect(await refused(proveAddress(house.house, visitor(house), id))).toBe('done')
})

test('who asks too often is answered alike by address, and told so by place; what nobody proves is forgotten', async () => {
  await using house = await openTestHouse({ authority: true })
  const { link, db } = await opened(house)
  const kept: (string | null)[] = []
  for (let at = 0; at < ASKED_AN_HOUR.address + 2; at++) kept.push(await ask(house, link, 'Marie@client.example', `203.0.113.${at}`))
  expect(kept.filter(Boolean)).toHaveLength(ASKED_AN_HOUR.address)
  for (let at = 0; at < ASKED_AN_HOUR.ip; at++) await ask(house, link, `a${at}@client.example`, '192.0.2.1')
  expect(await refused(ask(house, link, 'another@client.example', '192.0.2.1'))).toBe('link.too-often')
  house.wait(HOUR)
  expect(await ask(house, link, 'another@client.example', '192.0.2.1')).not.toBeNull()
  const token = requestToken(house.house.secretKey, { id: kept[0]! })
  expect(await redeemRequest(db, house.house.secretKey, token, house.house.clock())).not.toBeNull()
  house.wait(3 * DAY)
  expect(await redeemRequest(db, house.house.secretKey, token, house.house.clock())).toBeNull()
  expect(await refused(proveAddress(house.house, visitor(house), kept[0]!))).toBe('link.over')
  await forgetUnproven(db, house.house.clock())
  expect(await db.selectFrom('selfServiceRequest').select('id').execute()).toEqual([])
})

test('only a published template with exactly one open role of the other party has a link', async () => {
  await using house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const act = actOf(house.house, user)
  const open = (id: string) => refused(openLink(house.house.db, act, user, id, { capacity: null, endsAt: null }))
  const two = await templateFor(house, user, [CLIENT, { ...CLIENT, roleName: 'Guarantor' }])
  const ours = await templateFor(house, user, [{ ...CLIENT, side: 'company' }], { withUser: false })
  const none = await templateFor(house, user, [CLIENT], { publish: false })
  expect([await open(two.id), await open(ours.id), await open(none.id)]).toEqual([
    'link.not-one-role',
    'link.not-one-role',
    'template.unpublished',
  ])
})
