import { expect, test } from 'bun:test'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'

const MARIE = {
  firstName: 'Marie',
  lastName: 'Dupont',
  email: 'marie@dupont.example',
  phone: '',
  role: 'signer',
  side: 'other',
  channel: 'email',
  language: 'fr',
}

async function newDraft(test: TestHouse): Promise<{ browser: TestBrowser; path: string }> {
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const { location } = await browser.post('/envelopes')
  return { browser, path: location!.replace('/draft', '') }
}
const people = async ({ house }: TestHouse) =>
  (await house.db.selectFrom('recipient').selectAll().orderBy('routingOrder').orderBy('position').execute()).map(
    ({ firstName, routingOrder }) => `${routingOrder} ${firstName}`,
  )
const idOf = async ({ house }: TestHouse, firstName: string) =>
  (await house.db.selectFrom('recipient').select('id').where('firstName', '=', firstName).executeTakeFirstOrThrow()).id

test('somebody typed in comes after the company, and stays in the contacts where that is wished', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  expect((await browser.post(`${path}/recipients`, { ...MARIE, keep: '1' })).location).toBe(`${path}/draft#people`)
  expect(await people(test)).toEqual(['1 Ann', '2 Marie'])
  await browser.post(`${path}/recipients`, {
    ...MARIE,
    firstName: 'Wei',
    email: 'wei@x.example',
    phone: '+33 6 12 34 56 78',
    channel: 'sms',
  })
  expect(await people(test)).toEqual(['1 Ann', '2 Marie', '2 Wei'])
  await browser.post(`${path}/recipients`, { ...MARIE, firstName: 'Again', keep: '1' })
  const contacts = await test.house.db.selectFrom('contact').select(['firstName', 'email', 'language']).execute()
  expect(contacts).toEqual([{ firstName: 'Marie', email: 'marie@dupont.example', language: 'fr' }])
  const { text } = await browser.get(`${path}/draft`)
  expect(text).toContain('Marie Dupont')
  expect(text).toContain('by SMS, in French')
})

test.each([
  [{ email: 'nonsense' }, 'email', 'This is not an e-mail address'],
  [{ email: '' }, 'email', 'Please enter an e-mail address.'],
  [{ channel: 'sms' }, 'phone', 'Please enter a mobile number.'],
  [{ phone: '12' }, 'phone', 'international form'],
  [{ firstName: '', lastName: ' ' }, 'lastName', 'Please enter the name.'],
  [{ routingOrder: '0' }, 'routingOrder', 'whole number'],
  // A browser that cut it off would say nothing.
  [{ lastName: 'x'.repeat(81) }, 'lastName', 'This is too long.'],
  [{ firstName: 'Zoé 🎉' }, 'firstName', 'a document cannot show emoji'],
  [{ side: 'company', email: 'bob@acme.example' }, 'role', 'Bob Baker may not sign for the company.'],
] as [Partial<typeof MARIE>, string, string][])('%p is told beside %s, and what was typed stays', async (over, name, sentence) => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  const { status, text } = await browser.post(`${path}/recipients`, { ...MARIE, jobTitle: 'Managing director', ...over } as Record<
    string,
    string
  >)
  expect(status).toBe(422)
  expect(text).toContain(`id="${name}-error"`)
  expect(text).toContain(sentence)
  expect(text).toContain('value="Managing director"')
  expect(text).toContain('<details class="card more-card" id="person" open>')
  expect(await people(test)).toEqual(['1 Ann'])
})

test.each([{ role: 'emperor' }, { side: 'both' }, { channel: 'pigeon' }, { language: 'xx' }])('%p is refused', async (over) => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  expect((await browser.post(`${path}/recipients`, { ...MARIE, ...over })).status).toBe(422)
  expect(await people(test)).toEqual(['1 Ann'])
})

test('from the contacts and the staff in one press; the own company’s details are known', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  await browser.post('/contacts', {
    firstName: 'Zoë',
    lastName: 'O’Neill',
    email: '',
    phone: '+33612345678',
    company: 'Neill Ltd',
    jobTitle: 'Buyer',
  })
  const { db } = test.house
  const contact = await db.selectFrom('contact').select('id').executeTakeFirstOrThrow()
  const ann = await db.selectFrom('user').select('id').where('firstName', '=', 'Ann').executeTakeFirstOrThrow()
  const bob = await db.selectFrom('user').select('id').where('firstName', '=', 'Bob').executeTakeFirstOrThrow()
  await browser.post(`${path}/recipients/choice`, { person: contact.id })
  expect(await db.selectFrom('recipient').selectAll().where('contactId', '=', contact.id).executeTakeFirst()).toMatchObject({
    side: 'other',
    channel: 'sms',
    routingOrder: 2,
    company: 'Neill Ltd',
    jobTitle: 'Buyer',
  })
  await browser.post(`${path}/recipients/${await idOf(test, 'Ann')}/removal`)
  const page = await browser.get(`${path}/draft`)
  expect(page.text).toContain('Add me')
  expect(page.text).not.toContain(`<option value="${contact.id}"`)
  await browser.post(`${path}/recipients/choice`, { person: ann.id })
  expect(await people(test)).toEqual(['1 Ann', '2 Zoë'])
  expect((await browser.get(`${path}/draft`)).text).not.toContain('Add me')
  // Bob has no right to sign, so he is nobody who can be chosen.
  expect((await browser.post(`${path}/recipients/choice`, { person: bob.id })).status).toBe(404)
  await browser.post(`${path}/recipients`, { ...MARIE, side: 'company', email: 'claire@acme.example' })
  expect((await db.selectFrom('recipient').select('company').where('firstName', '=', 'Marie').executeTakeFirst())?.company).toBe(
    'Acme <Ltd>',
  )
})

test('changed, moved, put at the same time, removed', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  await browser.post(`${path}/recipients`, MARIE)
  await browser.post(`${path}/recipients`, { ...MARIE, firstName: 'Wei', email: 'wei@x.example', routingOrder: '3' })
  const [marie, wei] = [await idOf(test, 'Marie'), await idOf(test, 'Wei')]
  const form = await browser.get(`${path}/draft?person=${marie}`)
  expect(form.text).toContain('Change Marie Dupont')
  expect(form.text).toContain('value="marie@dupont.example"')
  await browser.post(`${path}/recipients/${marie}`, { ...MARIE, firstName: 'Maria', routingOrder: '2' })
  expect(await people(test)).toEqual(['1 Ann', '2 Maria', '3 Wei'])
  const move = (recipient: string, to: string) => browser.post(`${path}/recipients/order`, { recipient, move: to })
  await move(wei, 'together')
  expect(await people(test)).toEqual(['1 Ann', '2 Maria', '2 Wei'])
  await move(wei, 'up')
  expect(await people(test)).toEqual(['1 Ann', '2 Wei', '3 Maria'])
  await move(wei, 'up')
  expect(await people(test)).toEqual(['1 Wei', '2 Ann', '3 Maria'])
  await move(marie, 'down')
  expect(await people(test)).toEqual(['1 Wei', '2 Ann', '3 Maria'])
  expect((await move(marie, 'sideways')).status).toBe(422)
  expect((await move('rcp_unknown', 'up')).status).toBe(404)
  await browser.post(`${path}/recipients/${wei}/removal`)
  expect(await people(test)).toEqual(['2 Ann', '3 Maria'])
  expect((await browser.post(`${path}/recipients/${wei}`, MARIE)).status).toBe(404)
})
