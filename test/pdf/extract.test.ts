import { expect, test } from 'bun:test'
import { extractPages } from '../../src/pdf/extract.ts'
import { inspect } from '../../src/pdf/inspect.ts'
import { preparedFile } from './prepared-file.ts'
import { wholeChain } from './prepared-file.ts'

test('the certificate is a PDF of its own: its pages, what their fields show, and no signature', async () => {
  const { file } = await wholeChain(preparedFile('table'))
  const found = await inspect(await extractPages(file, 0))
  expect([found.pages.length, found.formFields, found.received]).toEqual([1, 0, null])
})
