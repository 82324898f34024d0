import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'
import type { User } from '../../src/access/roles.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { problemsOf } from '../../src/envelope/dispatch.ts'
import { addDocuments, consentToRemoval, findingsOf, needsConsent } from '../../src/envelope/documents.ts'
import { findDraft, startDraft } from '../../src/envelope/drafting.ts'
import { type Document, findEnvelope, listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { fieldsOf, type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import { preparationOf } from '../../src/envelope/preparation.ts'
import { receivedIn } from '../../src/envelope/received.ts'
import { addRecipient, removeRecipient } from '../../src/envelope/recipients.ts'
import type { Indication } from '../../src/verification/verdict/report.ts'
import { readObject } from '../../src/store/object.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import type { Refusal } from '../../src/base/refusal.ts'
import { trailOf } from '../../src/audit/trail.ts'
import { liveVaultLinks, vaultLinkSecret } from '../../src/envelope/vault-link.ts'
import { LANGUAGES, words } from '../../src/view/words.ts'
import { findVaultEntry } from '../../src/vault/register.ts'
import { registerEntryFor } from '../../src/verification/register.ts'
import { verifyUploaded } from '../../src/verification/uploaded.ts'
import { toPem } from '../../src/pki/certificate.ts'
import { NOON, openTestHouse, type TestHouse } from '../support/house.ts'
import { packed, Unpacked } from '../vault/evidence/package.ts'
import { drawingSays } from '../support/pdf-drawing.ts'
import { pdfsig } from '../support/pdfsig.ts'
import { type Elsewhere, signedElsewhere } from '../support/signed-elsewhere.ts'
import { actOf, ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

/** A draft with one file, two signers, and nothing placed. */
async function draftWith(test: TestHouse, user: User, bytes: Bytes): Promise<{ id: string; document: Document; people: string[] }> {
  const { house } = test
  const act = actOf(house, user)
  const { id } = await startDraft(house.db, act, user)
  for (const recipient of await listRecipients(house.db, id)) await removeRecipient(house.db, act, user, id, recipient.id)
  const [document] = await addDocuments(house, act, user, id, { files: [{ name: 'signed-elsewhere.pdf', bytes }] })
  const people = []
  for (const person of [CLAIRE, MARIE]) people.push((await addRecipient(house.db, act, user, id, person)).id)
  return { id, document: document!, people }
}

const field = (document: Document, recipientId: string | null, more: Partial<PlacedField>): PlacedField => ({
  id: `${more.kind}${recipientId}${more.y}`,
  documentId: document.id,
  recipientId,
  kind: 'signature',
  page: 0,
  x: 40,
  y: 40,
  width: 180,
  height: 50,
  required: true,
  readOnly: false,
  label: '',
  value: '',
  fontSize: 10,
  ...more,
})

async function place({ house }: TestHouse, user: User, id: string, fields: PlacedField[]): Promise<void> {
  const { version } = await findDraft(house.db, user, id)
  await placeFields(house.db, actOf(house, user), user, id, { version, fields })
}

const besides = (document: Document, [claire, marie]: readonly string[]): PlacedField[] =>
  [claire!, marie!].flatMap((person, at) => [
    field(document, person, { x: 40 + at * 250, y: 400 }),
    field(document, person, { kind: 'full-name', x: 40 + at * 250, y: 460, height: 16 }),
    field(document, person, { kind: 'checkbox', x: 40 + at * 250, y: 480, width: 12, height: 12, required: false, value: '1' }),
    field(document, person, { kind: 'text', x: 40 + at * 250, y: 500, height: 16, readOnly: true, value: 'Read beforehand' }),
  ])

const SHAPES: readonly [string, Elsewhere][] = [
  ['a table, lists in place', {}],
  ['a table, the form an object', { lists: 'indirect' }],
  ['a table, one list for both', { lists: 'shared' }],
  ['a stream, a page that lies', { kind: 'stream', rotate: 90 }],
  ['a stream, upside down, the form an object', { kind: 'stream', rotate: 180, lists: 'indirect' }],
]

for (const [shape, how] of SHAPES)
  test(`a file that was signed elsewhere is signed by two and keeps every byte: ${shape}`, async () => {
    await using house = await openTestHouse({ authority: true, realTime: true })
    const { db } = house.house
    const user = await ann(house)
    const arrived = signedElsewhere(how)
    const { id, document, people } = await draftWith(house, user, arrived)
    expect(receivedIn(document)).toMatchObject({ signatures: 1, certified: false, signers: ['Sven Svensson'] })
    await place(house, user, id, besides(document, people))
    await send(house, user, await findDraft(db, user, id))
    for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
    await house.drain()

    const [signed, certificate] = await listDocuments(db, id)
    const kinds = await db.selectFrom('revision').select(['documentId', 'kind', 'objectDigest']).orderBy('number').execute()
    const own = kinds.filter(({ documentId }) => documentId === signed!.id)
    expect(own.map(({ kind }) => kind)).toEqual(['received', 'signed', 'signed', 'sealed', 'security-store', 'time-stamped'])
    const sealed = await readObject(db, own.at(-1)!.objectDigest)
    expect(Buffer.from(sealed.subarray(0, arrived.length)).equals(arrived)).toBe(true)

    const root = await db.selectFrom('certificate').select('der').where('purpose', '=', 'root').executeTakeFirstOrThrow()
    const before = await pdfsig(arrived)
    const after = await pdfsig(sealed, [toPem(root.der)])
    expect(before).toMatchObject([{ field: 'Signature1', validation: 'Signature is Valid.' }])
    expect(after.find((one) => one.field === 'Signature1')).toEqual(before[0]!)
    for (const name of ['S1', 'S2', 'seal'])
      expect(after.find((one) => one.field === `Paraphe_${name}`)).toMatchObject({
        validation: 'Signature is Valid.',
        trust: 'Certificate is Trusted.',
      })
    const folder = await mkdtemp(join(tmpdir(), 'paraphe-received-'))
    await Bun.write(join(folder, 'sealed.pdf'), sealed)
    if (process.env['PARAPHE_KEEP'])
      await $`cp ${join(folder, 'sealed.pdf')} ${process.env['PARAPHE_KEEP']}/${shape.replaceAll(/\W+/g, '-')}.pdf`
    expect((await $`qpdf --check ${join(folder, 'sealed.pdf')}`.nothrow().quiet()).exitCode).toBe(0)
    await rm(folder, { recursive: true })

    // Our own verifier: theirs is whole but of an authority that is not known here, ours hold, and nothing was changed.
    const { report, register } = await verifyUploaded(house.house, sealed, house.house.clock())
    expect([
      report.answer,
      report.faults,
      report.signatures.map(({ indication, trusted }): [Indication, boolean] => [indication, trusted]),
    ]).toEqual([
      'foreign-intact',
      [],
      [['indeterminate', false], ...Array.from({ length: 4 }, (): [Indication, boolean] => ['passed', true])],
    ])
    expect(register).toMatchObject({ documentId: signed!.documentId, state: 'completed', found: { isExact: true, isLatest: true } })

    // Its certificate of completion: named so, sealed by itself, and it names both digests.
    expect([certificate!.certifies, certificate!.title]).toEqual([signed!.id, 'Certificate of completion: signed-elsewhere'])
    const entry = await findVaultEntry(db, user, id)
    expect(entry.documents.map(({ title }) => title)).toEqual(['signed-elsewhere', 'Certificate of completion: signed-elsewhere'])
    // Every reader is told in their own language.
    {
      using unpacked = new Unpacked(await packed(house, id))
      expect(unpacked.text('CHECKLIST.fr.txt')).toMatch(/  Certificat d’achèvement\s: signed-elsewhere\n/)
      expect(unpacked.text('CHECKLIST.en.txt')).toContain('  Certificate of completion: signed-elsewhere\n')
      const marie = await db
        .selectFrom('recipient')
        .select('id')
        .where('envelopeId', '=', id)
        .where('language', '=', 'fr')
        .executeTakeFirstOrThrow()
      const [link] = await liveVaultLinks(db, marie.id, house.house.clock())
      const browser = await house.browser()
      const shown = await browser.get((await browser.get(`/s/${link!.id}.${vaultLinkSecret(house.house.secretKey, link!)}`)).location!)
      expect(shown.text).toMatch(/Certificat d’achèvement\s: signed-elsewhere/)
      expect(shown.text).not.toContain('Certificate of completion')
    }
    const evidence = await readObject(db, entry.documents[1]!.digest)
    expect((await verifyUploaded(house.house, evidence, house.house.clock())).report).toMatchObject({ answer: 'genuine', level: 'B-LTA' })
    expect(await drawingSays(evidence, entry.documents[0]!.digest)).toBe(true)
    const documents = [signed!, certificate!]
    const { facts, siblings } = await preparationOf(house.house, await findEnvelope(db, id), { document: certificate!, documents }, NOON)
    expect(facts.map(({ value }) => value.replaceAll(' ', ''))).toEqual(
      expect.arrayContaining([signed!.documentId, signed!.originalDigest]),
    )
    expect(siblings).toEqual([])
    expect(await registerEntryFor(db, certificate!.documentId)).toMatchObject({ state: 'completed' })
  }, 60_000)

test('a certified file takes its empty field and invisible signatures, and nothing else', async () => {
  await using house = await openTestHouse({ authority: true, realTime: true })
  const { db } = house.house
  const user = await ann(house)
  const arrived = signedElsewhere({ certify: 2, emptyField: true })
  const { id, document, people } = await draftWith(house, user, arrived)
  const [empty] = receivedIn(document)!.emptyFields
  expect(receivedIn(document)).toMatchObject({
    certified: true,
    emptyFields: [{ name: 'Second', page: 0, x: 60, y: 632, width: 180, height: 60 }],
  })
  const reasonOf = (fields: PlacedField[]) =>
    place(house, user, id, fields).then(
      () => null,
      ({ reason }: Refusal) => reason,
    )
  expect(await reasonOf([field(document, people[0]!, { x: 300, y: 300 })])).toBe('field.signed-certified')
  expect(await reasonOf([field(document, null, { kind: 'number', x: 60, y: 632 })])).toBe('field.signed-kind')
  expect(await reasonOf([field(document, null, { kind: 'text', x: 60, y: 632, readOnly: true, value: 'x' })])).toBe('field.signed-kind')
  expect(await fieldsOf(db, { id })).toEqual([])
  // Dropped on it, it takes its very place; Marie, who gets none, signs without being seen.
  await place(house, user, id, [field(document, people[0]!, { x: 70, y: 640, width: 120, height: 40 })])
  expect(await fieldsOf(db, { id })).toMatchObject([{ x: empty!.x, y: empty!.y, width: empty!.width, height: empty!.height }])
  await send(house, user, await findDraft(db, user, id))
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
  await house.drain()
  const [signed] = (await findVaultEntry(db, user, id)).documents
  const sealed = await readObject(db, signed!.digest)
  expect(Buffer.from(sealed.subarray(0, arrived.length)).equals(arrived)).toBe(true)
  const { report } = await verifyUploaded(house.house, sealed, house.house.clock())
  expect([report.answer, report.faults, report.signatures.map(({ field: name, kind, intact }) => [name, kind, intact])]).toEqual([
    'foreign-intact',
    [],
    [
      ['Signature1', 'certification', true],
      ['Second', 'approval', true],
      ['Paraphe_S2', 'approval', true],
      ['Paraphe_seal', 'approval', true],
      ['Paraphe_DocTS1', 'time-stamp', true],
    ],
  ])
  expect((await pdfsig(sealed)).slice(0, 4).map(({ validation }) => validation)).toEqual(
    Array.from({ length: 4 }, () => 'Signature is Valid.'),
  )
}, 60_000)

test('what was signed here over a stranger’s signature is signed once more, here or elsewhere', async () => {
  await using house = await openTestHouse({ authority: true, realTime: true })
  const { db } = house.house
  const user = await ann(house)
  let file: Bytes = signedElsewhere()
  for (const count of [1, 3 + 1]) {
    const { id, document, people } = await draftWith(house, user, file)
    expect(receivedIn(document)!.signatures).toBe(count)
    await place(house, user, id, [field(document, people[0]!, { y: 100 * count }), field(document, people[1]!, { x: 300, y: 100 * count })])
    await send(house, user, await findDraft(db, user, id))
    for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
    await house.drain()
    file = await readObject(db, (await findVaultEntry(db, user, id)).documents[0]!.digest)
  }
  const { report } = await verifyUploaded(house.house, file, house.house.clock())
  expect([report.answer, report.faults, report.signatures.length]).toEqual(['foreign-intact', [], 9])
  // The file as it arrived was not issued here: whoever else holds it is not told that theirs was altered.
  expect((await verifyUploaded(house.house, signedElsewhere(), house.house.clock())).register).toBeNull()
}, 60_000)

const REFUSED: readonly [string, () => Uint8Array<ArrayBuffer>, string][] = [
  ['certified without a change', () => signedElsewhere({ certify: 1 }), 'document.signed-no-changes'],
  ['locked as a whole', () => signedElsewhere({ lock: 'All' }), 'document.signed-locked'],
  ['with a second form', () => signedElsewhere({ xfa: true }), 'document.signed-xfa'],
  ['with a byte changed', () => altered(signedElsewhere()), 'document.signed-broken'],
  ['with bytes behind its end', () => Buffer.concat([signedElsewhere(), Buffer.from('%more')]), 'document.signed-unreadable'],
]

test('what cannot be signed without breaking something is refused by its reason, and nothing of it is kept', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  for (const [what, make, reason] of REFUSED) {
    const file = new Uint8Array(make())
    const told = await draftWith(house, user, file).then(
      () => 'accepted',
      ({ reason: given }: Refusal) => given,
    )
    expect([what, told]).toEqual([what, reason])
    for (const language of LANGUAGES) expect(words(language).refusals).toHaveProperty([reason])
  }
  expect(await db.selectFrom('document').select('id').execute()).toEqual([])
  expect(await db.selectFrom('object').select('digest').execute()).toEqual([])
})

function altered(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = Buffer.from(file).indexOf('Agreed elsewhere')
  file[at] = 0x61
  return file
}

test('a document of ours on its way, or sealed, is not continued by another sending', async () => {
  await using house = await openTestHouse({ authority: true, realTime: true })
  const { db } = house.house
  const user = await ann(house)
  const draft = await draftFor(house, user)
  await send(house, user, draft)
  for (const [name, reason] of [
    ['Claire', 'document.signed-unfinished'],
    ['Marie', 'document.signed-locked'],
  ] as const) {
    await sign(house, (await recipientNamed(house, draft.id, name)).id)
    await house.drain()
    const head = await headRevision(db, (await listDocuments(db, draft.id))[0]!.id)
    await expect(draftWith(house, user, await readObject(db, head!.objectDigest))).rejects.toThrow(reason)
  }
}, 60_000)

test('everything of one person becomes one signature: on one page, and not over another’s', async () => {
  await using house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const { id, document, people } = await draftWith(house, user, signedElsewhere())
  const over = [field(document, people[0]!, { y: 100 }), field(document, people[1]!, { x: 100, y: 120 })]
  await place(house, user, id, over)
  const problems = async () => (await problemsOf(house.house, user, id)).map(({ reason, part }) => [part, reason])
  expect(await problems()).toContainEqual(['fields', 'dispatch.signed-overlap'])
  await place(house, user, id, [over[0]!, field(document, people[1]!, { x: 300, y: 120 })])
  expect((await problems()).filter(([, reason]) => reason!.includes('signed'))).toEqual([])
})

test('rights for an old reader are nobody’s signature; what acts in a signed file stays, and its sender knows', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const rights = await draftWith(house, user, signedElsewhere({ usageRights: true }))
  expect([receivedIn(rights.document), findingsOf(rights.document).usageRights]).toEqual([null, true])
  const acting = await draftWith(house, user, signedElsewhere({ javascript: true }))
  expect(needsConsent(acting.document)).toBe(true)
  await consentToRemoval(db, actOf(house.house, user), user, acting.id, acting.document.id)
  expect((await trailOf(db, acting.id)).map(({ type }) => type)).toContain('document.keeping-agreed')
})
