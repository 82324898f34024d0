import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { type Case, FORMAT, type Stage, tryCases } from './cases.ts'
import { added, lastByteRange, OBJECTS, otherFile, signedBy, stream, written } from './other-file.ts'
import { sealedFile } from './sealed-file.ts'

const CHANGED = { expected: FORMAT, answer: 'changed' } as const
const approved = ({ hand }: Stage): Promise<Bytes> => signedBy(otherFile(), { cms: hand })
const evil = stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros to Mallory) Tj ET')
const replacing = (file: Bytes): Promise<Bytes> => added(file, (appending) => appending.put(OBJECTS.contents, evil))

/** The last signature's /Contents or /ByteRange in another spelling of the same length. */
async function respelled(stage_: Stage, key: 'Contents' | 'ByteRange', value: string, ours: boolean): Promise<Bytes> {
  const file = ours ? (await sealedFile('table', { authority: stage_.authority, until: 'sealed' })).file : await approved(stage_)
  const { at, text, numbers } = lastByteRange(file)
  if (key === 'ByteRange') return written(file, at, (value ? `/ByteRange ${value}` : '').padEnd(text.length))
  const from = numbers[1] - '/Contents '.length
  return written(file, from, (value ? `/Contents ${value}` : '').padEnd(numbers[2] - from))
}

const spellings: readonly (readonly [string, 'Contents' | 'ByteRange', string, string])[] = [
  ['15', 'Contents', 'empty', '<>'],
  ['16', 'Contents', 'a zero', '<00>'],
  ['17', 'Contents', 'null', 'null'],
  ['18', 'Contents', 'absent', ''],
  ['19', 'Contents', 'zeros', `<${'0'.repeat(64)}>`],
  ['20', 'ByteRange', 'null', 'null'],
  ['21', 'ByteRange', 'absent', ''],
  ['22', 'ByteRange', 'zeros', '[0 0 0 0]'],
  ['23', 'ByteRange', 'negative', '[0 -1 -1 -1]'],
  ['24', 'ByteRange', 'three numbers', '[0 100 200]'],
  ['25', 'ByteRange', 'two numbers', '[0 100]'],
  ['26', 'ByteRange', 'huge', '[0 100 99999999999 9]'],
  ['27', 'ByteRange', 'strings', '[(0) (9) (9) (9)]'],
]

/** Everything behind byte `length` of the second run is signed by nobody. */
async function partial({ hand }: Stage): Promise<Bytes> {
  const file = await signedBy(otherFile(), { cms: async () => new Uint8Array(0) })
  const { at, text, numbers } = lastByteRange(file)
  const [, first, second, length] = numbers
  const short = length - 60
  const half = written(file, at, `/ByteRange [0 ${first} ${second} ${short}]`.padEnd(text.length))
  const cms = await hand(concat([half.subarray(0, first), half.subarray(second, second + short)]))
  return written(half, first + 1, cms.toHex())
}

const whole: readonly Case[] = [
  { number: '28', name: 'a trusted signature over a part', make: partial, ...CHANGED },
  {
    number: '28, again',
    name: 'and the rest changed',
    make: async (stage_) => replacing(await partial(stage_)),
    ...CHANGED,
  },
  { number: '35', name: 'two files in one', make: async ({ sealed }) => concat([sealed.file, sealed.file]), ...CHANGED },
  {
    number: '35, again',
    name: 'another file before ours',
    make: async ({ sealed }) => concat([otherFile(), sealed.file]),
    ...CHANGED,
  },
  { number: '36', name: 'junk before the header', make: async ({ sealed }) => concat([utf8('GIF89a'), sealed.file]), ...CHANGED },
  { number: '37', name: 'junk behind the end', make: async ({ sealed }) => concat([sealed.file, utf8('<script>')]), ...CHANGED },
  {
    number: '38',
    name: 'a good signature and a bogus second one',
    make: async (stage_) => signedBy(await approved(stage_), { cms: async () => utf8('not a signature'), field: OBJECTS.second }),
    expected: FORMAT,
  },
  {
    number: '38, ours',
    name: 'a time stamp of nothing behind the seal',
    make: async ({ authority }) => {
      const { file } = await sealedFile('table', { authority, renewals: 1 })
      const last = listSignatures(await readPdf(file)).at(-1)!
      return written(file, last.byteRange![1] + 1, '00'.repeat(900))
    },
    ...CHANGED,
  },
]

const contents: readonly Case[] = [
  {
    number: '30',
    name: 'a signature from another file',
    make: async (stage_) => {
      const other = await signedBy(otherFile({ text: 'Pay 100 euros to nobody' }), { cms: stage_.hand })
      const [, first, second] = lastByteRange(other).numbers
      const file = await approved(stage_)
      return written(file, lastByteRange(file).numbers[1], other.subarray(first, second))
    },
    expected: ['failed', 'HASH_FAILURE'],
    answer: 'changed',
  },
  {
    number: '30, ours',
    name: 'a signature from another file',
    make: async ({ authority, sealed }) => {
      const other = await sealedFile('table', { authority, until: 'sealed' })
      const [own, foreign] = await Promise.all(
        [sealed.file, other.file].map(async (file) => listSignatures(await readPdf(file))[1]!.byteRange!),
      )
      return written(sealed.file, own![1], other.file.subarray(foreign![1], foreign![2]))
    },
    expected: ['failed', 'HASH_FAILURE'],
    answer: 'changed',
  },
]

tryCases([
  ...spellings.flatMap(([number, key, name, value]) =>
    [false, true].map((ours): Case => ({
      number: ours ? `${number}, ours` : number,
      name: `${key}: ${name}`,
      make: (stage_) => respelled(stage_, key, value, ours),
      ...CHANGED,
    })),
  ),
  ...whole,
  ...contents,
])
