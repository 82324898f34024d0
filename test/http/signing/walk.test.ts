import { expect, test } from 'bun:test'
import { findDraft } from '../../../src/envelope/drafting.ts'
import { fieldsOf, type PlacedField, placeFields } from '../../../src/envelope/fields.ts'
import { currentInvitation, invitationToken } from '../../../src/envelope/invitation.ts'
import { listen } from '../../../src/http/listen.ts'
import { openBrowser } from '../../support/browser.ts'
import { openTestHouse } from '../../support/house.ts'
import { freePort } from '../../support/installation.ts'
import { actOf, ann, CLAIRE, codeOf, draftFor, recipientNamed, send } from '../../support/signing.ts'

test('the walk leads through every empty field, counts without leaps, may leave out what is optional and says so', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using house = await openTestHouse({ authority: true, realTime: true, origin })
  const { db, secretKey, clock } = house.house
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE])
  const placed = await fieldsOf(db, draft)
  const more = (kind: PlacedField['kind'], y: number, size: Partial<PlacedField>): PlacedField => ({
    ...placed[0]!,
    id: kind,
    kind,
    x: 68.25,
    y,
    ...size,
  })
  const fields = [
    ...placed,
    more('text', 250, { width: 120, height: 16, required: false, label: 'Order number' }),
    more('checkbox', 333, { width: 12, height: 12 }),
  ]
  await placeFields(db, actOf(house.house, user), user, draft.id, { version: draft.version, fields })
  await send(house, user, await findDraft(db, user, draft.id))
  const { id } = await recipientNamed(house, draft.id, 'Claire')
  const server = listen(house.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page, context } = await browser.person({ phone: true })
  await page.goto(`${origin}/s/${invitationToken(secretKey, (await currentInvitation(db, id, clock()))!)}`)
  await page.getByRole('button', { name: 'Sign', exact: true }).tap()
  await page.getByRole('button', { name: 'Continue' }).tap()
  await page.waitForURL(/code/)
  await page.getByLabel('Code').fill(await codeOf(house, id))
  await page.getByRole('button', { name: 'Confirm code' }).tap()
  await page.waitForURL(/fields/)

  const next = page.locator('[data-next-step]')
  const caption = page.locator('[data-missing-count]')
  const entry = page.locator('[data-entry-dialog]')
  expect(await next.textContent()).toBe('Next field 1 of 3')
  expect(await caption.textContent()).toBe('2 fields are still missing · 1 optional one')
  await next.tap()
  await page.locator('dialog[open] [data-panel="type"] [data-use]').tap()
  await page.locator('.place__mark img').waitFor()
  expect(await next.textContent()).toBe('Next field 2 of 3')

  await next.tap()
  expect(await entry.locator('#entry-label').textContent()).toBe('Order number')
  await entry.locator('#entry-control').fill('a number that is far too long for so small a field on any contract')
  await entry.getByText(/Too long for this field: \d+ characters fit/).waitFor()
  await entry.locator('[data-entry-next]').tap()
  expect(await entry.isVisible()).toBe(true)
  await entry.locator('#entry-control').fill('')
  expect(await entry.locator('[data-entry-next]').textContent()).toBe('Next field 3 of 3')
  await entry.locator('[data-entry-next]').tap()
  await entry.getByText('I have read and accept the annexed terms of service').waitFor()
  expect(await entry.locator('#entry-label').textContent()).toBe('Tick box')
  await entry.locator('#entry-control').check()
  await entry.getByRole('button', { name: 'Done' }).tap()
  expect(await next.textContent()).toBe('Review and sign')
  expect(await caption.textContent()).toBe('Everything required is filled in. Optional and empty: Order number')

  // The same tab remembers what was passed over; another one offers it again, and may pass it over at once.
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.reload()
  expect(await next.textContent()).toBe('Review and sign')
  const other = await context.newPage()
  await other.goto(page.url())
  expect(await other.locator('[data-next-step]').textContent()).toBe('Next field 1 of 1')
  await other.locator('[data-review-now]').tap()
  await other.waitForURL(/preview/)
  expect(browser.complaints).toEqual([])
  await server.stop(true)
}, 180_000)
