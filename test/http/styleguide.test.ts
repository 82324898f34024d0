import { expect, test } from 'bun:test'
import { ICONS } from '../../src/view/icons.ts'
import { openTestHouse } from '../support/house.ts'

test('the style guide shows every icon and every part to an administrator, and to nobody else', async () => {
  await using house = await openTestHouse()
  const [ann, bob] = [await house.browser(), await house.browser()]
  await ann.signIn('ann@acme.example')
  await bob.signIn('bob@acme.example')
  const page = await ann.get('/styleguide')
  expect([page.status, (await bob.get('/styleguide')).status]).toEqual([200, 403])
  for (const icon of ICONS) expect(page.text).toContain(`#${icon}"></use>`)
  expect(ICONS.length).toBeGreaterThan(40)
})
