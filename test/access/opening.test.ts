import { expect, test } from 'bun:test'
import { completeSession, findHalfSession, HALF_LASTS, type Identified, type Opened, openSession } from '../../src/access/opening.ts'
import { findSession } from '../../src/access/session.ts'
import { addUser } from '../../src/access/users.ts'
import { EMPLOYEE } from '../../src/access/rights.ts'
import type { User } from '../../src/access/roles.ts'
import { systemAct } from '../../src/audit/act.ts'
import { DEFAULTS, type SecondFactorPolicy, writeSetting } from '../../src/setting/setting.ts'
import { after, ANN, eventsOf, NOON, openAccess, reasonOf, visitor } from './support.ts'

type Access = Awaited<ReturnType<typeof openAccess>>

const decide = (house: Access, policy: SecondFactorPolicy) =>
  house.db.transaction().execute((tx) => writeSetting(tx, systemAct(NOON), 'secondFactor', { policy }))
const open = (house: Access, user: User, identified: Partial<Identified> = {}): Promise<Opened> =>
  house.db.transaction().execute((tx) => openSession(tx, visitor(), user, { method: 'password', knownDevice: false, ...identified }))
const giveTotp = (house: Access, user: User) =>
  house.db
    .insertInto('totp')
    .values({ id: `otp_${user.id}`, userId: user.id, sealedSecret: new Uint8Array(1), createdAt: NOON, confirmedAt: NOON, lastStep: 0 })
    .execute()
const addBob = (house: Access) =>
  house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...ANN, email: 'bob@acme.example', roles: [EMPLOYEE] }))

test('the policy and the own second factor decide what is asked', async () => {
  await using house = await openAccess()
  const bob = await addBob(house)
  const asked = async (policy: SecondFactorPolicy, user: User) => {
    await decide(house, policy)
    const opened = await open(house, user)
    return opened.kind === 'half' ? opened.needs : 'open'
  }
  const all = async () => {
    const rows: string[] = []
    for (const policy of ['off', 'optional', 'administrators', 'everybody'] as const)
      rows.push(`${await asked(policy, house.ann)} ${await asked(policy, bob)}`)
    return rows
  }
  expect(await all()).toEqual(['open open', 'open open', 'enrolment open', 'enrolment enrolment'])
  await giveTotp(house, bob)
  expect(await all()).toEqual(['open open', 'open second-factor', 'enrolment second-factor', 'enrolment second-factor'])
})

test('a passkey and a provider that asked are their own second factor, whatever the first step was', async () => {
  await using house = await openAccess()
  await giveTotp(house, house.ann)
  await decide(house, 'everybody')
  expect((await open(house, house.ann, { method: 'passkey', factor: 'passkey' })).kind).toBe('open')
  expect((await open(house, house.ann, { method: 'oidc', factor: 'provider' })).kind).toBe('open')
  for (const method of ['password', 'link', 'ldap', 'oidc'] as const) expect((await open(house, house.ann, { method })).kind).toBe('half')
})

test('what stands between opens nothing, ends by itself, and becomes one session once', async () => {
  await using house = await openAccess()
  await giveTotp(house, house.ann)
  const opened = await open(house, house.ann)
  expect(opened.kind).toBe('half')
  expect(await findSession(house.db, opened.token, NOON)).toBeNull()
  const found = await findHalfSession(house.db, opened.token, NOON)
  expect(found?.user.id).toBe(house.ann.id)
  expect(await findHalfSession(house.db, opened.token, after(HALF_LASTS))).toBeNull()
  const complete = () => house.db.transaction().execute((tx) => completeSession(tx, visitor(), house.ann, found!.half, 'totp'))
  const whole = (await Promise.all([complete(), complete(), complete()])).filter((one) => one !== null)
  expect(whole.length).toBe(1)
  expect(whole[0]!.token).not.toBe(opened.token)
  expect(await findHalfSession(house.db, opened.token, NOON)).toBeNull()
  const session = (await findSession(house.db, whole[0]!.token, NOON))?.session
  expect(session).toMatchObject({ method: 'password', factor: 'totp', provedBy: 'totp', provedAt: NOON })
  expect(await eventsOf(house.db)).toEqual(['user.added', 'user.second-factor-asked', 'user.signed-in'])
  expect(JSON.stringify(await house.db.selectFrom('halfSession').selectAll().execute())).not.toContain(opened.token)
})

test('whoever signs in from a new browser is told by mail, but neither at the very first sign-in nor before the second factor', async () => {
  await using house = await openAccess()
  const told = async () =>
    (await house.db.selectFrom('message').select(['kind', 'params', 'address']).execute()).filter(({ params }) =>
      params.includes('new-device'),
    )
  const ann = await house.db.selectFrom('user').selectAll().where('id', '=', house.ann.id).executeTakeFirstOrThrow()
  await open(house, house.ann)
  expect(await told()).toEqual([])
  await open(house, house.ann, { knownDevice: true })
  await open(house, house.ann, { method: 'link' })
  expect(await told()).toEqual([])
  await open(house, house.ann)
  expect(await told()).toMatchObject([{ kind: 'account-news', address: ann.email }])
  await decide(house, 'optional')
  await giveTotp(house, house.ann)
  const half = await open(house, house.ann)
  expect(await told()).toHaveLength(1)
  const found = await findHalfSession(house.db, half.token, NOON)
  await house.db.transaction().execute((tx) => completeSession(tx, visitor(), found!.user, found!.half, 'totp'))
  expect(await told()).toHaveLength(2)
})

test('a half session begun before everybody signs on by a source opens nothing after, and the break-glass account’s is heard of once', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const bob = await addBob(house)
  await decide(house, 'everybody')
  const only = (isOnly: boolean) =>
    db
      .transaction()
      .execute((tx) =>
        writeSetting(tx, systemAct(NOON), 'signOn', { ...DEFAULTS.signOn, only: isOnly, breakGlassUserId: ann.id, testedAt: NOON }),
      )
  const complete = async (user: User, opened: Opened) => {
    const { half } = (await findHalfSession(db, opened.token, after(1_000)))!
    return reasonOf(db.transaction().execute((tx) => completeSession(tx, visitor(after(1_000)), user, half, 'totp')))
  }
  const uses = async () => (await db.selectFrom('breakGlassUse').select('id').execute()).length
  await only(false)
  const [bobs, anns] = [await open(house, bob), await open(house, ann)]
  await only(true)
  expect(await complete(bob, bobs)).toBe('sign-in.source-only')
  expect(await findHalfSession(db, bobs.token, after(1_000))).not.toBeNull()
  expect([await complete(ann, anns), await uses()]).toEqual(['nothing was refused', 1])
  const next = await open(house, ann)
  expect([await uses(), await complete(ann, next), await uses()]).toEqual([2, 'nothing was refused', 2])
})
