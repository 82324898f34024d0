import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'
import type { Bytes } from '../../src/base/bytes.ts'
import { addDocuments } from '../../src/envelope/documents.ts'
import { findDraft, startDraft } from '../../src/envelope/drafting.ts'
import { listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { addRecipient, removeRecipient } from '../../src/envelope/recipients.ts'
import { readObject } from '../../src/store/object.ts'
import { verifyUploaded } from '../../src/verification/uploaded.ts'
import { openTestHouse } from '../support/house.ts'
import { signedElsewhere } from '../support/signed-elsewhere.ts'
import { actOf, ann, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

test('in a file that arrived signed choices, lists in any script and results are drawn in the signature, hidden fields are not', async () => {
  await using house = await openTestHouse({ authority: true, realTime: true })
  const { db } = house.house
  const user = await ann(house)
  const act = actOf(house.house, user)
  const { id } = await startDraft(db, act, user)
  for (const recipient of await listRecipients(db, id)) await removeRecipient(db, act, user, id, recipient.id)
  const [document] = await addDocuments(house.house, act, user, id, { files: [{ name: 'arrived.pdf', bytes: signedElsewhere({}) }] })
  const marie = await addRecipient(db, act, user, id, MARIE)
  const put = (name: string, kind: PlacedField['kind'], y: number, over: Partial<PlacedField>): PlacedField => {
    const plain = {
      id: name,
      documentId: document!.id,
      recipientId: marie.id,
      kind,
      page: 0,
      required: false,
      readOnly: false,
      label: name,
      value: '',
    }
    return { ...plain, x: 40, y, width: 200, height: 18, fontSize: 10, ...over }
  }
  const amount = { type: 'amount', currency: 'EUR' } as const
  const scripts = ['Ζωή', 'Жук', '山田', 'مرحبا', 'שלום']
  const fields = [
    put('Signature', 'signature', 300, { height: 50 }),
    put('yes', 'radio', 360, { width: 12, height: 12, rules: { group: 'q' }, value: '1' }),
    put('no', 'radio', 376, { width: 12, height: 12, rules: { group: 'q' } }),
    ...scripts.map((value, at) => put(`list${at}`, 'drop-down', 400 + at * 20, { value, rules: { options: scripts } })),
    put('price', 'text', 520, { value: '1234.5', rules: { name: 'price', format: amount } }),
    put('total', 'calculation', 540, { rules: { formula: 'price * 2', format: amount } }),
    put('secret', 'text', 560, { value: 'never seen', rules: { show: { field: 'no', is: 'ticked' } } }),
    put('fixed', 'text', 580, { value: '99.9', readOnly: true, rules: { format: amount } }),
  ]
  const { version } = await findDraft(db, user, id)
  await placeFields(db, act, user, id, { version, fields })
  await send(house, user, await findDraft(db, user, id))
  await sign(house, (await recipientNamed(house, id, 'Marie')).id)
  await house.drain()
  const [signed] = await listDocuments(db, id)
  const pdf = await readObject(db, (await headRevision(db, signed!.id))!.objectDigest)
  if (process.env['PARAPHE_KEEP']) await Bun.write(`${process.env['PARAPHE_KEEP']}/received-rules.pdf`, pdf)
  // All of it is drawn inside the one signature, and said beside the drawing.
  const said = await saidIn(pdf)
  for (const drawn of [...scripts, '1\u00a0234,50\u00a0€', '2\u00a0469,00\u00a0€', '99,90\u00a0€'])
    expect([drawn, said.includes(utf16(drawn))]).toEqual([drawn, true])
  expect(said).not.toContain(utf16('never seen'))
  const { report } = await verifyUploaded(house.house, pdf, house.house.clock())
  expect([report.answer, report.faults]).toEqual(['foreign-intact', []])
}, 60_000)

const utf16 = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex')

/** What the drawings of the file say, as another program unpacks it, in hexadecimal. */
async function saidIn(pdf: Bytes): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-said-'))
  await Bun.write(join(folder, 'a.pdf'), pdf)
  await $`qpdf --qdf --object-streams=disable ${join(folder, 'a.pdf')} ${join(folder, 'b.pdf')}`.nothrow().quiet()
  const text = Buffer.from(await Bun.file(join(folder, 'b.pdf')).arrayBuffer()).toString('latin1')
  await rm(folder, { recursive: true })
  return [...text.matchAll(/ActualText\s*<([0-9a-f]+)>/gi)].map(([, hex]) => hex!.toLowerCase()).join(' ')
}
