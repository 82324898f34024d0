import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chooseBreakGlass } from '../../src/access/sign-on/only.ts'
import { systemAct } from '../../src/audit/act.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { connectDirectory } from '../access/sign-on/support.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { addPerson, LDAP_PASSWORD, type Slapd, startSlapd } from '../support/slapd.ts'

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
let slapd: Slapd
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse()
  slapd = await startSlapd()
  await addPerson(slapd.admin, { uid: 'eve', firstName: 'Eve', lastName: 'Early' })
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  await connectDirectory(house.house, slapd)
  await house.house.db.transaction().execute(async (tx) => {
    const act = systemAct(house.house.clock())
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, act, 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
    const ann = await tx.selectFrom('user').selectAll().where('firstName', '=', 'Ann').executeTakeFirstOrThrow()
    await chooseBreakGlass(tx, act, ann.id)
  })
  browser = await openBrowser(origin)
}, 60_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await slapd?.[Symbol.asyncDispose]()
  await house?.[Symbol.asyncDispose]()
})

test('somebody of the directory comes in by their user name, and what the directory owns is locked', async () => {
  const { page } = await browser.person()
  await page.goto(`${origin()}/sign-in?next=/account`)
  expect(await accessible(page)).toEqual([])
  await page.fill('[name="email"]', 'eve')
  await page.fill('[name="password"]', LDAP_PASSWORD)
  await Promise.all([page.waitForURL('**/account'), page.press('[name="password"]', 'Enter')])
  expect(await page.getAttribute('#firstName', 'readonly')).not.toBeNull()
  expect(await page.locator('[name="newPassword"]').count()).toBe(0)
  expect(await accessible(page)).toEqual([])
}, 60_000)

test('the break-glass page is there while passwords are switched off', async () => {
  const { db, clock } = house.house
  await db
    .transaction()
    .execute(async (tx) => writeSetting(tx, systemAct(clock()), 'signOn', { ...(await readSetting(tx, 'signOn')), only: true }))
  const { page } = await browser.person({ phone: true, language: 'fr' })
  await page.goto(`${origin()}/sign-in/break-glass`)
  expect(await page.textContent('h1')).toBe('Connexion de secours')
  expect(await accessible(page)).toEqual([])
}, 60_000)
