import { expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { publishDisclosure } from '../../../src/setting/disclosure.ts'
import { findUserByAddress } from '../../../src/access/users.ts'
import { voidEnvelope } from '../../../src/envelope/voiding.ts'
import { keepEmailChannel } from '../../../src/mail/channel.ts'
import { actOf, CLAIRE, MARIE } from '../../support/signing.ts'
import { follow, sentTo } from './support.ts'

const termsOf = (text: string): string => /name="disclosure" value="([^"]+)"/.exec(text)![1]!

test('the terms are shown and recorded in the language of the page', async () => {
  await using sent = await sentTo([CLAIRE])
  const { db } = sent.test.house
  const { browser, base } = await follow(sent, 'Claire')
  const english = await browser.get(`${base}/consent`)
  expect(english.text).toContain('<section class="card terms" lang="en">')
  browser.cookies.set('lang', 'fr')
  const french = await browser.get(`${base}/consent`)
  expect(french.text).toContain('<section class="card terms" lang="fr">')
  expect((await browser.post(`${base}/consent`, { disclosure: termsOf(french.text) })).location).toBe(`${base}/code`)
  const { consentDisclosureId } = await db.selectFrom('recipient').select('consentDisclosureId').executeTakeFirstOrThrow()
  expect(consentDisclosureId).toBe(termsOf(french.text))
}, 60_000)

test('a version that is no longer in force is not accepted', async () => {
  await using sent = await sentTo([CLAIRE])
  const { browser, base } = await follow(sent, 'Claire')
  const old = termsOf((await browser.get(`${base}/consent`)).text)
  await sent.test.house.db
    .transaction()
    .execute((tx) => publishDisclosure(tx, systemAct(sent.test.house.clock()), 'en', 'New terms.\n\nOther words.'))
  const { status, text } = await browser.post(`${base}/consent`, { disclosure: old })
  expect([status, text.includes('Other words.')]).toEqual([409, true])
}, 60_000)

test('after a withdrawal the page goes on in the language in which it was read', async () => {
  await using sent = await sentTo([{ ...MARIE, routingOrder: 1 }])
  const { house } = sent.test
  const { browser, base } = await follow(sent, 'Marie')
  expect((await browser.get(base)).text).toContain('<html lang="fr"')
  const ann = (await findUserByAddress(house.db, 'ann@acme.example'))!
  await voidEnvelope(house.db, actOf(house, ann), ann, sent.draft.id, 'changed')
  const over = await browser.get(base)
  expect([over.status, over.text.includes('<html lang="fr"')]).toEqual([410, true])
  expect((await browser.get('/s/lost?asked')).text).toContain('<html lang="fr"')
}, 60_000)

test('where no mail leaves the server, the pages say who has the code', async () => {
  await using sent = await sentTo([CLAIRE])
  const { db, clock, secretKey } = sent.test.house
  const { browser, base } = await follow(sent, 'Claire')
  expect((await browser.get(base)).text).toContain('The administrator of Acme')
  const { text } = await browser.get(`${base}/consent`)
  expect(text).toContain('then hands you a code of 6 digits')
  await browser.post(`${base}/consent`, { disclosure: termsOf(text) })
  const waiting = (await browser.get(`${base}/code`)).text
  expect(waiting).toContain('wait with the administrator of Acme')
  expect(waiting).not.toMatch(/We sent|unwanted mail|Send a new code/)
  await db.transaction().execute((tx) =>
    keepEmailChannel(tx, systemAct(clock()), secretKey, {
      host: '127.0.0.1',
      port: 1,
      security: 'none',
      user: null,
      password: null,
      fromAddress: 'sign@acme.example',
      fromName: 'Acme',
      caPem: null,
    }),
  )
  expect((await browser.get(`${base}/code`)).text).toContain('We sent 6 digits by e-mail')
}, 60_000)
