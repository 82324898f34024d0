import { expect, test } from 'bun:test'
import { degrees, PDFDocument } from 'pdf-lib'
import { rowForm, sealForm } from '../../src/pdf/appearance.ts'
import { judgeRevisions } from '../../src/pdf/changes.ts'
import { prepare } from '../../src/pdf/prepare.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { line } from '../../src/pdf/text.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'
import { textOf } from '../support/pdf-text.ts'
import { fieldsOf, preparation } from '../seal/installation.ts'

const NAMES = ['Zoë Łuczak', '山田 太郎', 'محمد علي', 'Ιωάννης Δημητρίου', 'ทดสอบ']

test('strip and certificate of completion can be read, found and copied by another program, in every script, on turned pages too', async () => {
  const source = await PDFDocument.create()
  for (const rotation of [0, 90, 180, 270]) source.addPage([500, 700]).setRotation(degrees(rotation))
  const signers = NAMES.map((title, at) => ({ name: `S${at + 1}`, title }))
  const input = preparation(Uint8Array.from(await source.save()), signers, fieldsOf('S1', 60))
  const prefilled = { ...fieldsOf('S1', 300)[0]!, name: '', signer: null, kind: 'text' as const, prefilled: 'N° 2026-0042.7' }
  const { pdf } = await prepare({ ...input, fields: [...input.fields, prefilled], fonts: fontSet() })
  expect((await judgeRevisions(await readPdf(pdf))).faults).toEqual([])
  const text = (await textOf(pdf)).replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '')
  for (const name of NAMES) expect(text).toContain(name)
  expect(text.split(input.documentId).length - 1).toBeGreaterThanOrEqual(5)
  expect(text).toContain('N° 2026-0042.7')
  expect(text).toContain('Page 3 of 6')
})

test('the dots of an address stand between its digits', () => {
  const made = line(fontSet(), 'text', 10, '127.0.0.1')
  // Nine signs of Inter at ten points, none pushed over another.
  expect(made.width).toBeGreaterThan(44)
  expect(made.words(3, 4)).toEqual([{ text: '127.0.0.1', x: 3, y: 4, width: made.width, size: 10 }])
})

test('evidence is never cut: long labels and a long seal are broken and set smaller', () => {
  const label = 'Accepted the terms · Conditions acceptées · Bedingungen angenommen'
  const row = rowForm(fontSet(), { facts: Array.from({ length: 6 }, () => ({ label, value: 'version 1 (en)' })), mark: null }, 460, 60)
  expect(row.words!.filter(({ text }) => text.trim() === 'angenommen')).toHaveLength(6)
  const title = `Sealed by ${'Great Eastern Navigation '.repeat(4)}· Scellé par elle`
  const seal = sealForm(
    fontSet(),
    { initials: 'GE', title, lines: ['Completed', `Copy to ${NAMES.join(', ')}, ${'Jean-Baptiste Grenouille, '.repeat(5)}Last One`] },
    300,
    62,
  )
  const said = seal.words!.map(({ text }) => text.trim()).join(' ')
  expect(said).toContain('Scellé par elle')
  expect(said).toContain('Last One')
  expect(Math.min(...seal.words!.map(({ y }) => y))).toBeGreaterThanOrEqual(0)
})
