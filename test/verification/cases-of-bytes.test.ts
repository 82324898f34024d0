import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { Appending } from '../../src/pdf/appended.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { withEntries, withItem } from '../../src/pdf/source.ts'
import { latin } from '../../src/pdf/syntax.ts'
import { type Case, FORMAT, type Stage, tryCases } from './cases.ts'
import { added, form, lastByteRange, OBJECTS, otherFile, signedBy, sourceOf, stream, written } from './other-file.ts'

const CHANGED = { expected: FORMAT, answer: 'changed' } as const
/** Signed by a trusted hand that allows this much afterwards. */
const certified = (permission: 1 | 2 | 3, { hand }: Stage): Promise<Bytes> => signedBy(otherFile(), { cms: hand, permission })
const approved = ({ hand }: Stage): Promise<Bytes> => signedBy(otherFile(), { cms: hand })
const evil = stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros to Mallory) Tj ET')
const replacing = (file: Bytes): Promise<Bytes> => added(file, (appending) => appending.put(OBJECTS.contents, evil))

/** The sealed file of ours with one more revision, well formed, that no key signed. */
function grown({ sealed }: Stage, change: (appending: Appending) => void): Bytes {
  const appending = new Appending(sealed.head)
  change(appending)
  return concat([sealed.file, appending.close().bytes])
}
const page = ({ sealed }: Stage, contents: number): string =>
  `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.280 841.89] /Resources <<>> /Annots 7 0 R /Contents ${contents} 0 R>>${sealed ? '' : ''}`

/** Objects behind the end without what a revision needs. */
async function pieces(file: Bytes, parts: 'objects' | 'trailer' | 'xref'): Promise<Bytes> {
  const { last } = await readPdf(file)
  const object = `4 0 obj\n${evil}\nendobj\n`
  const trailer = `trailer\n<</Size ${last.size} /Root 1 0 R /Prev ${last.startxref}>>\nstartxref\n${last.startxref}\n%%EOF\n`
  const table = `xref\n4 1\n${String(file.length).padStart(10, '0')} 00000 n \n`
  const end = `startxref\n${file.length + object.length}\n%%EOF\n`
  return concat([file, utf8(object + { objects: '', trailer, xref: table + end }[parts])])
}

/** The signature's own dictionary rewritten behind the end, around the same contents, and the rest of the file put where it fits. */
async function wrapped(stage_: Stage, tail: string): Promise<Bytes> {
  const file = await approved(stage_)
  const { numbers } = lastByteRange(file)
  const [, first, second, length] = numbers
  const { last } = await readPdf(file)
  const contents = latin(file.subarray(first, second))
  const size = last.size
  const head = file.slice(0, first)
  // What follows lies in the gap that the copied byte range leaves out; the old end is put behind it, where the old startxref finds a new table.
  let gap = `${contents}>>\nendobj\n`
  const at = (): number => head.length + gap.length
  const moved = { signature: 0, contents: 0 }
  moved.contents = at()
  gap += `4 0 obj\n${evil}\nendobj\n`
  moved.signature = at()
  const number = [...last.entries.keys()].find((candidate) => candidate > OBJECTS.hidden)!
  const range = `/ByteRange [0 ${first} 9999999999 ${length}]`
  gap += `${number} 0 obj\n<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached ${range} /Contents ${contents}>>\nendobj\n`
  gap += ' '.repeat(Math.max(0, last.startxref - at()))
  const startxref = at()
  const line = (offset: number): string => `${String(offset).padStart(10, '0')} 00000 n \n`
  gap += `xref\n4 1\n${line(moved.contents)}${number} 1\n${line(moved.signature)}trailer\n<</Size ${size} /Root 1 0 R /Prev ${last.previous}>>\nstartxref\n${startxref}\n%%EOF\n`
  const moving = `${head.length + gap.length}`
  gap = gap.replace('9999999999', moving.padStart(10, '0'))
  return concat([head, utf8(gap), file.slice(second, second + length), utf8(tail.replace('startxref', `startxref\n${startxref}\n%%EOF\n`))])
}

const incremental: readonly Case[] = [
  {
    number: '3',
    name: 'a byte of a signed range',
    make: async ({ sealed }) => {
      const at = latin(sealed.file).indexOf('(Marie)')
      return written(sealed.file, at + 1, 'W')
    },
    expected: ['failed', 'HASH_FAILURE'],
    answer: 'changed',
  },
  {
    number: '3, by others',
    name: 'a byte of a signed range',
    make: async (stage_) => {
      const file = await approved(stage_)
      return written(file, latin(file).indexOf('Pay 100') + 4, '9')
    },
    expected: ['failed', 'HASH_FAILURE'],
    answer: 'changed',
  },
  { number: '4', name: 'new content in one more revision', make: async (stage_) => replacing(await approved(stage_)), ...CHANGED },
  {
    number: '4, ours',
    name: 'new content in one more revision',
    make: async (stage_) => grown(stage_, (appending) => appending.put(3, page(stage_, appending.addStream('', utf8('BT ET'))))),
    ...CHANGED,
  },
  { number: '5', name: 'a trailer without its table', make: async (stage_) => pieces(await approved(stage_), 'trailer'), ...CHANGED },
  { number: '6', name: 'a table without its trailer', make: async (stage_) => pieces(await approved(stage_), 'xref'), ...CHANGED },
  { number: '7', name: 'objects only', make: async (stage_) => pieces(await approved(stage_), 'objects'), ...CHANGED },
  { number: '5, ours', name: 'a trailer without its table', make: ({ sealed }) => pieces(sealed.file, 'trailer'), ...CHANGED },
  { number: '6, ours', name: 'a table without its trailer', make: ({ sealed }) => pieces(sealed.file, 'xref'), ...CHANGED },
  { number: '7, ours', name: 'objects only', make: ({ sealed }) => pieces(sealed.file, 'objects'), ...CHANGED },
  {
    number: '8',
    name: 'another catalog',
    make: async (stage_) => {
      const file = await approved(stage_)
      return added(file, (appending) => {
        const contents = appending.add(evil)
        const pages = appending.reserve()
        const own = appending.add(`<</Type /Page /Parent ${pages} 0 R /MediaBox [0 0 595 842] /Contents ${contents} 0 R /Resources <<>>>>`)
        appending.put(pages, `<</Type /Pages /Kids [${own} 0 R] /Count 1>>`)
        appending.put(OBJECTS.catalog, `<</Type /Catalog /Pages ${pages} 0 R /AcroForm 6 0 R>>`)
      })
    },
    ...CHANGED,
  },
  {
    number: '8, ours',
    name: 'another page tree in the catalog',
    make: async (stage_) =>
      grown(stage_, (appending) => {
        const { catalog } = stage_.sealed.head
        const pages = appending.add('<</Type /Pages /Kids [] /Count 0>>')
        appending.put(catalog.number, withEntries(catalog.source, { Pages: `${pages} 0 R` }))
      }),
    ...CHANGED,
  },
  {
    number: '9',
    name: 'on a certification that allows nothing',
    make: async (stage_) => replacing(await certified(1, stage_)),
    ...CHANGED,
  },
  {
    number: '10',
    name: 'new content behind a comment that speaks of a signature',
    make: async (stage_) =>
      added(await approved(stage_), (appending) => appending.put(OBJECTS.contents, `${evil}\n% /Type /Sig /ByteRange [0 1 2 3]`)),
    ...CHANGED,
  },
  {
    number: '11',
    name: 'a note over the text, on a certification that allows notes',
    make: async (stage_) => {
      const file = await certified(3, stage_)
      const source = await sourceOf(file, OBJECTS.page)
      return added(file, (appending) => {
        const note = appending.add('<</Type /Annot /Subtype /FreeText /Rect [60 690 400 720] /Contents (Pay 999) /DA (/Helv 20 Tf)>>')
        appending.put(OBJECTS.page, source.replace('/Annots [', `/Annots [${note} 0 R `))
      })
    },
    ...CHANGED,
  },
  {
    number: '11, ours',
    name: 'a note over the text',
    make: async (stage_) =>
      grown(stage_, (appending) => {
        const note = appending.add('<</Type /Annot /Subtype /FreeText /Rect [60 690 400 720] /Contents (Pay 999)>>')
        const { annotations } = stage_.sealed.head
        appending.put(annotations.number, withItem(annotations.source, `${note} 0 R`))
      }),
    ...CHANGED,
  },
  {
    number: '12',
    name: 'an unsigned field drawn over the text, on a certification that allows filling in',
    make: async (stage_) => {
      const file = await certified(2, stage_)
      const source = await sourceOf(file, OBJECTS.second)
      return added(file, (appending) => {
        const shown = appending.add(form('BT /F1 20 Tf 0 20 Td (Pay 999) Tj ET', 400, 60))
        appending.put(OBJECTS.second, withEntries(source, { AP: `<</N ${shown} 0 R>>` }))
      })
    },
    ...CHANGED,
  },
  {
    number: '12, again',
    name: 'a new unsigned field drawn over the text',
    make: async (stage_) => {
      const file = await certified(2, stage_)
      const [page_, form_] = [await sourceOf(file, OBJECTS.page), await sourceOf(file, OBJECTS.form)]
      return added(file, (appending) => {
        const shown = appending.add(form('BT /F1 20 Tf 0 20 Td (Pay 999) Tj ET', 400, 60))
        const field = appending.add(
          `<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature3) /F 4 /Rect [60 690 460 750] /P 3 0 R /AP <</N ${shown} 0 R>>>>`,
        )
        appending.put(OBJECTS.page, page_.replace('/Annots [', `/Annots [${field} 0 R `))
        appending.put(OBJECTS.form, form_.replace('/Fields [', `/Fields [${field} 0 R `))
      })
    },
    ...CHANGED,
  },
  { number: '13', name: 'objects in the gap', make: (stage_) => wrapped(stage_, ''), ...CHANGED },
  { number: '14', name: 'objects in the gap, and an end of their own', make: (stage_) => wrapped(stage_, 'startxref'), ...CHANGED },
]

tryCases(incremental)
