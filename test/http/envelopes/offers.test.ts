import { expect, test } from 'bun:test'
import { fieldsOf } from '../../../src/envelope/fields.ts'
import { pdfWithForm, pdfWithText } from '../../support/found-files.ts'
import { openTestHouse } from '../../support/house.ts'

test('without a script a form takes over what is ticked; who may not see the draft finds nothing', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const path = (await browser.post('/envelopes')).location!.replace('/draft', '')
  const id = path.split('/')[2]!
  await browser.post(`${path}/documents`, {
    files: [
      new File([await pdfWithForm()], 'form.pdf'),
      new File([await pdfWithText([['{{signature:company}} {{nope}}', 50, 100]])], 'tags.pdf'),
    ],
  })
  const { text } = await browser.get(`${path}/draft`)
  expect(text).toContain('8 form fields found in “form”')
  expect(text).toContain('1 tag found in “tags”')
  expect(text).toContain('Not understood, and left as they are: {{nope}} (page 1).')
  expect(text).toContain('value="{{text:client:Place of delivery}}"')
  const offer = /name="offer" value="(form:[^"]+)"/.exec(text)![1]!
  const answer = await browser.post(`${path}/offers`, { offer, chosen: '1', origin: 'form:terms#1' })
  expect([answer.status, answer.location]).toEqual([303, `${path}/draft#fields`])
  expect((await fieldsOf(test.house.db, { id })).map(({ origin, kind }) => [origin, kind])).toEqual([['form:terms#1', 'checkbox']])
  expect((await browser.get(`${path}/draft`)).text).toContain('7 form fields found')
  // Asking changes nothing.
  const asked = await browser.get(`${path}/offers?offer=${encodeURIComponent(offer)}`)
  expect((JSON.parse(asked.text) as { fields: unknown[] }).fields).toHaveLength(7)
  expect(await fieldsOf(test.house.db, { id })).toHaveLength(1)
  for (const wrong of ['form:doc_x', 'x', offer.replace('form', 'layout')])
    expect((await browser.get(`${path}/offers?offer=${wrong}`)).status).toBe(404)
  expect((await browser.get(`${path}/offers`)).status).toBe(422)

  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get(`${path}/offers?offer=${encodeURIComponent(offer)}`)).status).toBe(404)
  expect((await bob.post(`${path}/offers`, { offer })).status).toBe(404)
  expect(await fieldsOf(test.house.db, { id })).toHaveLength(1)
}, 60_000)
