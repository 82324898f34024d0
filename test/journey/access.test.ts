import { expect, test } from 'bun:test'
import { findUserByAddress } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { startDraft } from '../../src/envelope/drafting.ts'
import { openBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD } from '../support/house.ts'

test('a department, a role of its own and a person in it, by the keyboard alone: what it gives counts on the next page', async () => {
  let answer = (_: Request): Promise<Response> => Promise.reject(new Error('not yet'))
  const listener = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => answer(request) })
  const origin = `http://127.0.0.1:${listener.port}`
  await using house = await openTestHouse({ origin, realTime: true })
  answer = (request) => house.server.fetch(request, '127.0.0.1')
  await using chrome = await openBrowser(() => origin)
  const { db, clock } = house.house
  const [ann, bob] = [(await findUserByAddress(db, 'ann@acme.example'))!, (await findUserByAddress(db, 'bob@acme.example'))!]
  const draft = await startDraft(db, { ...systemAct(clock()), actor: { kind: 'user', id: ann.id } }, ann, 'en')

  const enter = async (email: string) => {
    const { page } = await chrome.person()
    await page.goto(`${origin}/sign-in`)
    await page.fill('[name=email]', email)
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.pathname !== '/sign-in')
    return page
  }
  const bobs = await enter('bob@acme.example')
  expect((await bobs.goto(`${origin}/envelopes/${draft.id}`))?.status()).toBe(404)

  const page = await enter('ann@acme.example')
  await page.goto(`${origin}/console/roles/new`)
  await page.focus('[name=name]')
  await page.keyboard.type('Reads everything')
  await page.focus('[name="documents.view"]')
  await page.keyboard.press('End')
  await page.focus('[name=name]')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/console\/roles\/rol_/)

  await page.goto(`${origin}/console/departments/new`)
  await page.focus('[name=name]')
  await page.keyboard.type('Registry')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/console\/departments\/dep_/)
  await page.focus('[name=user]')
  await page.selectOption('[name=user]', bob.id)
  await page.focus('form[action$="/members"] button')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Bob Baker' }).waitFor()
  await page.getByLabel('Reads everything').focus()
  await page.keyboard.press('Space')
  await page.focus('form[action$="/roles"] button')
  await page.keyboard.press('Enter')
  await page.getByText('Saved.').waitFor()

  // Seen, and not to be changed: the page is there, its draft's form is not.
  expect((await bobs.goto(`${origin}/envelopes/${draft.id}`))?.status()).toBe(200)
  expect(await bobs.locator('form[action$="/voiding"], form[action$="/everyone"]').count()).toBe(0)
  expect((await bobs.goto(`${origin}/envelopes/${draft.id}/draft`))?.status()).toBe(403)
  await bobs.goto(`${origin}/account`)
  await bobs.getByText('Reads everything (department Registry)').first().waitFor()
  expect(chrome.complaints).toEqual([])
  listener.stop(true)
}, 120_000)
