import { expect, test } from 'bun:test'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { prepare } from '../../src/pdf/prepare.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { withEntries } from '../../src/pdf/source.ts'
import { latin, latinBytes } from '../../src/pdf/syntax.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'
import { preparation } from '../seal/installation.ts'
import { type Case, FORMAT, judge, type Stage, stage, tryCases } from './cases.ts'
import { packedFile } from './packed-file.ts'
import { added, form, OBJECTS, otherFile, signedBy, sourceOf, stream, written } from './other-file.ts'

/* Shadow attacks (Mainka, Mladenov, Rohlmann 2021): what shows something else later is put into the file before anybody signs it. */

const CHANGED = { expected: FORMAT, answer: 'changed' } as const
const COVER = 11
/** The words that were signed, and over them a drawing that hides other words; as everything is shown, so it is signed. */
const covered = otherFile({
  objects: {
    3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>> /XObject <</Im0 11 0 R>>>> /Annots [7 0 R 8 0 R 9 0 R]>>',
    4: stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros to Mallory) Tj ET /Im0 Do'),
    11: form('1 1 1 rg 50 690 400 40 re f 0 g BT /F1 20 Tf 60 700 Td (Pay 100 euros to Marie) Tj ET', 595, 842),
  },
})
/** A second page tree that nothing names, and a second object 4 that no cross-reference names. */
const twofold = otherFile({
  objects: {
    10: `${stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros to Mallory) Tj ET')}\nendobj\n4 0 obj\n${stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros) Tj ET')}`,
    11: '<</Type /Pages /Kids [12 0 R] /Count 1>>',
    12: '<</Type /Page /Parent 11 0 R /MediaBox [0 0 595 842] /Contents 10 0 R /Resources <</Font <</F1 5 0 R>>>>>>',
  },
})
/** A page that also draws what is not there yet. */
const dangling = otherFile({
  objects: {
    3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 17 0 R] /Resources <</Font <</F1 5 0 R>> /XObject <</Im0 17 0 R>>>> /Annots [7 0 R 8 0 R 9 0 R]>>',
  },
})
const filled = otherFile({
  objects: {
    7: '<</Type /Annot /Subtype /Widget /P 3 0 R /F 4 /FT /Tx /T (amount) /Rect [60 600 200 620] /V (100) /AP <</N 11 0 R>>>>',
    11: form('BT /F1 12 Tf 2 5 Td (100) Tj ET', 140, 20),
  },
})

const signed = (file: Bytes, { hand }: Stage, permission?: 2): Promise<Bytes> =>
  signedBy(file, { cms: hand, ...(permission ? { permission } : {}) })

/** A revision of nothing but a table: `lines` are its subsections. */
async function tableOnly(file: Bytes, lines: (file: Bytes) => string, trailer = ''): Promise<Bytes> {
  const { last } = await readPdf(file)
  const start = file.length
  return concat([
    file,
    utf8(`xref\n${lines(file)}trailer\n<</Size ${last.size} /Root 1 0 R /Prev ${last.startxref}${trailer}>>\nstartxref\n${start}\n%%EOF\n`),
  ])
}
const entry = (offset: number, kind = 'n'): string => `${String(offset).padStart(10, '0')} 00000 ${kind} \n`
const evil = stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros to Mallory) Tj ET')
const put = (number: number, source: string) => (file: Bytes) => added(file, (appending) => appending.put(number, source))

const activations: readonly (readonly [
  number: string,
  name: string,
  file: Bytes,
  activate: (file: Bytes) => Promise<Bytes>,
  permission?: 2,
])[] = [
  ['39', 'the cover is freed', covered, (file) => tableOnly(file, () => `${COVER} 1\n${entry(0, 'f')}`)],
  ['39', 'the cover is drawn empty', covered, put(COVER, form(' ', 595, 842))],
  ['39', 'the cover becomes no drawing', covered, put(COVER, 'null')],
  ['39', 'a field is hidden', filled, async (file) => put(OBJECTS.text, withEntries(await sourceOf(file, OBJECTS.text), { F: '2' }))(file)],
  ['39', 'the cover gives its number to the cross-reference', packedFile(), async (file) => withOwnNumber(file, OBJECTS.contents)],
  ['40', 'another font', filled, put(OBJECTS.font, '<</Type /Font /Subtype /Type3 /CharProcs <<>>>>')],
  ['40', 'a value shows something else', filled, put(11, form('BT /F1 12 Tf 2 5 Td (999) Tj ET', 140, 20))],
  [
    '40',
    'a value is something else',
    filled,
    async (file) => put(OBJECTS.text, withEntries(await sourceOf(file, OBJECTS.text), { V: '(999)' }))(file),
  ],
  [
    '40',
    'the drawing of a field is also a part of the page',
    otherFile({ objects: shared() }),
    put(11, form('BT (999) Tj ET', 140, 20)),
    2,
  ],
  ['41', 'the other page tree', twofold, async (file) => put(1, withEntries(await sourceOf(file, 1), { Pages: '11 0 R' }))(file)],
  [
    '41',
    'the other object of one number',
    twofold,
    (file) => tableOnly(file, (whole) => `4 1\n${entry(latin(whole).lastIndexOf('\n4 0 obj', 4_000) + 1)}`),
  ],
  ['41', 'what was not there appears', dangling, (file) => fillingUp(file, 17)],
  ['41', 'the content as document information', otherFile(), (file) => contentAsInformation(file)],
  ['41', 'another object stream under the old number', packedFile(), (file) => otherObjectStream(file)],
]

/** A text field and the page draw with one form. */
function shared(): Record<number, string> {
  return {
    3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>> /XObject <</Fm 11 0 R>>>> /Annots [7 0 R 8 0 R 9 0 R]>>',
    4: stream('q 1 0 0 1 60 700 cm /Fm Do Q'),
    7: '<</Type /Annot /Subtype /Widget /P 3 0 R /F 4 /FT /Tx /T (amount) /Rect [60 600 200 620] /AP <</N 11 0 R>>>>',
    11: form('BT /F1 12 Tf 2 5 Td (100) Tj ET', 140, 20),
  }
}

/**
 * Signed in its first and only revision, with a second table inside a stream: linked in later, it stands before the first one as that of a
 * linearised file does.
 */
async function hiddenTable({ hand }: Stage): Promise<{ file: Bytes; table: number }> {
  const room = 6_000
  const make = (start: number, content: number, range: string): string =>
    latin(
      otherFile({
        objects: {
          8: '<</Type /Annot /Subtype /Widget /P 3 0 R /F 4 /FT /Sig /T (Signature1) /Rect [60 500 200 560] /V 13 0 R>>',
          10: `${stream('BT (nothing) Tj ET')}\nendobj\n4 0 obj\n${evil}`,
          11: '(nothing)',
          12: stream(`xref\n4 1\n${entry(content)}trailer\n<</Size 14 /Root 1 0 R /Prev ${start}>>\nstartxref\n0\n%%EOF\n`),
          13: `<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 ${range}] /Contents <${'0'.repeat(room)}>>>`,
        },
      }),
    )
  const blank = '1111111111 2222222222 3333333333'
  let text = make(1_111, 0, blank)
  const start = text.lastIndexOf('\nxref\n0 ') + 1
  text = make(start, text.lastIndexOf('\n4 0 obj') + 1, blank)
  const first = text.indexOf(`<${'0'.repeat(room)}>`)
  const second = first + room + 2
  const numbers = [first, second, text.length - second].map((number) => String(number).padStart(10, '0')).join(' ')
  const file = latinBytes(text.replace(blank, numbers))
  const cms = await hand(concat([file.subarray(0, first), file.subarray(second)]))
  return { file: written(file, first + 1, cms.toHex()), table: text.indexOf('\nxref\n4 1') + 1 }
}

const fillingUp = (file: Bytes, until: number): Promise<Bytes> =>
  added(file, (appending) => {
    for (let number = appending.add(evil); number < until; number = appending.add(evil));
  })

/** The trailer names the page's content as document information, which may change, and then it does. */
async function contentAsInformation(file: Bytes): Promise<Bytes> {
  const { last } = await readPdf(file)
  const object = `4 0 obj\n${evil}\nendobj\n`
  const table = `xref\n4 1\n${entry(file.length)}trailer\n<</Size ${last.size} /Root 1 0 R /Info 4 0 R /Prev ${last.startxref}>>\n`
  return concat([file, utf8(`${object}${table}startxref\n${file.length + object.length}\n%%EOF\n`)])
}

/** A cross-reference stream that takes the number of what is to vanish. */
async function withOwnNumber(file: Bytes, number: number): Promise<Bytes> {
  const { last } = await readPdf(file)
  const rows = Uint8Array.of(1, (file.length >> 16) & 255, (file.length >> 8) & 255, file.length & 255, 0)
  const dictionary = `<</Type /XRef /Size ${last.size} /Root 1 0 R /Prev ${last.startxref} /W [1 3 1] /Index [${number} 1] /Length ${rows.length}>>`
  return concat([
    file,
    utf8(`${number} 0 obj\n${dictionary}\nstream\n`),
    rows,
    utf8(`\nendstream\nendobj\nstartxref\n${file.length}\n%%EOF\n`),
  ])
}

/** Who follows the old cross-reference finds another page in it. */
async function otherObjectStream(file: Bytes): Promise<Bytes> {
  const page = '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 10 0 R /Annots [7 0 R 8 0 R 9 0 R]>>'
  const content = `3 0 ${page}`
  return added(file, (appending) =>
    appending.put(11, `<</Type /ObjStm /N 1 /First 4 /Length ${content.length}>>\nstream\n${content}\nendstream`),
  )
}

tryCases(
  activations.map(([number, name, file, activate, permission]): Case => ({
    number,
    name,
    make: async (stage_) => activate(await signed(file, stage_, permission)),
    ...CHANGED,
  })),
)

test('41: a hidden table, as if the file were linearised', async () => {
  const hand = await stage()
  const { file, table } = await hiddenTable(hand)
  expect((await judge(file, hand)).signatures[0]).toMatchObject({ intact: true, subIndication: 'TRY_LATER' })
  const end = `xref\n0 0\ntrailer\n<</Size 14 /Root 1 0 R /Prev ${table}>>\nstartxref\n${file.length}\n%%EOF\n`
  const report = await judge(concat([file, utf8(end)]), hand)
  expect([report.answer, report.indication, report.subIndication]).toEqual(['changed', ...FORMAT])
})

test('what is only prepared changes nothing yet: the bytes are those that were signed', async () => {
  const hand = await stage()
  for (const file of [covered, twofold, dangling, filled, packedFile()]) {
    const report = await judge(await signed(file, hand), hand)
    expect([report.indication, report.subIndication, report.faults]).toEqual(['indeterminate', 'TRY_LATER', []])
    expect(report.signatures[0]).toMatchObject({ intact: true })
  }
})

test('an upload keeps nothing of what was prepared: neither what no page names nor a place for what may come', async () => {
  for (const source of [twofold, dangling]) {
    const { pdf } = await prepare({ ...preparation(source, [{ name: 'S1', title: 'Claire Martin' }], []), fonts: fontSet() })
    expect(latin(pdf)).not.toContain('Mallory')
    expect(latin(pdf)).not.toMatch(/\/Im0 \d/)
    const file = await readPdf(pdf)
    const references = new Set([...latin(pdf).matchAll(/\b(\d+) 0 R\b/g)].map(([, number]) => Number(number)))
    expect([...references].filter((number) => !file.object(number))).toEqual([])
  }
})
