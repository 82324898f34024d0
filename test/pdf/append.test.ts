import { expect, test } from 'bun:test'
import { instant } from '../../src/base/instant.ts'
import { certify, fillHole, sign } from '../../src/pdf/append.ts'
import { headOf } from '../../src/pdf/head.ts'
import { judgeRevisions } from '../../src/pdf/changes.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { textOf } from '../../src/pdf/value.ts'
import { Chain, drawing, preparedFile, wholeChain } from './prepared-file.ts'

for (const kind of ['table', 'stream'] as const)
  for (const trailing of ['\n', ''])
    test(`the head that the writer keeps is the head of what it wrote (${kind}, ${JSON.stringify(trailing)})`, async () => {
      const chain = await Chain.over(preparedFile(kind, trailing))
      for (const step of [
        () => chain.certify(),
        () => chain.sign('S1'),
        () => chain.sign('S2'),
        () => chain.seal(),
        () => chain.store(),
        () => chain.stamp(),
        () => chain.store(),
        () => chain.stamp(),
      ]) {
        await step()
        expect(headOf(await readPdf(chain.file))).toEqual(JSON.parse(JSON.stringify(chain.head)))
      }
      const judged = judgeRevisions(await readPdf(chain.file))
      expect(judged.faults).toEqual([])
      expect(judged.revisions.map((revision) => revision.kind)).toEqual([
        'prepared',
        'certified',
        'signed',
        'signed',
        'sealed',
        'security-store',
        'time-stamped',
        'security-store',
        'time-stamped',
      ])
    })

test('each signature covers its whole revision but its own contents', async () => {
  const chain = await wholeChain(preparedFile('stream'))
  const signatures = listSignatures(await readPdf(chain.file))
  expect(signatures.map(({ field, kind, revision, faults }) => [field, kind, revision, faults.length])).toEqual([
    ['certification', 'certification', 1, 0],
    ['S1_sig', 'approval', 2, 0],
    ['S2_sig', 'approval', 3, 0],
    ['seal', 'seal', 4, 0],
    ['DocTS1', 'time-stamp', 6, 0],
  ])
  for (const { byteRange, revision } of signatures) expect(byteRange![2] + byteRange![3]).toBe(chain.revisions[revision]!.length)
})

test('what a signer types can neither move the hole nor leave its string', async () => {
  const chain = await Chain.over(preparedFile('table'))
  await chain.certify()
  const typed = '<contents> /ByteRange [range] ) >> \\ \u2028 <<'
  await chain.sign('S1', typed)
  const file = await readPdf(chain.file)
  expect(judgeRevisions(file).faults).toEqual([])
  expect(listSignatures(file)[1]!.claimed.name).toBe(typed)
  expect(
    textOf(
      file
        .dictionary({ kind: 'reference', number: chain.head.fields['S1_name']!.number, generation: 0, start: 0, end: 0 })!
        .entries.get('V'),
    ),
  ).toBe(typed)
})

test('numbers of a rewritten dictionary stay as they were written', async () => {
  const chain = await Chain.over(preparedFile('table'))
  await chain.certify()
  await chain.sign('S1')
  expect(chain.head.fields['S1_name']!.source).toContain('/Rect [60.0 700 240 718]')
})

test('a field is filled once, by its own signer, and a signature must fit its place', async () => {
  const chain = await Chain.over(preparedFile('table'))
  await chain.certify()
  const facts = { at: '2026-03-01T12:00:00.000Z' as never, name: 'Zoë', contentsBytes: 64, field: 'S1_sig', appearance: null }
  expect(sign(chain.head, { ...facts, filled: [{ field: 'S2_name', value: 'x' }] })).rejects.toThrow('append.field')
  expect(
    sign(chain.head, {
      ...facts,
      filled: [
        { field: 'S1_name', value: 'x' },
        { field: 'S1_name', value: 'y' },
      ],
    }),
  ).rejects.toThrow('append.filled')
  const tail = await sign(chain.head, { ...facts, filled: [{ field: 'S1_name', value: 'x', appearance: drawing(180, 18) }] })
  expect(() => fillHole(tail, new Uint8Array(65))).toThrow('append.contents-too-long')
  await chain.sign('S1')
  expect(sign(chain.head, { ...facts, filled: [] })).rejects.toThrow('append.filled')
})

test('a trailer identifier of raw bytes is repeated byte for byte', async () => {
  const source = Buffer.from(preparedFile('table')).toString('latin1')
  const raw = Buffer.from(
    source.replace(/trailer\s*<</, (start) => `${start} /ID [(\xe9\x80\xff) (\xe9\x80\xff)]`),
    'latin1',
  )
  const head = headOf(await readPdf(new Uint8Array(raw)))
  const { before, after } = await certify(head, { at: instant('2026-01-15T12:00:00Z'), name: 'Acme', contentsBytes: 64 })
  expect(Buffer.concat([before, after]).toString('latin1')).toContain('/ID [(\xe9\x80\xff) (\xe9\x80\xff)]')
})
