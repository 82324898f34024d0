import { expect, test } from 'bun:test'
import { inspect } from '../../src/pdf/inspect.ts'
import { prepare } from '../../src/pdf/prepare.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'
import { pageText } from '../../src/image/page-text.ts'
import { fieldsOf, preparation } from '../seal/installation.ts'
import { pdfWithForm } from '../support/found-files.ts'

test('every field of a form is found with its place as seen, its name, its value and what it asks', async () => {
  const { form } = await inspect(await pdfWithForm())
  expect(form.map(({ origin, kind }) => `${origin} ${kind}`)).toEqual([
    'form:client.last_name#1 text',
    'form:notes#1 multiline',
    'form:terms#1 checkbox',
    'form:pay#1 radio',
    'form:pay#2 radio',
    'form:country#1 choice',
    'form:sign_here#1 signature',
    'form:turned#1 text',
  ])
  const [name, notes, terms, card, transfer, country, signature, turned] = form
  expect(name).toMatchObject({
    page: 0,
    x: 49.5,
    y: 79.5,
    tooltip: 'Last name of the client',
    required: true,
    value: 'SENTINEL-NAME',
    maxLength: 40,
  })
  expect(notes).toMatchObject({ required: false, value: '' })
  expect([terms!.value, card!.value, transfer!.value]).toEqual(['1', '', '1'])
  expect([card!.answer, transfer!.answer]).toEqual(['Card', 'Transfer'])
  expect(country).toMatchObject({ options: ['France', 'Belgium'], value: 'Belgium' })
  expect(signature).toMatchObject({ x: 50, y: 440, width: 200, height: 60 })
  // Turned by 90 degrees, what stands upright in the file lies as seen.
  expect([turned!.page, turned!.width > turned!.height]).toEqual([1, true])
})

test('what is taken over is not drawn a second time; what is left is', async () => {
  const source = await pdfWithForm()
  const make = (taken: readonly string[]) =>
    prepare({ ...preparation(source, [{ name: 'S1', title: 'Claire Martin' }], fieldsOf('S1', 60)), fonts: fontSet(), taken })
  expect((await pageText((await make([])).pdf, 0)).text).toContain('SENTINEL-NAME')
  const { text } = await pageText((await make(['form:client.last_name#1'])).pdf, 0)
  expect(text).not.toContain('SENTINEL-NAME')
  expect(text).toContain('Belgium')
})
