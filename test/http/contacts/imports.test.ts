import { expect, test } from 'bun:test'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'

const FRENCH = 'Nom;Prénom;Courriel;Téléphone\r\nDupont;Zoë;zoe@x.example;06 12 34 56 78\r\n<b>Bold</b>;Paul;paul@x.example;\r\n'
const file = (text: string | Uint8Array<ArrayBuffer>, name = 'people.csv') => new File([text], name)

async function employee(test: TestHouse): Promise<TestBrowser> {
  const browser = await test.browser()
  await browser.signIn('bob@acme.example')
  return browser
}
const seen = (text: string): string => /name="seen" value="(\w+)"/.exec(text)?.[1] ?? ''
const contacts = ({ house }: TestHouse) =>
  house.db.selectFrom('contact').selectAll().where('removedAt', 'is', null).orderBy('nameKey').execute()

test.each(['en', 'fr'])('a file is looked at, read otherwise, taken over, exported and taken back (%s)', async (language) => {
  await using test = await openTestHouse()
  const browser = await employee(test)
  browser.cookies.set('lang', language)
  await browser.get('/contacts/imports/new')
  const latin = Uint8Array.from([...FRENCH].map((letter) => letter.charCodeAt(0)))
  const started = await browser.post('/contacts/imports', { file: file(latin) })
  expect(started.status).toBe(303)
  const at = started.location!
  const preview = await browser.get(at)
  expect(preview.status).toBe(200)
  for (const part of [
    'value="windows-1252" selected',
    'value=";" selected',
    'Zoë Dupont',
    '+33612345678',
    '&lt;b&gt;Bold&lt;/b&gt;',
    'zoe@x.example · paul@x.example',
  ])
    expect(preview.text).toContain(part)
  expect(preview.text).not.toContain('<b>Bold')
  const choices = { encoding: 'windows-1252', separator: ';', hasHeadings: '1', country: 'BE', known: 'update' }
  const mapped = { 'column-0': 'company', 'column-1': 'lastName', 'column-2': 'email', 'column-3': 'nonsense' }
  expect((await browser.post(at, { ...choices, ...mapped })).status).toBe(303)
  const other = await browser.get(at)
  expect(other.text).not.toContain('+33612345678')
  for (const odd of [{ encoding: 'ebcdic' }, { separator: 'x' }, { country: 'XX' }, { known: 'eat' }])
    expect((await browser.post(at, { ...choices, ...odd })).status).toBe(422)
  // As another separator reads it, the columns are others; back again they are guessed anew.
  await browser.post(at, { ...choices, separator: '|' })
  expect((await browser.get(at)).text).toContain('value="|" selected')
  await browser.post(at, { ...choices, country: 'FR' })
  const last = await browser.get(at)
  expect((await browser.post(`${at}/acceptance`, { seen: 'another' })).status).toBe(409)
  expect(await contacts(test)).toEqual([])
  expect((await browser.post(`${at}/acceptance`, { seen: seen(last.text) })).status).toBe(303)
  expect((await contacts(test)).map(({ lastName, phone }) => [lastName, phone])).toEqual([
    ['<b>Bold</b>', null],
    ['Dupont', '+33612345678'],
  ])
  expect((await browser.post(`${at}/acceptance`, { seen: seen(last.text) })).status).toBe(409)

  const csv = await browser.get('/contacts/exports/csv')
  expect(csv.headers.get('content-disposition')).toStartWith('attachment; filename="contacts-2026-11-23.csv"')
  expect(csv.bytes.slice(0, 3)).toEqual(new Uint8Array([0xef, 0xbb, 0xbf]))
  expect(csv.text).toContain("Dupont,Zoë,zoe@x.example,'+33612345678")
  const vcard = await browser.get('/contacts/exports/vcard')
  expect(vcard.text).toContain(
    'VERSION:4.0\r\nFN:Zoë Dupont\r\nN:Dupont;Zoë;;;\r\nEMAIL:zoe@x.example\r\nTEL;VALUE=uri;TYPE=cell:tel:+33612345678\r\n',
  )
  expect((await browser.get('/contacts/exports/pdf')).status).toBe(404)
  // What went out comes back as it was, and is known.
  for (const text of [csv.text, vcard.text]) {
    await browser.get('/contacts/imports/new')
    const again = (await browser.post('/contacts/imports', { file: file(text) })).location!
    await browser.post(again, {
      ...choices,
      encoding: 'utf-8',
      separator: ',',
      country: 'FR',
      ...Object.fromEntries(
        ['lastName', 'firstName', 'email', 'phone', 'company', 'jobTitle', 'language', 'companyDetails', 'comment'].map((kind, at) => [
          `column-${at}`,
          kind,
        ]),
      ),
    })
    const shown = await browser.get(again)
    expect(shown.text).toContain(language === 'en' ? '2 known, skipped' : '2 connus, ignorés')
    expect((await browser.post(`${again}/removal`)).status).toBe(303)
  }
  test.wait(60_000)
  const page = await browser.get('/contacts/imports/new')
  expect(page.text).toContain('people.csv')
  expect((await browser.post(`${at}/reversal`)).status).toBe(303)
  expect(await contacts(test)).toEqual([])
  expect((await browser.post(`${at}/reversal`)).status).toBe(409)
})

test('what cannot be read is told beside the file; another one’s import is not there', async () => {
  await using test = await openTestHouse()
  const browser = await employee(test)
  await browser.get('/contacts/imports/new')
  const refused = async (upload: Record<string, string | Blob>): Promise<[number, string]> => {
    const answer = await browser.post('/contacts/imports', upload)
    return [answer.status, /field__error"[^>]*>([^<]*)/.exec(answer.text)?.[1] ?? answer.text.slice(0, 80)]
  }
  expect(await refused({ nothing: new File(['x'], 'x') })).toEqual([422, 'Please choose a file.'])
  expect(await refused({ file: file('') })).toEqual([422, 'Nothing stands in this file.'])
  expect(await refused({ file: file('Nom,Email\na,b\n"c,d') })).toEqual([422, 'A quotation mark that opens in line 3 is never closed.'])
  expect(await refused({ file: file('x'.repeat(5_200_000)) })).toEqual([413, 'The file is larger than 5 MB.'])
  expect((await browser.post('/contacts/imports', { file: file('x'.repeat(6_100_000)) })).status).toBe(413)
  const { location } = await browser.post('/contacts/imports', { file: file('Nom,Email\nGood,g@x.example\nBad,bad\n') })
  const preview = await browser.get(location!)
  expect(preview.text).toContain('“bad” is no e-mail address.')
  const kept = await browser.post(`${location}/acceptance`, { seen: seen(preview.text) })
  expect([kept.status, kept.text.includes('Nothing was imported: there are lines with mistakes (1).')]).toEqual([422, true])
  const ann = await test.browser()
  await ann.signIn('ann@acme.example')
  expect((await ann.get(location!)).status).toBe(404)
  expect((await ann.post(`${location}/acceptance`, { seen: seen(preview.text), leavesOut: '1' })).status).toBe(404)
  await browser.get(location!)
  expect((await browser.post(`${location}/acceptance`, { seen: seen(preview.text), leavesOut: '1' })).status).toBe(303)
  expect((await contacts(test)).map(({ lastName }) => lastName)).toEqual(['Good'])
  const stranger = await test.browser()
  expect((await stranger.get('/contacts/exports/csv')).status).toBe(303)
})
