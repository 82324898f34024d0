import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { judgeRevisions, type Judgement } from '../../src/pdf/changes.ts'
import { Appending } from '../../src/pdf/appended.ts'
import { PdfFault } from '../../src/pdf/fault.ts'
import type { Head } from '../../src/pdf/head.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { withEntries, withItem } from '../../src/pdf/source.ts'
import { Chain, preparedFile, wholeChain } from './prepared-file.ts'

const judged = async (file: Bytes): Promise<Judgement> => judgeRevisions(await readPdf(file))

/** Appends a revision that no key signed, well formed in every other way. */
async function tampered(chain: Chain, change: (appending: Appending, head: Head) => void | Promise<void>): Promise<Bytes> {
  const appending = new Appending(chain.head)
  await change(appending, chain.head)
  return concat([chain.file, appending.close().bytes])
}

const set = (field: string, entries: Record<string, string>) => (appending: Appending, head: Head) =>
  appending.put(head.fields[field]!.number, withEntries(head.fields[field]!.source, entries))

const ATTACKS: Record<string, (appending: Appending, head: Head) => void | Promise<void>> = {
  'a signed value': set('S1_name', { V: '(other)' }),
  'a signed box': set('S1_agree', { V: '/Off', AS: '/Off' }),
  'the flags of a field': set('S1_name', { Ff: '0' }),
  'the annotation flags': set('S1_name', { F: '2' }),
  'the rectangle of a field': set('S1_name', { Rect: '[0 0 1 1]' }),
  'the default appearance': set('S1_name', { DA: '(/Helv 99 Tf)' }),
  'a removed signature': (appending, head) =>
    appending.put(head.fields['S1_sig']!.number, head.fields['S1_sig']!.source.replace(/\/V \d+ 0 R/, '')),
  "the seal's appearance": async (appending, head) => {
    const number = await appending.addFlate('/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <<>>', utf8('0 0 9 9 re f'))
    appending.put(head.fields['seal']!.number, withEntries(head.fields['seal']!.source, { AP: `<</N ${number} 0 R>>` }))
  },
  'a new annotation': (appending, head) => {
    const number = appending.add('<</Type /Annot /Subtype /FreeText /Rect [0 0 100 100] /Contents (hidden)>>')
    appending.put(head.annotations.number, withItem(head.annotations.source, `${number} 0 R`))
  },
  'an empty invisible signature field': (appending, head) => {
    const number = appending.add(`<</Type /Annot /Subtype /Widget /FT /Sig /T (DocTS2) /F 132 /P ${head.sealPage} 0 R /Rect [0 0 0 0]>>`)
    appending.put(head.fieldList.number, withItem(head.fieldList.source, `${number} 0 R`))
    appending.put(head.annotations.number, withItem(head.annotations.source, `${number} 0 R`))
  },
  'page contents': (appending, head) => {
    const number = appending.addStream('', utf8('BT ET'))
    appending.put(
      head.sealPage,
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.280 841.89] /Resources <<>> /Annots 7 0 R /Contents ${number} 0 R>>`,
    )
  },
  'a rounded number on the page': (appending, head) =>
    appending.put(head.sealPage, '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.89] /Resources <<>> /Annots 7 0 R>>'),
  'an open action': (appending, head) =>
    appending.put(head.catalog.number, withEntries(head.catalog.source, { OpenAction: '<</S /JavaScript /JS (x)>>' })),
  'need appearances': (appending) =>
    appending.put(4, '<</Fields 6 0 R /SigFlags 3 /DA (/Helv 10 Tf 0 g) /DR <</Font <</Helv 5 0 R>>>> /NeedAppearances true>>'),
  'a replaced font': (appending) => appending.put(5, '<</Type /Font /Subtype /Type1 /BaseFont /Courier>>'),
  'a changed lock': (appending) => appending.put(9, '<</Type /SigFieldLock /Action /Include /Fields [(S1_sig)]>>'),
  'an orphan': (appending) => void appending.add('(nobody points here)'),
  'reordered fields': (appending, head) =>
    appending.put(head.fieldList.number, head.fieldList.source.replace('12 0 R 13 0 R', '13 0 R 12 0 R')),
}

describe('after the last revision nothing but the next of the chain is allowed', () => {
  for (const [name, change] of Object.entries(ATTACKS))
    test(name, async () => {
      for (const kind of ['table', 'stream'] as const) {
        const chain = await wholeChain(preparedFile(kind))
        const whole = await judged(chain.file)
        expect(whole.faults).toEqual([])
        expect((await judged(await tampered(chain, change))).faults).not.toEqual([])
      }
    })
})

test("another signer's field, or one already filled, is not a signer's to fill", async () => {
  const chain = await Chain.over(preparedFile('table'))
  await chain.certify()
  await chain.sign('S1')
  for (const field of ['S2_name', 'S1_row']) expect((await judged(await tampered(chain, set(field, { V: '(x)' })))).faults).not.toEqual([])
})

test('a proper prefix is an earlier state, not a change', async () => {
  const { revisions } = await wholeChain(preparedFile('stream'))
  const stages = await Promise.all(revisions.map(async (file) => judged(file)))
  expect(stages.map(({ stage, faults }) => [stage, faults.length])).toEqual([
    ['incomplete', 0],
    ['incomplete', 0],
    ['incomplete', 0],
    ['incomplete', 0],
    ['sealed', 0],
    ['security-store', 0],
    ['time-stamped', 0],
  ])
})

test('bytes between, before and behind the revisions', async () => {
  const { file, revisions } = await wholeChain(preparedFile('table'))
  expect(readPdf(concat([file, utf8('% more')]))).rejects.toThrow(PdfFault)
  expect(readPdf(concat([utf8('\n'), file]))).rejects.toThrow('read.no-header')
  expect(readPdf(concat([file, file]))).rejects.toThrow(PdfFault)
  const head = revisions[3]!
  expect(readPdf(concat([head, utf8('% gap\n'), file.slice(head.length)]))).rejects.toThrow(PdfFault)
})

const SAMPLE = `${process.env['PARAPHE_TEST_MATERIAL'] ?? '/nowhere'}/chain-sample`
test.if(existsSync(`${SAMPLE}/rev0.pdf`))('a chain made by another writer', async () => {
  const read = async (name: string): Promise<Bytes> => new Uint8Array(await Bun.file(`${SAMPLE}/${name}`).arrayBuffer())
  const judgement = await judged(await read('rev6.pdf'))
  expect([judgement.stage, judgement.faults]).toEqual(['time-stamped', []])
  expect((await judged((await wholeChain(await read('rev0.pdf'))).file)).faults).toEqual([])
})
