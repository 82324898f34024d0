import { expect, test } from 'bun:test'
import { companyDetailsOf, listLegalEntities } from '../../../src/setting/legal-entity.ts'
import { openTestHouse } from '../../support/house.ts'

const ACME = {
  legalName: 'Acme SAS',
  country: 'FR',
  address: '1 rue de la Paix\n75002 Paris',
  registrationNumber: '552 081 317',
  establishmentNumber: '552 081 317 66522',
  register: 'Paris B 552 081 317',
  vatNumber: 'FR 03 552 081 317',
  bankName: 'BNP Paribas',
  iban: 'FR76 3000 6000 0112 3456 7890 189',
  bic: 'bnpafrpp',
  representative: 'Ann Archer',
  representativeTitle: 'Présidente',
  email: 'contact@acme.example',
  phone: '+33 1 02 03 04 05',
}

test('a company’s numbers and bank are checked as its country does, and stand in its details', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  await browser.get('/console/companies/new')
  for (const [name, value, sentence] of [
    ['registrationNumber', '552 081 318', 'This cannot be a registration number of this country'],
    ['establishmentNumber', '552 081 317 66523', 'This cannot be such a number of this country'],
    ['vatNumber', 'FR 04 552 081 317', 'This cannot be a VAT number of this country'],
    ['iban', 'FR76 3000 6000 0112 3456 7890 188', 'This is no IBAN'],
    ['bic', 'BNP', 'This is no BIC'],
  ] as const) {
    const answer = await browser.post('/console/companies', { ...ACME, [name]: value })
    expect([name, answer.status]).toEqual([name, 422])
    expect(answer.text).toMatch(new RegExp(`id="${name}-error">${sentence}`))
    expect(answer.text).toContain('Registration number (SIREN)')
  }
  expect((await browser.post('/console/companies', ACME)).status).toBe(303)
  const acme = (await listLegalEntities(test.house.db)).find(({ legalName }) => legalName === 'Acme SAS')!
  expect(companyDetailsOf(acme)).toBe(
    [
      'Acme SAS',
      '1 rue de la Paix\n75002 Paris',
      'SIREN 552 081 317 · SIRET 552 081 317 66522 · RCS Paris B 552 081 317 · TVA FR 03 552 081 317',
      'BNP Paribas · IBAN FR76 3000 6000 0112 3456 7890 189 · BIC BNPAFRPP',
      'Ann Archer, Présidente',
      'contact@acme.example · +33102030405',
    ].join('\n'),
  )
  expect((await browser.get(`/console/companies/${acme.id}`)).text).toContain('value="FR76 3000 6000 0112 3456 7890 189"')
  // Another country, other rules; a country that is not known here checks nothing.
  expect((await browser.post(`/console/companies/${acme.id}`, { ...ACME, country: 'BE' })).status).toBe(422)
  expect((await browser.post(`/console/companies/${acme.id}`, { ...ACME, country: 'JP' })).status).toBe(303)
})

test('one company is the default, and another can be', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  await browser.get('/console/companies/new')
  await browser.post('/console/companies', { legalName: 'Second', country: 'LU', address: 'Luxembourg', phone: '' })
  const second = (await listLegalEntities(test.house.db)).find(({ legalName }) => legalName === 'Second')!
  await browser.get(`/console/companies/${second.id}`)
  expect((await browser.post(`/console/companies/${second.id}/preference`)).status).toBe(303)
  expect((await listLegalEntities(test.house.db)).map(({ legalName, isDefault }) => [legalName, isDefault])).toEqual([
    ['Second', true],
    ['Acme <Ltd>', false],
  ])
  expect((await browser.post('/console/companies/ent_unknown/preference')).status).toBe(404)
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.post(`/console/companies/${second.id}/preference`)).status).toBe(403)
})
