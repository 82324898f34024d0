import { expect, test } from 'bun:test'
import { csvLine } from '../../src/base/csv.ts'
import { readCsv, separatorOf } from '../../src/base/csv-reading.ts'
import { decoded, encodingOf } from '../../src/base/text-decoding.ts'

const cells = (text: string, separator = separatorOf(text)) => readCsv(text, separator, 100).map((one) => one.cells)

test('quotes, line ends of every kind, empty lines, and the line where each begins', () => {
  expect(readCsv('a,b\r\n"x ""1""\nsecond",y\n\n,\nlast,"z"', ',', 9)).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['x "1"\nsecond', 'y'] },
    { line: 6, cells: ['last', 'z'] },
  ])
  expect(cells('a;b\rc;d\r')).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  expect(cells('sep=|\na|b;c')).toEqual([['a', 'b;c']])
  expect(cells('a,b,')).toEqual([['a', 'b', '']])
  expect(() => readCsv('a,"b\nc', ',', 9)).toThrow('csv.quote-open')
  expect(() => readCsv('a\nb\nc', ',', 2)).toThrow('csv.too-many')
  expect(() => readCsv(';'.repeat(5_000_000), ';', 2)).toThrow('csv.too-wide')
  expect(separatorOf(';'.repeat(5_000_000))).toBeDefined()
})

test('the separator is told by equal widths', () => {
  expect(separatorOf('Nom;Prénom;Note\nDupont;Marie;a, b, c, d, e\nMartin;Paul;x')).toBe(';')
  expect(separatorOf('name,mail\n"Dupont; Marie; etc",m@x.example')).toBe(',')
  expect(separatorOf('a\tb\n1\t2')).toBe('\t')
  expect(separatorOf('one column\nonly')).toBe(',')
})

test('what we wrote is read as it was', () => {
  const row = ['=1+1', '+33612345678', "l'été", ' space ', 'a"b', 'x\ny', '@me']
  expect(cells(csvLine(row), ',')).toEqual([row])
})

test('the encoding is recognised with its mark and without', () => {
  const text = 'Prénom;Société\nZoë;Œuvre – 5 €'
  const utf16 = (isLittle: boolean, hasMark: boolean) => {
    const bytes = new Uint8Array((text.length + Number(hasMark)) * 2)
    const view = new DataView(bytes.buffer)
    for (const [at, letter] of [...(hasMark ? '\ufeff' : ''), ...text].entries()) view.setUint16(at * 2, letter.charCodeAt(0), isLittle)
    return bytes
  }
  const latin = Uint8Array.from([...text].map((letter) => ({ Œ: 0x8c, '–': 0x96, '€': 0x80 })[letter] ?? letter.charCodeAt(0)))
  for (const [bytes, encoding] of [
    [new TextEncoder().encode(text), 'utf-8'],
    [new TextEncoder().encode(`\ufeff${text}`), 'utf-8'],
    [utf16(true, true), 'utf-16le'],
    [utf16(false, true), 'utf-16be'],
    [utf16(true, false), 'utf-16le'],
    [utf16(false, false), 'utf-16be'],
    [latin, 'windows-1252'],
  ] as const) {
    expect(encodingOf(bytes)).toBe(encoding)
    expect(decoded(bytes, encoding)).toBe(text)
  }
})
