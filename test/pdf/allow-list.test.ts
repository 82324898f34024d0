import { describe, expect, test } from 'bun:test'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { fillHole } from '../../src/pdf/append.ts'
import { Appending } from '../../src/pdf/appended.ts'
import { judgeRevisions } from '../../src/pdf/changes.ts'
import type { Head, HeadField } from '../../src/pdf/head.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { textSource, withEntries, withItem } from '../../src/pdf/source.ts'
import { latin } from '../../src/pdf/syntax.ts'
import { Chain, preparedFile } from './prepared-file.ts'

/* What may not be changed in a file of ours, whoever signs it: also what other validators let through (marked "let through"). */

type Change = (appending: Appending, head: Head) => void | Promise<void>
const field = (head: Head, name: string): HeadField => head.fields[name]!
const set =
  (name: string, entries: Record<string, string>): Change =>
  (appending, head) =>
    appending.put(field(head, name).number, withEntries(field(head, name).source, entries))
const catalog =
  (entries: Record<string, string>): Change =>
  (appending, head) =>
    appending.put(head.catalog.number, withEntries(head.catalog.source, entries))
const FORM = '/Fields 6 0 R /SigFlags 3 /DA (/Helv 10 Tf 0 g) /DR <</Font <</Helv 5 0 R>>>>'
const drawn = (appending: Appending, content = '0 0 9 9 re f'): Promise<number> =>
  appending.addFlate('/Type /XObject /Subtype /Form /BBox [0 0 14 14] /Resources <<>>', utf8(content))
const appearance =
  (name: string): Change =>
  async (appending, head) =>
    set(name, { AP: `<</N ${await drawn(appending)} 0 R>>` })(appending, head)
/** A new field of the form and of the page, with these entries. */
const newField =
  (entries: (appending: Appending) => string): Change =>
  (appending, head) => {
    const number = appending.add(`<</Type /Annot /Subtype /Widget /P ${head.sealPage} 0 R ${entries(appending)}>>`)
    appending.put(head.fieldList.number, withItem(head.fieldList.source, `${number} 0 R`))
    appending.put(head.annotations.number, withItem(head.annotations.source, `${number} 0 R`))
  }
const put =
  (number: number, source: string): Change =>
  (appending) =>
    appending.put(number, source)
const page = (more: string): Change =>
  put(3, `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.280 841.89] /Resources <<>> /Annots 7 0 R${more}>>`)

/** Of a field that a signer before filled, and that none fills again. */
const OF_SOMEBODY_ELSE: Record<string, Change> = {
  'a text': set('S1_name', { V: '(other)' }),
  'what a text shows': appearance('S1_name'),
  'a box': set('S1_agree', { V: '/Off', AS: '/Off' }),
  'what an image shows': appearance('S1_mark'),
  'a row of the certificate': appearance('S1_row'),
  'the appearance of a signature': appearance('S1_sig'),
  'no signature any more': (appending, head) =>
    appending.put(field(head, 'S1_sig').number, field(head, 'S1_sig').source.replace(/ ?\/V \d+ 0 R/, '')),
  hidden: set('S1_name', { F: '2' }),
  'flags, let through': set('S1_name', { Ff: '0' }),
}
const OF_ANY_FIELD: Record<string, Change> = {
  rectangle: set('S2_row', { Rect: '[0 0 600 800]' }),
  tooltip: set('S2_row', { TU: '(x)' }),
  'appearance characteristics': set('S2_row', { MK: '<</BG [1 1 1]>>' }),
  action: set('S2_row', { A: '<</S /URI /URI (http://x)>>' }),
  'rich value': set('S2_row', { RV: '(x)' }),
  'default appearance, let through': set('S2_row', { DA: '(/Helv 99 Tf)' }),
  'annotation flags, let through': set('S2_row', { F: '4' }),
  'field flags, let through': set('S2_row', { Ff: '0' }),
  'alignment, let through': set('S2_row', { Q: '2' }),
  'a new appearance of a box, let through': appearance('S2_agree'),
  'a box that shows another state than it has, let through': set('S2_agree', { V: '/Yes', AS: '/Off' }),
  'a value of a push-button, let through': set('S2_row', { V: '(x)' }),
  'the lock of a field': set('S2_row', { Lock: '9 0 R' }),
}
const OF_THE_FILE: Record<string, Change> = {
  'the state of a box in place': put(8, '<</Type /XObject /Subtype /Form /BBox [0 0 14 14] /Length 3>>\nstream\nq Q\nendstream'),
  'a font in place': put(5, '<</Type /Font /Subtype /Type1 /BaseFont /Courier>>'),
  'a font more, let through': (appending) => {
    const font = appending.add('<</Type /Font /Subtype /Type1 /BaseFont /Courier>>')
    appending.put(4, `<<${FORM.replace('/Helv 5 0 R', `/Helv 5 0 R /Evil ${font} 0 R`)}>>`)
  },
  'appearances to be made by the reader, let through': put(4, `<<${FORM} /NeedAppearances true>>`),
  'a key of the form': put(4, `<<${FORM} /CO [12 0 R]>>`),
  'signature flags': put(4, `<<${FORM.replace('SigFlags 3', 'SigFlags 1')}>>`),
  'a lock': put(9, '<</Type /SigFieldLock /Action /Include /Fields [(S1_sig)]>>'),
  'the version, let through': catalog({ Version: '/2.0' }),
  'extensions, let through': catalog({ Extensions: '<</ESIC <</BaseVersion /1.7 /ExtensionLevel 2>>>>' }),
  'metadata, let through': (appending, head) =>
    catalog({ Metadata: `${appending.addStream('/Type /Metadata /Subtype /XML', utf8('<x/>'))} 0 R` })(appending, head),
  language: catalog({ Lang: '(de)' }),
  names: catalog({ Names: '<</JavaScript <</Names []>>>>' }),
  'an open action': catalog({ OpenAction: '<</S /JavaScript /JS (x)>>' }),
  'page contents': (appending, head) => page(` /Contents ${appending.addStream('', utf8('BT ET'))} 0 R`)(appending, head),
  'a page action': page(' /AA <</O <</S /JavaScript /JS (x)>>>>'),
  'an annotation': (appending, head) => {
    const note = appending.add('<</Type /Annot /Subtype /FreeText /Rect [0 0 100 100] /Contents (hidden)>>')
    appending.put(head.annotations.number, withItem(head.annotations.source, `${note} 0 R`))
  },
  'another order of annotations': (appending, head) =>
    appending.put(head.annotations.number, head.annotations.source.replace('12 0 R 13 0 R', '13 0 R 12 0 R')),
  'a text field': newField(() => '/FT /Tx /T (extra) /F 132 /Rect [0 0 9 9]'),
  'a visible signature field': newField(() => '/FT /Sig /T (extra) /F 132 /Rect [0 0 99 99]'),
  'an invisible empty signature field, let through': newField(() => '/FT /Sig /T (extra) /F 132 /Rect [0 0 0 0]'),
  'an empty field named like a time stamp, let through': newField(() => '/FT /Sig /T (DocTS1) /F 132 /Rect [0 0 0 0]'),
  'an orphan, let through': (appending) => void appending.add('(nobody points here)'),
}

const stages: readonly (readonly [string, number])[] = [
  ['certified', 0],
  ['signed by the first', 1],
  ['sealed', 3],
  ['time-stamped', 4],
  ['time-stamped again', 5],
]

async function chainTo(kind: 'table' | 'stream', steps: number): Promise<Chain> {
  const chain = await Chain.over(preparedFile(kind))
  await chain.certify()
  if (steps > 0) await chain.sign('S1')
  if (steps > 1) await chain.sign('S2')
  if (steps > 2) await chain.seal()
  for (let round = 3; round < steps; round++) {
    await chain.store()
    await chain.stamp()
  }
  return chain
}

const faultsOf = async (file: Bytes): Promise<readonly string[]> => judgeRevisions(await readPdf(file)).faults
async function unsigned(chain: Chain, change: Change): Promise<Bytes> {
  const appending = new Appending(chain.head)
  await change(appending, chain.head)
  return concat([chain.file, appending.close().bytes])
}

/** The second signer's own revision, well formed and locked as it has to be, and this beside it. */
async function signedTogether(chain: Chain, change: Change | null, own = 'S2_sig', locks?: string): Promise<Bytes> {
  const { head } = chain
  const appending = new Appending(head)
  const lock = head.fields[own]!.lock!
  const names = locks ?? lock.names.map(textSource).join(' ')
  const parameters = `<</Type /TransformParams /Action /${lock.action} /Fields [${names}] /V /1.2>>`
  const reference = ` /Reference [<</Type /SigRef /TransformMethod /FieldMDP /Data ${head.trailer.root} /TransformParams ${parameters}>>]`
  const signature = appending.addSignature('/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached', reference)
  appending.put(head.fields[own]!.number, withEntries(head.fields[own]!.source, { V: `${signature} 0 R` }))
  await change?.(appending, head)
  const tail = appending.closeWithHole(64, (at) => ({ ...head, ...at }))
  return concat([chain.file, fillHole(tail, Uint8Array.of(0x30, 3, 2, 1, 5))])
}

for (const [stage, steps] of stages)
  describe(`added to a file that is ${stage}`, () => {
    for (const [name, change] of Object.entries({ ...(steps ? OF_SOMEBODY_ELSE : {}), ...OF_ANY_FIELD, ...OF_THE_FILE }))
      test(name, async () => {
        for (const kind of ['table', 'stream'] as const) {
          const chain = await chainTo(kind, steps)
          expect(await faultsOf(chain.file)).toEqual([])
          expect(await faultsOf(await unsigned(chain, change))).not.toEqual([])
        }
      })
    test('a value of a field that is still open, in a revision that nobody signs, let through', async () => {
      if (steps < 2) expect(await faultsOf(await unsigned(await chainTo('stream', steps), set('S2_name', { V: '(x)' })))).not.toEqual([])
    })
  })

describe("written beside a signer's own values, and signed by that signer", () => {
  test('nothing beside: as it should be', async () => {
    for (const kind of ['table', 'stream'] as const) expect(await faultsOf(await signedTogether(await chainTo(kind, 1), null))).toEqual([])
  })
  for (const [name, change] of Object.entries({ ...OF_SOMEBODY_ELSE, ...OF_ANY_FIELD, ...OF_THE_FILE }))
    test(name, async () => {
      for (const kind of ['table', 'stream'] as const)
        expect(await faultsOf(await signedTogether(await chainTo(kind, 1), change))).not.toEqual([])
    })
  test('a lock that is not the one of the field: fewer, more, others', async () => {
    for (const locks of ['(S2_sig)', '(S2_name) (S2_agree) (S2_mark) (S2_row) (S2_sig) (S1_name)', '(S1_name)', ''])
      expect(await faultsOf(await signedTogether(await chainTo('table', 1), null, 'S2_sig', locks))).not.toEqual([])
    expect(await faultsOf(await signedTogether(await chainTo('table', 2), null, 'seal', '(S1_name)'))).not.toEqual([])
  })
})

describe('further signatures', () => {
  const invisible = (name: string): Change => newField(() => `/FT /Sig /T (${name}) /F 132 /Rect [0 0 0 0] /V 999 0 R`)
  const extra = async (chain: Chain, name: string, rectangle: string, type = 'Sig'): Promise<Bytes> => {
    const { head } = chain
    const appending = new Appending(head)
    const sub = type === 'Sig' ? 'ETSI.CAdES.detached' : 'ETSI.RFC3161'
    const signature = appending.addSignature(`/Type /${type} /Filter /Adobe.PPKLite /SubFilter /${sub}`)
    await newField(() => `/FT /Sig /T (${name}) /F 132 /Rect [${rectangle}] /V ${signature} 0 R`)(appending, head)
    const tail = appending.closeWithHole(64, (at) => ({ ...head, ...at }))
    return concat([chain.file, fillHole(tail, Uint8Array.of(0x30, 3, 2, 1, 5))])
  }
  for (const [stage, steps] of stages)
    test(`in a file that is ${stage}: invisible, visible, named like a time stamp, out of turn, of nothing`, async () => {
      const chain = await chainTo('stream', steps)
      const next = `DocTS${chain.head.timeStamps + 1}`
      for (const name of ['extra', next, 'DocTS20']) expect(await faultsOf(await extra(chain, name, '0 0 0 0'))).not.toEqual([])
      expect(await faultsOf(await extra(chain, 'extra', '0 0 90 90'))).not.toEqual([])
      expect(await faultsOf(await extra(chain, 'DocTS9', '0 0 0 0', 'DocTimeStamp'))).not.toEqual([])
      expect(await faultsOf(await extra(chain, next, '0 0 90 90', 'DocTimeStamp'))).not.toEqual([])
      // A time stamp follows a security store and nothing else.
      expect(await faultsOf(await extra(chain, next, '0 0 0 0', 'DocTimeStamp'))).not.toEqual([])
      await expect(unsigned(chain, invisible('extra')).then(faultsOf)).resolves.not.toEqual([])
    })
})

test('another title, a freed object, another document identifier', async () => {
  const chain = await chainTo('table', 4)
  const tail = async (change: (text: string) => string, body = ''): Promise<readonly string[] | string> => {
    const { last } = await readPdf(chain.file)
    const start = chain.file.length + body.length
    const whole = `${body}xref\n${change(`trailer\n<</Root 1 0 R /Prev ${last.startxref} /Size ${last.size}>>\n`)}startxref\n${start}\n%%EOF\n`
    return faultsOf(concat([chain.file, utf8(whole)])).catch((error: Error) => error.message)
  }
  const offset = String(chain.file.length).padStart(10, '0')
  const information = `100 0 obj\n<</Title (other)>>\nendobj\n`
  for (const told of [
    await tail(
      (trailer) => `100 1\n${offset} 00000 n \n${trailer.replace('/Prev', '/Info 100 0 R /Prev').replace(/Size \d+/, 'Size 101')}`,
      information,
    ),
    await tail((trailer) => `12 1\n0000000000 00001 f \n${trailer}`),
    await tail((trailer) => `0 0\n${trailer.replace('/Prev', '/ID [<00> <01>] /Prev')}`),
  ])
    expect(told).not.toEqual([])
  expect(latin(chain.file)).toContain('%%EOF')
})

test('a new number that is listed as free', async () => {
  const chain = await chainTo('stream', 4)
  const { last } = await readPdf(chain.file)
  const at = chain.file.length
  const rows = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, at >> 24, (at >> 16) & 255, (at >> 8) & 255, at & 255, 0, 0)
  const dictionary = `/Root 1 0 R /Prev ${last.startxref} /Size ${last.size + 2} /Type /XRef /W [1 4 2] /Index [${last.size} 2] /Length ${rows.length}`
  const head = utf8(`${last.size + 1} 0 obj\n<<${dictionary}>>\nstream\n`)
  const file = concat([chain.file, head, rows, utf8(`\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`)])
  expect(await faultsOf(file)).not.toEqual([])
})
