import { describe, expect, test } from 'bun:test'
import { type Bytes } from '../../src/base/bytes.ts'
import { inflate, deflate } from '../../src/pdf/flate.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { parseValue } from '../../src/pdf/syntax.ts'
import { preparedFile, wholeChain } from './prepared-file.ts'

const text = (file: Bytes): string => Array.from(file, (byte) => String.fromCharCode(byte)).join('')
const bytes = (source: string): Bytes => Uint8Array.from(source, (character) => character.charCodeAt(0))

describe('syntax is read as written or not at all', () => {
  for (const source of ['<</A 1 /A 2>>', '<<1 2>>', '[1 2', '(open', '<4g>', '/A#0', '1.2.3', 'nul', '1 0 R 2', '--1', '<<', '/A#00'])
    test(source, () => expect(() => parseValue(source)).toThrow('syntax'))
  test('too deep', () => expect(() => parseValue('['.repeat(70) + ']'.repeat(70))).toThrow('syntax.too-deep'))
  test('number tokens keep their digits', () => expect(parseValue('595.280')).toMatchObject({ token: '595.280', value: 595.28 }))
})

describe('structure', () => {
  const whole = text(preparedFile('table'))
  for (const [name, source] of Object.entries({
    'no header': `x${whole}`,
    'no end': whole.slice(0, -8),
    'wrong startxref': whole.replace(/startxref\n(\d+)/, (_, at) => `startxref\n${Number(at) + 1}`),
    encrypted: whole.replace('/Root 1 0 R>>', '/Root 1 0 R /Encrypt 4 0 R>>'),
    hybrid: whole.replace('/Root 1 0 R>>', '/Root 1 0 R /XRefStm 4>>'),
    'a loop': whole.replace(/trailer\n<<[\s\S]*startxref\n(\d+)/, (all, at) => all.replace('/Root', `/Prev ${at} /Root`)),
    'far too many objects': whole.replace('/Size', '/Size 9').replace(/\/Size 9 \d+/, '/Size 900000'),
  }))
    test(name, () => expect(readPdf(bytes(source))).rejects.toThrow())
  test('an object that is not where the table says', async () => {
    const file = await readPdf(bytes(whole.replace('\n3 0 obj', '\n9 0 obj')))
    expect(() => file.object(3)).toThrow('read.wrong-object')
  })
  test('a bomb stops at its limit', async () => {
    const bomb = await deflate(new Uint8Array(4_000_000))
    expect(inflate(bomb, 100_000)).rejects.toThrow('read.too-large')
  })
})

describe('a byte range is four plain integers around its own contents', async () => {
  const source = text((await wholeChain(preparedFile('table'))).file)
  const at = source.lastIndexOf('/ByteRange')
  const range = source.slice(at).match(/\/ByteRange \[0 \d+ \d+ \d+\] */)![0]
  const [, first, second, length] = range.match(/\d+/g)!.map(Number) as [number, number, number, number]
  for (const [name, value] of Object.entries({
    'not from 0': `[1 ${first} ${second} ${length}]`,
    'a wider gap': `[0 ${first - 1} ${second} ${length}]`,
    'a narrower gap': `[0 ${first + 1} ${second} ${length}]`,
    negative: `[0 ${first} ${second} -1]`,
    'past the end': `[0 ${first} ${second} ${length + 9}]`,
    'two numbers': `[0 ${first}]`,
    strings: '[(0) (1) (2) (3)]',
    'a sign': `[0 +${first} ${second} ${length}]`,
    short: `[0 ${first} ${second} ${length - 9}]`,
    null: 'null',
  }))
    test(name, async () => {
      const changed = source.slice(0, at) + `/ByteRange ${value}`.padEnd(range.length) + source.slice(at + range.length)
      expect(listSignatures(await readPdf(bytes(changed))).at(-1)!.faults).not.toEqual([])
    })
  for (const [name, contents] of Object.entries({
    zeros: '0'.repeat(10),
    'junk behind': '300302010599',
    'indefinite length': '3080020105',
  }))
    test(`contents: ${name}`, async () => {
      const changed = source.replace(/(.*)<3003020105/s, (_, before) => `${before}<${contents.padEnd(10, '0')}`)
      const same = changed.slice(0, changed.length - (changed.length - source.length))
      const kept = name === 'junk behind' ? source.replace(/(.*)<300302010500/s, (_, before) => `${before}<${contents}`) : same
      expect(listSignatures(await readPdf(bytes(kept))).at(-1)!.faults).not.toEqual([])
    })
})
