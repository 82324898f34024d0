import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { User } from '../../src/access/roles.ts'
import { disableUser, enableUser, findUserByAddress, findUser } from '../../src/access/users.ts'
import { DAY } from '../../src/base/instant.ts'
import { isWithin, readNetworks } from '../../src/integration/networks.ts'
import { addServiceAccount } from '../../src/integration/program-accounts.ts'
import { takeRequest } from '../../src/integration/rate.ts'
import { isSecret, newSecret, TOKEN_SHAPE } from '../../src/integration/token.ts'
import { endToken, makeToken, redeemToken, tokensOf, type TokenWish } from '../../src/integration/tokens.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf } from '../support/signing.ts'

let house: TestHouse
let ann: User
let bob: User

beforeAll(async () => {
  house = await openTestHouse()
  ann = (await findUserByAddress(house.house.db, 'ann@acme.example'))!
  bob = (await findUserByAddress(house.house.db, 'bob@acme.example'))!
})
afterAll(() => house[Symbol.asyncDispose]())

const make = (user: User, wish: Partial<TokenWish> = {}, key?: string) =>
  makeToken(
    house.house.db,
    actOf(house.house, user),
    user,
    { userId: user.id, name: 'ERP', scopes: ['envelopes:read'], days: 90, addresses: '', ...wish },
    key,
  )
const redeem = (secret: string, ip: string | null = '192.0.2.7') => redeemToken(house.house.db, secret, house.house.clock(), ip)
const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: { reason?: string }) => error.reason ?? String(error),
  )

test('a secret is told by its shape and its sum, and no two are the same', () => {
  const secrets = Array.from({ length: 200 }, newSecret)
  expect(new Set(secrets).size).toBe(200)
  for (const secret of secrets) {
    expect(secret).toMatch(TOKEN_SHAPE)
    expect(isSecret(secret)).toBe(true)
    const at = 5 + Math.floor(Math.random() * 38)
    const typo = secret.slice(0, at) + (secret[at] === 'a' ? 'b' : 'a') + secret.slice(at + 1)
    expect(isSecret(typo)).toBe(false)
  }
})

test('only the hash is kept, and the secret is nowhere in the database', async () => {
  const { secret, token } = await make(ann)
  expect((await redeem(secret)).user.id).toBe(ann.id)
  const tables = await house.house.db.introspection.getTables()
  for (const { name } of tables.filter((table) => /^(api_|audit_|idempotency|user)/.test(table.name))) {
    const rows = await house.house.db
      .selectFrom(name as 'apiToken')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
  }
  expect(token.hint).toBe(secret.slice(-4))
})

test('a token ends when it is ended, when it is over, and with its owner, for good', async () => {
  const { db } = house.house
  const first = await make(bob)
  await endToken(db, actOf(house.house, bob), bob, first.token.id)
  expect(await reasonOf(redeem(first.secret))).toBe('token.wrong')
  const second = await make(bob)
  expect(await reasonOf(endToken(db, actOf(house.house, bob), bob, (await make(ann)).token.id))).toBe('token.unknown')
  await disableUser(db, actOf(house.house, ann), ann, bob.id)
  expect(await reasonOf(redeem(second.secret))).toBe('token.wrong')
  await enableUser(db, actOf(house.house, ann), ann, bob.id)
  expect(await reasonOf(redeem(second.secret))).toBe('token.wrong')
  expect((await tokensOf(db, bob.id)).every(({ endedAt }) => endedAt !== null)).toBe(true)
  const third = await make(bob, { days: 1 })
  house.wait(DAY)
  expect(await reasonOf(redeem(third.secret))).toBe('token.over')
  const told = await db.selectFrom('auditLeaf').select('type').where('type', 'like', 'token.%').execute()
  expect(told.filter(({ type }) => type === 'token.ended').length).toBe(2)
})

test('the life of a token is what the house allows', async () => {
  const { db } = house.house
  expect(await reasonOf(make(ann, { days: 366 }))).toBe('token.days')
  expect(await reasonOf(make(ann, { days: null }))).toBe('token.days')
  expect(await reasonOf(make(ann, { scopes: [] }))).toBe('token.scope-missing')
  expect(await reasonOf(make(ann, { name: '  ' }))).toBe('token.name-missing')
  const policy = await readSetting(db, 'api')
  const act = actOf(house.house, ann)
  await db.transaction().execute((tx) => writeSetting(tx, act, 'api', { ...policy, endless: true, personal: false }))
  expect(await reasonOf(make(ann, { days: null }))).toBe('access.forbidden')
  await db.transaction().execute((tx) => writeSetting(tx, act, 'api', { ...policy, endless: true }))
  expect((await make(ann, { days: null })).token.expiresAt).toBeNull()
  await db.transaction().execute((tx) => writeSetting(tx, act, 'api', policy))
})

test('the same form twice makes one token', async () => {
  const before = (await tokensOf(house.house.db, ann.id)).length
  await make(ann, {}, 'form-1')
  expect(await reasonOf(make(ann, {}, 'form-1'))).toBe('token.made-already')
  expect((await tokensOf(house.house.db, ann.id)).length).toBe(before + 1)
})

test('for a program an administrator makes a token, for another person nobody does, and for who may do more nobody less', async () => {
  const { db } = house.house
  const act = actOf(house.house, ann)
  expect(await reasonOf(make(ann, { userId: bob.id }))).toBe('access.forbidden')
  expect(await reasonOf(addServiceAccount(db, actOf(house.house, bob), bob, { name: 'ERP', language: 'en' }))).toBe('access.forbidden')
  const program = await findUser(db, (await addServiceAccount(db, act, ann, { name: 'ERP', language: 'en' })).id)
  expect(program.isService).toBe(1)
  const { secret } = await make(ann, { userId: program.id })
  expect((await redeem(secret)).user.id).toBe(program.id)
  expect(await reasonOf(make(bob, { userId: program.id }))).toBe('access.forbidden')
  await db
    .insertInto('role')
    .values({ id: 'rol_desk', name: 'Desk', permissions: '{"console":{"users":true}}', createdAt: act.at })
    .execute()
  await db.insertInto('roleAssignment').values({ roleId: 'rol_desk', holderKind: 'user', holderId: bob.id, createdAt: act.at }).execute()
  await db
    .insertInto('roleAssignment')
    .values({ roleId: 'rol_administrator', holderKind: 'user', holderId: program.id, createdAt: act.at })
    .execute()
  expect(await reasonOf(make(await findUser(db, bob.id), { userId: program.id }))).toBe('token.wider')
})

test('networks are read strictly, and an address is in them or not', () => {
  expect(readNetworks('10.0.0.0/8, 192.0.2.7\n2001:DB8::/32')).toEqual(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])
  for (const wrong of ['10.0.0.0/33', '10.0.0', '::1/129', '1.2.3.4/8/8', 'example.com', '10.0.0.0/-1', '10.0.0.0/'])
    expect(() => readNetworks(wrong)).toThrow('token.network-invalid')
  const networks = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']
  for (const [ip, inside] of [
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:db8::7', true],
    ['2001:db9::7', false],
    ['nonsense', false],
    [null, false],
  ] as const)
    expect([ip, isWithin(networks, ip)]).toEqual([ip, inside])
  expect(isWithin([], null)).toBe(true)
})

test('a token from the wrong place is told so, and does nothing', async () => {
  const { secret } = await make(ann, { addresses: '203.0.113.0/24' })
  expect(await reasonOf(redeem(secret))).toBe('token.elsewhere')
  expect((await redeem(secret, '203.0.113.9')).token.lastUsedIp).toBeNull()
  const [token] = (await tokensOf(house.house.db, ann.id)).filter(({ addresses }) => addresses.length)
  expect(token!.lastUsedIp).toBe('203.0.113.9')
})

test('a token has its rate, whoever asks at once, and gets it back evenly', async () => {
  const { db, clock } = house.house
  const { token } = await make(ann)
  const first = await takeRequest(db, token.id, clock(), 60)
  expect(first).toEqual({ isWithin: true, limit: 60, remaining: 59, reset: 1 })
  const many = await Promise.all(Array.from({ length: 100 }, () => takeRequest(db, token.id, clock(), 60)))
  expect(many.filter(({ isWithin }) => isWithin).length).toBe(59)
  expect(await takeRequest(db, token.id, clock(), 60)).toEqual({ isWithin: false, limit: 60, remaining: 0, reset: 1 })
  house.wait(3_000)
  const later = await Promise.all(Array.from({ length: 5 }, () => takeRequest(db, token.id, clock(), 60)))
  expect(later.filter(({ isWithin }) => isWithin).length).toBe(3)
})
