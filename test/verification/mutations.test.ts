import { beforeAll, expect, test } from 'bun:test'
import { type Bytes, concat } from '../../src/base/bytes.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { isSpace, latin, parseValue } from '../../src/pdf/syntax.ts'
import { equalValues } from '../../src/pdf/value.ts'
import { newDigester } from '../../src/store/digester.ts'
import { verifyPdf } from '../../src/verification/verdict/verify-pdf.ts'
import { declareAuthority } from '../pki/declared-authority.ts'
import { seeded } from '../support/seeded.ts'
import { craftCms, plainHolder } from './crafted-cms.ts'
import { stampBy, stamped, withEvidence } from './other-evidence.ts'
import { added, otherFile, signedBy } from './other-file.ts'
import { NOW, sealedFile, SIGNED_AT } from './sealed-file.ts'
import { later, MINUTE } from '../../src/base/instant.ts'

/** `npm run mutations` makes 5,000, and PARAPHE_MUTATION_SEED others. */
const COUNT = Number(process.env['PARAPHE_MUTATIONS'] ?? 500)
const SEED = Number(process.env['PARAPHE_MUTATION_SEED'] ?? 1)

interface Target {
  readonly name: string
  readonly file: Bytes
  readonly root: Bytes
  readonly ours: boolean
  /** Ends of its revisions, where cutting makes an earlier state and no damage. */
  readonly ends: readonly number[]
  /** What its last signature covers. */
  readonly signed: readonly [number, number, number, number]
}
const targets: Target[] = []

beforeAll(async () => {
  const add = async (name: string, file: Bytes, root: Bytes, ours: boolean): Promise<void> => {
    const read = await readPdf(file)
    const signed = listSignatures(read).at(-1)!.byteRange!
    targets.push({ name, file, root, ours, ends: read.revisions.map(({ end }) => end), signed })
  }
  for (const [kind, renewals] of [
    ['table', 0],
    ['stream', 0],
    ['stream', 1],
  ] as const) {
    const { file, authority } = await sealedFile(kind, { renewals })
    await add(`${kind}, ${renewals} renewals`, file, authority.root.certificate, true)
  }
  const authority = await declareAuthority()
  const cms = (covered: Bytes) =>
    craftCms({ covered, holder: plainHolder(authority.signer), chain: [authority.issuing.certificate], timeStamp: stampBy(authority) })
  const kept = await withEvidence(await signedBy(otherFile(), { cms }), authority, authority.signer.certificate)
  await add('by others', await stamped(kept, authority, later(SIGNED_AT, 2 * MINUTE)), authority.root.certificate, false)
})

type Pick = (below: number) => number
/** What may happen to a file. Null where nothing came of it. */
const KINDS: Readonly<Record<string, (target: Target, pick: Pick) => Bytes | null | Promise<Bytes | null>>> = {
  'an object written again, in a revision as it should be': rewritten,
  'a bit': ({ file, ours, signed }, pick) => {
    const [, first, second, length] = signed
    // In a file of ours not even what no signature covers may differ.
    const at = ours ? pick(file.length) : [pick(first), second + pick(length)][pick(2)]!
    const changed = file.slice()
    changed[at]! ^= 1 << pick(8)
    return changed
  },
  'a byte': ({ file, ours, signed }, pick) => {
    const [, first, second, length] = signed
    const at = ours ? pick(file.length) : [pick(first), second + pick(length)][pick(2)]!
    const changed = file.slice()
    changed[at] = pick(256)
    return changed[at] === file[at] ? null : changed
  },
  'bytes behind the end': ({ file }, pick) => {
    const tail = Uint8Array.from({ length: 1 + pick(40) }, () => pick(256))
    return tail.every((byte) => isSpace(byte)) ? null : concat([file, tail])
  },
  'a piece of itself behind the end': ({ file }, pick) => {
    const from = pick(file.length)
    const tail = file.slice(from, from + 1 + pick(3_000))
    return tail.every((byte) => isSpace(byte)) ? null : concat([file, tail])
  },
  'its own last revision again': ({ file, ends }) => concat([file, file.slice(ends.at(-2))]),
  'a byte more': ({ file }, pick) => {
    const at = pick(file.length)
    return concat([file.slice(0, at), Uint8Array.of(pick(256)), file.slice(at)])
  },
  'a byte less': ({ file }, pick) => {
    const at = pick(file.length - 40)
    return concat([file.slice(0, at), file.slice(at + 1)])
  },
  'a run less': ({ file }, pick) => {
    const at = pick(file.length - 40)
    return concat([file.slice(0, at), file.slice(Math.min(file.length - 1, at + 2 + pick(5_000)))])
  },
  'a run overwritten': ({ file, ours, signed }, pick) => {
    const changed = file.slice()
    const at = pick(ours ? file.length : signed[1] - 200)
    changed.copyWithin(at, pick(file.length - 200), pick(200) + file.length - 200)
    return changed.every((byte, index) => byte === file[index]) ? null : changed
  },
  'a revision less': ({ file, ends }, pick) => {
    const at = 1 + pick(ends.length - 2)
    return concat([file.slice(0, ends[at - 1]), file.slice(ends[at])])
  },
  'cut short': ({ file, ends }, pick) => {
    const at = pick(file.length)
    const cut = file.slice(0, at)
    const whole = ends.some((end) => cut.length >= end && cut.subarray(end).every((byte) => isSpace(byte)))
    const missing = ends.some((end) => cut.length < end && file.subarray(cut.length, end).every((byte) => isSpace(byte)))
    return whole || missing ? null : cut
  },
}

/** One object of the file with a character that is another, well appended. */
async function rewritten({ file }: Target, pick: Pick): Promise<Bytes | null> {
  const read = await readPdf(file)
  const numbers = [...new Set(read.revisions.flatMap(({ entries }) => [...entries.keys()]))].filter((number) => {
    const object = read.object(number)
    return object && !object.stream
  })
  const number = numbers[pick(numbers.length)]!
  const { value, buffer } = read.object(number)!
  const source = latin(buffer.subarray(value.start, value.end))
  // The long digits of a signature are the least of it.
  const at = pick(Math.min(source.length, 600))
  const changed = `${source.slice(0, at)}${String.fromCharCode(33 + pick(94))}${source.slice(at + 1)}`
  try {
    if (equalValues(parseValue(changed), parseValue(source))) return null
  } catch {
    return null
  }
  return added(file, (appending) => appending.put(number, changed))
}

test(`${COUNT} mutations: none passes`, async () => {
  const pick = seeded(SEED)
  const kinds = Object.keys(KINDS)
  const tried: Record<string, number> = {}
  const passed: string[] = []
  for (let at = 0; at < COUNT;) {
    const target = targets[pick(targets.length)]!
    const kind = kinds[pick(kinds.length)]!
    const file = await KINDS[kind]!(target, pick)
    if (!file) continue
    at++
    tried[kind] = (tried[kind] ?? 0) + 1
    const tools = { newDigester, at: NOW, roots: target.ours ? [target.root] : [], otherRoots: target.ours ? [] : [target.root] }
    const report = await verifyPdf(file, tools)
    if (report.indication === 'passed' || report.answer === 'genuine')
      passed.push(`${target.name}, ${kind}, number ${at}: ${report.answer}`)
  }
  expect(passed).toEqual([])
  if (COUNT > 500) console.log(tried)
})

test('none of them was bad before', async () => {
  for (const { file, root, ours } of targets) {
    const report = await verifyPdf(file, { newDigester, at: NOW, roots: ours ? [root] : [], otherRoots: ours ? [] : [root] })
    expect([report.answer, report.indication]).toEqual([ours ? 'genuine' : 'foreign-trusted', 'passed'])
  }
})
