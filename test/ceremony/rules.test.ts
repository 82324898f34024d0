import { expect, test } from 'bun:test'
import { $ } from 'bun'
import { fieldsToFill, fill, missingOf } from '../../src/ceremony/filling.ts'
import { addMark } from '../../src/ceremony/marks.ts'
import { findPreview, makePreview } from '../../src/ceremony/preview.ts'
import { confirm } from '../../src/ceremony/signing.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { problemsOf } from '../../src/envelope/dispatch.ts'
import { readObject } from '../../src/store/object.ts'
import { verifyUploaded } from '../../src/verification/uploaded.ts'
import { openTestHouse } from '../support/house.ts'
import { textOf } from '../support/pdf-text.ts'
import { pdfsig } from '../support/pdfsig.ts'
import { ruledDraft } from '../support/ruled-draft.ts'
import { ann, identify, open, recipientAct, recipientNamed, send, sign } from '../support/signing.ts'

test('choices, amounts, conditions and results are judged by the server, drawn, signed and genuine', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db, clock } = house.house
  const user = await ann(house)
  const draft = await ruledDraft(house, user)
  expect(await problemsOf(house.house, user, draft.id)).toEqual([])
  await send(house, user, draft)
  await sign(house, (await recipientNamed(house, draft.id, 'Claire')).id)

  const { id } = await recipientNamed(house, draft.id, 'Marie')
  const session = await identify(house, id)
  const act = () => recipientAct(house.house, id)
  const ceremony = () => open(house, id, session)
  const fields = async () => fieldsToFill(db, await ceremony(), clock())
  const idOf = async (label: string): Promise<string> => (await fields()).find((field) => field.label === label)!.id
  const enter = async (values: Readonly<Record<string, string>>) => {
    const named: Record<string, string> = {}
    for (const [label, value] of Object.entries(values)) named[await idOf(label)] = value
    return fill(db, act(), await ceremony(), named)
  }
  const missing = async () => missingOf(await fields()).map(({ label, kind }) => label || kind)
  const values = async () => Object.fromEntries((await fields()).map(({ label, value, shown }) => [label, shown ? value : null]))

  expect(await missing()).toEqual(['signature', 'Formule', 'Monthly', 'Price', 'IBAN', 'Postcode'])
  for (const [entry, reason] of [
    [{ IBAN: 'FR14 2004 1010 0505 0001 3M02 607' }, 'entry.iban'],
    [{ Price: 'douze' }, 'entry.amount'],
    [{ Price: '0,50' }, 'entry.too-small'],
    [{ Formule: 'Platine' }, 'entry.not-an-option'],
    [{ Postcode: '7500' }, 'entry.own'],
    [{ Reason: 'x'.repeat(61) }, 'entry.longer-than'],
  ] as const) {
    // Looked up before, so that nothing waits between the refusal and who expects it.
    const fieldId = await idOf(Object.keys(entry)[0]!)
    await expect(enter(entry)).rejects.toMatchObject({ reason, fieldId })
  }

  await enter({
    'At once': '1',
    Price: '1 234,50',
    Months: 'not asked',
    Formule: 'Or',
    IBAN: 'FR14 2004 1010 0505 0001 3M02 606',
    Postcode: '75001',
  })
  expect(await values()).toMatchObject({ 'At once': '1', Monthly: '', Months: null, Price: '1234.50', Total: '1111.05', Reason: '' })
  expect(await missing()).toContain('Reason')
  // Another button of the same choice takes the first one back, and asks for more.
  await enter({ Monthly: '1', Formule: 'Argent ✓' })
  expect(await values()).toMatchObject({ 'At once': '', Monthly: '1', Months: '' })
  expect(await missing()).toEqual(expect.arrayContaining(['Months']))
  await enter({ Months: '12' })
  expect(await values()).toMatchObject({ Months: '12', Total: '13332.60', Employer: 'Maison Dupont' })
  await addMark(house.house, act(), await ceremony(), { kind: 'signature', method: 'typed', text: 'Marie Dupont', font: 'hand-caveat' })
  expect(await missing()).toEqual([])

  await makePreview(house.house, act(), await ceremony())
  const preview = await findPreview(db, await ceremony(), clock())
  await confirm(house.house, act(), await ceremony(), preview!.confirmed)
  await house.drain()
  const [document] = await listDocuments(db, draft.id)
  const pdf = await readObject(db, (await headRevision(db, document!.id))!.objectDigest)
  if (process.env['PARAPHE_KEEP']) await Bun.write(`${process.env['PARAPHE_KEEP']}/ruled.pdf`, pdf)
  const text = (await textOf(pdf)).replaceAll('\u00a0', ' ')
  for (const drawn of ['Argent ✓', '1 234,50 €', '12', '13 332,60 €', 'FR14 2004 1010 0505 0001 3M02 606', '75001', 'Maison Dupont'])
    expect([drawn, text.includes(drawn)]).toEqual([drawn, true])
  expect(text).not.toMatch(/not asked|1 111,05/)
  const { report } = await verifyUploaded(house.house, pdf, clock())
  expect([report.answer, report.indication, report.level, report.faults]).toEqual(['genuine', 'passed', 'B-LTA', []])
  // It judges no document time stamp.
  const judged = (await pdfsig(pdf)).filter(({ field }) => !field.startsWith('DocTS'))
  expect(judged.map(({ validation }) => validation)).toEqual(judged.map(() => 'Signature is Valid.'))
  expect(judged).toHaveLength(4)
  const path = `/tmp/ruled-${process.pid}.pdf`
  await Bun.write(path, pdf)
  expect((await $`qpdf --check ${path}`.nothrow().quiet()).exitCode).toBe(0)
  await $`rm -f ${path}`
}, 120_000)
