import { expect, test } from 'bun:test'
import { smsOf } from '../../src/mail/letter.ts'
import { plainMarks, smsParts } from '../../src/mail/sms-text.ts'

test('parts are counted as a gateway counts them', () => {
  expect([smsParts('a'.repeat(160)), smsParts('a'.repeat(161)), smsParts('a'.repeat(306)), smsParts('a'.repeat(307))]).toEqual([1, 2, 2, 3])
  // The euro sign takes two places; one letter of another alphabet makes all of them wide.
  expect([smsParts(`${'a'.repeat(158)}€`), smsParts(`${'a'.repeat(159)}€`)]).toEqual([1, 2])
  expect([smsParts('я'.repeat(70)), smsParts('я'.repeat(71)), smsParts('я'.repeat(134)), smsParts('я'.repeat(135))]).toEqual([1, 2, 2, 3])
})

test('quotation marks, apostrophes and narrow spaces are written with a typewriter’s', () => {
  expect(plainMarks('«\u202fBail\u202f» d’été\u202f: “a” – b…')).toBe('"Bail" d\'été : "a" - b...')
})

const LINK = `https://sign.acme.example/s/inv_${'a'.repeat(20)}.${'b'.repeat(43)}`
const facts = { logo: null, timeZone: 'UTC', sender: 'Ana Admin', link: LINK, title: 'Lease' }

test.each(['en', 'fr'] as const)('a long company name stands whole in an SMS as long as two parts hold it (%s)', (language) => {
  const company = 'Horlogerie Internationale du Haut-Jura et Associates SA'
  const text = smsOf('invitation', language, { ...facts, company })
  expect(text).toContain(company)
  expect(text).toContain(LINK)
  expect(smsParts(text)).toBeLessThanOrEqual(2)
})

test('what would go beyond two parts is shortened, and the link never', () => {
  const text = smsOf('invitation', 'fr', { ...facts, company: 'H'.repeat(160), title: 'T'.repeat(200) })
  expect(smsParts(text)).toBeLessThanOrEqual(2)
  expect(text).toEndWith(LINK)
  expect(text).toContain(`${'T'.repeat(30)}`)
  expect(smsOf('invitation', 'en', { ...facts, company: 'Я'.repeat(100) })).toEndWith(LINK)
})
