import { expect, test } from 'bun:test'
import { openTestHouse } from '../../support/house.ts'
import { currentInvitation, invitationToken } from '../../../src/envelope/invitation.ts'
import { ruledDraft } from '../../support/ruled-draft.ts'
import { ann, recipientNamed, send, sign } from '../../support/signing.ts'
import { identified, type Sent } from './support.ts'

async function sentByRules(language: 'en' | 'fr'): Promise<Sent> {
  const test = await openTestHouse({ authority: true })
  const user = await ann(test)
  const draft = await ruledDraft(test, user, { claire: 'en', marie: language })
  await send(test, user, draft)
  await sign(test, (await recipientNamed(test, draft.id, 'Claire')).id)
  const recipientId = async (firstName: string): Promise<string> => (await recipientNamed(test, draft.id, firstName)).id
  return {
    test,
    draft,
    recipientId,
    async link(firstName) {
      const invitation = await currentInvitation(test.house.db, await recipientId(firstName), test.house.clock())
      return `/s/${invitationToken(test.house.secretKey, invitation!)}`
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

test('each rule is kept at the door too, in the reader’s language, and by a whole form without JavaScript', async () => {
  await using sent = await sentByRules('fr')
  const { db } = sent.test.house
  const { browser, base } = await identified(sent, 'Marie')
  const rows = await db.selectFrom('field').select(['id', 'label']).execute()
  const id = (label: string): string => rows.find((row) => row.label === label)!.id
  const enter = async (values: Readonly<Record<string, string>>) => {
    const answer = await browser.post(`${base}/entries`, values, { accept: 'application/json' })
    return { status: answer.status, ...(JSON.parse(answer.text) as { code?: string; message?: string; fields?: Record<string, string> }) }
  }
  const kept = async () =>
    (await db.selectFrom('fieldEntry').selectAll().execute()).filter(({ fieldId }) => rows.find(({ id }) => id === fieldId)?.label !== '')
      .length

  for (const [label, value, code, message] of [
    ['IBAN', 'FR14 2004', 'entry.iban', /pas un IBAN/],
    ['Price', '1e5', 'entry.amount', /par exemple 1.?234,50/],
    ['Price', '100 000,01', 'entry.too-large', /au plus 100.?000,00.?€/],
    ['Price', '12,345', 'entry.decimals', /2 chiffres après la virgule/],
    ['Formule', 'Platine', 'entry.not-an-option', /Choisissez/],
    ['Postcode', '7500x', 'entry.own', /^Cinq chiffres\.$/],
  ] as const) {
    const refused = await enter({ [id(label)]: value })
    expect([label, refused.status, refused.code]).toEqual([label, 422, code])
    expect(refused.message).toMatch(message)
    expect(refused.fields).toEqual({ [id(label)]: refused.message! })
  }
  expect(await kept()).toBe(0)
  // A result, a field of somebody else and a field that is not there are nobody's to fill in.
  expect((await enter({ [id('Total')]: '1' })).status).toBe(200)
  expect(await kept()).toBe(0)
  for (const other of [id('Discount'), 'fld_nothing']) expect((await enter({ [other]: '5' })).code).toBe('field.unknown')

  // What stands on the page before anything is chosen: the field that waits for the choice is hidden.
  const first = await browser.get(`${base}/fields`)
  const place = (html: string, label: string): string => new RegExp(`<div class="place[^>]*data-place="${id(label)}"[^>]*>`).exec(html)![0]
  expect([place(first.text, 'Months').includes(' hidden'), place(first.text, 'Price').includes(' hidden')]).toEqual([true, false])
  expect(first.text).toContain(`<p class="place__help" id="help-${id('Price')}">Hors taxes, par mois.</p>`)
  expect(first.text).toMatch(new RegExp(`<input[^>]*type="radio"[^>]*name="choice_${id('Monthly')}" value="${id('At once')}"`))
  // Of what Claire entered, the page is told the one number that a result of Marie's needs.
  const live = JSON.parse(
    /data-rules="([^"]*)"/.exec(first.text)![1]!.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
  )
  expect(live.known).toEqual({ [id('Discount')]: '10' })

  // A whole form: the choice makes a field that is required appear, and says so.
  const form = {
    [`choice_${id('Monthly')}`]: id('Monthly'),
    [id('Formule')]: 'Or',
    [id('Price')]: '1 234,50 €',
    [id('Months')]: '',
    [id('IBAN')]: 'FR14 2004 1010 0505 0001 3M02 606',
    [id('Postcode')]: '75001',
    [id('Reason')]: '',
    [id('Employer')]: 'Maison Dupont',
    then: 'preview',
  }
  const incomplete = await browser.post(`${base}/entries`, form)
  expect(incomplete.status).toBe(422)
  expect(place(incomplete.text, 'Months')).not.toContain(' hidden')
  for (const label of ['Months', 'Reason']) expect([label, place(incomplete.text, label).includes('is-missing')]).toEqual([label, true])
  const wrong = await browser.post(`${base}/entries`, { ...form, [id('Months')]: '99' })
  expect([wrong.status, wrong.text.includes('value="99"'), wrong.text.includes('Il faut au plus 60.')]).toEqual([422, true, true])
  const complete = await browser.post(`${base}/entries`, { ...form, [id('Months')]: '12', [id('Reason')]: 'Renouvellement' })
  expect([complete.status, complete.text.match(/is-missing/g)?.length]).toEqual([422, 1])
  expect((await browser.get(`${base}/fields`)).text.replaceAll('\u00a0', ' ')).toContain('data-result>13 332,60 €<')
}, 60_000)
