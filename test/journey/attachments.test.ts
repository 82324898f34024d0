import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { attachmentsOf } from '../../src/envelope/attachments.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { fieldsOf, placeFields } from '../../src/envelope/fields.ts'
import { currentInvitation, invitationUrl } from '../../src/envelope/invitation.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openBrowser } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { actOf, ann, codeOf, CONTRACT, draftFor, MARIE, recipientNamed, send } from '../support/signing.ts'

test('on a phone, in French: the file that is missing is asked for, refused by its kind, attached, shown, and signed with', async () => {
  await using house = await openTestHouse({ authority: true, realTime: true })
  const { db } = house.house
  const door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  const origin = `http://127.0.0.1:${door.port}`
  await using browser = await openBrowser(() => origin)
  await db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(house.house.clock()), 'installation', { ...installation, staffUrl: origin, publicUrl: origin })
  })
  const user = await ann(house)
  const draft = await draftFor(house, user, [MARIE])
  const before = await fieldsOf(db, draft)
  const asked = { ...before[0]!, id: 'new', kind: 'attachment' as const, y: 300, width: 180, label: 'Justificatif de domicile', value: '' }
  const { version } = await findDraft(db, user, draft.id)
  await placeFields(db, actOf(house.house, user), user, draft.id, { version, fields: [...before, asked] })
  await send(house, user, await findDraft(db, user, draft.id))
  const { id } = await recipientNamed(house, draft.id, 'Marie')

  const { page } = await browser.person({ phone: true, language: 'fr' })
  const looked = async (name: string): Promise<void> => {
    const folder = process.env['PARAPHE_PICTURES']
    if (folder) await page.screenshot({ path: `${folder}/attachment-${name}.png` })
  }
  const invitation = await currentInvitation(db, id, house.house.clock())
  await page.goto(invitationUrl(origin, house.house.secretKey, invitation!))
  await page.locator('.bar__button').click()
  await page.waitForURL('**/consent')
  await page.locator('.bar__button').click()
  await page.waitForURL('**/code')
  await page.fill('[name="code"]', await codeOf(house, id))
  await page.waitForURL('**/fields', { timeout: 5_000 }).catch(() => page.locator('.bar__button').click())
  await page.waitForURL('**/fields')
  const place = page.locator('[data-kind="attachment"]')
  await place.scrollIntoViewIfNeeded()
  await looked('asked')
  await place.locator('[data-attachment]').click()
  await page.waitForURL('**/attachments/**')
  await page.setInputFiles('#file', { name: 'programme.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') })
  await page.locator('form.form button[type="submit"]').click()
  await page.locator('#file-error:not([hidden])').waitFor()
  await looked('refused')
  expect(await attachmentsOf(db, id)).toEqual([])
  await page.setInputFiles('#file', { name: 'facture d’électricité.pdf', mimeType: 'application/pdf', buffer: Buffer.from(CONTRACT) })
  await page.locator('form.form button[type="submit"]').click()
  await page.waitForURL('**/fields')
  expect(await place.locator('[data-attached]').textContent()).toContain('facture d’électricité.pdf')
  await looked('attached')
  await place.locator('[data-attachment]').click()
  await page.waitForURL('**/attachments/**')
  await looked('held')
  expect(browser.complaints).toEqual([])
  await door.stop(true)
}, 120_000)
