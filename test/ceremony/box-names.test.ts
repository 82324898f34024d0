import { expect, test } from 'bun:test'
import { textBeside } from '../../src/ceremony/box-names.ts'
import { pageText } from '../../src/image/page-text.ts'
import { SAMPLE_FIELDS, SAMPLE_FILES } from '../../src/envelope/sample.ts'

const run = (text: string, x: number, y: number, width = text.length * 5, height = 10) => ({ text, x, y, width, height })
const page = (...runs: ReturnType<typeof run>[]) => ({ text: '', runs })
const BOX = { x: 50, y: 100, width: 12, height: 12 }

test('a box is named by the paragraph at its right, else by the words at its left', () => {
  const paragraph = [
    run('I accept', 70, 101),
    run('the terms', 115, 101),
    run('and the annex.', 70, 114),
    run('Another paragraph', 70, 150),
  ]
  expect(textBeside(page(run('Other column', 400, 101), ...paragraph), BOX)).toBe('I accept the terms and the annex.')
  expect(textBeside(page(run('Far', 5, 101, 3), run('Yes', 28, 101, 18), run('No', 200, 101)), BOX)).toBe('Yes')
  expect(textBeside(page(run('Too far', 200, 101), run('Not this line', 70, 160)), BOX)).toBe('')
  expect(textBeside(page(), BOX)).toBe('')
  expect(textBeside(page(run('x'.repeat(400), 70, 101)), BOX)).toHaveLength(201)
})

test.each(['en', 'fr'] as const)('the sample contract says beside its box what is agreed to (%s)', async (language) => {
  const pdf = new Uint8Array(await Bun.file(`static/sample/${SAMPLE_FILES[language].file}`).arrayBuffer())
  const box = SAMPLE_FIELDS.find(({ kind }) => kind === 'checkbox')!
  expect(textBeside(await pageText(pdf, box.page), box)).toBe(
    { en: 'I have read and accept the annexed terms of service', fr: 'J’ai lu et j’accepte les conditions de service annexées' }[language],
  )
})
