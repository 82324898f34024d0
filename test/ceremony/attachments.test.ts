import { expect, test } from 'bun:test'
import type { Bytes } from '../../src/base/bytes.ts'
import type { Refusal } from '../../src/base/refusal.ts'
import { trailOf } from '../../src/audit/trail.ts'
import { attach, detach, LARGEST_ATTACHMENT } from '../../src/ceremony/attaching.ts'
import { addMark } from '../../src/ceremony/marks.ts'
import { findPreview, makePreview } from '../../src/ceremony/preview.ts'
import { confirm } from '../../src/ceremony/signing.ts'
import { attachmentsOf, signedAttachments } from '../../src/envelope/attachments.ts'
import { currentInvitation, invitationToken } from '../../src/envelope/invitation.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { fieldsOf, type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import { preparationOf } from '../../src/envelope/preparation.ts'
import { readObject } from '../../src/store/object.ts'
import { findVaultEntry } from '../../src/vault/register.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { bmpOf } from '../../src/image/bitmap.ts'
import { encodePng } from '../../src/image/png.ts'
import { photographedSignature } from '../support/picture.ts'
import { signedElsewhere } from '../support/signed-elsewhere.ts'
import {
  actOf,
  ann,
  CLAIRE,
  codeOf,
  CONTRACT,
  draftFor,
  identify,
  MARIE,
  open,
  recipientAct,
  recipientNamed,
  send,
  sign,
} from '../support/signing.ts'
import { drawingSays } from '../support/pdf-drawing.ts'
import { packed, Unpacked } from '../vault/evidence/package.ts'

/** A contract and a letter; Marie is asked for two files, one of them on the letter and not required. */
async function asked(test: TestHouse): Promise<{ envelope: string; marie: string; fields: PlacedField[] }> {
  const { house } = test
  const user = await ann(test)
  const draft = await draftFor(test, user, [CLAIRE, MARIE], [CONTRACT, CONTRACT])
  const before = await fieldsOf(house.db, draft)
  const { id: marie } = await recipientNamed(test, draft.id, 'Marie')
  const [contract, letter] = await listDocuments(house.db, draft.id)
  const field = (documentId: string, required: boolean): PlacedField => ({
    ...before[0]!,
    id: `attachment${documentId}`,
    documentId,
    recipientId: marie,
    kind: 'attachment',
    x: 300,
    y: 700,
    width: 180,
    height: 18,
    required,
    label: 'Proof of address',
    value: '',
  })
  const { version } = await findDraft(house.db, user, draft.id)
  await placeFields(house.db, actOf(house, user), user, draft.id, {
    version,
    fields: [...before, field(contract!.id, true), field(letter!.id, false)],
  })
  await send(test, user, await findDraft(house.db, user, draft.id))
  await sign(test, (await recipientNamed(test, draft.id, 'Claire')).id)
  const fields = (await fieldsOf(house.db, draft)).filter(({ kind }) => kind === 'attachment')
  return { envelope: draft.id, marie, fields }
}

test('a file that is asked for is signed with: in its field, in the row, in the envelope, in the vault, in the evidence', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const { envelope, marie, fields } = await asked(house)
  const session = await identify(house, marie)
  const act = recipientAct(house.house, marie)
  const ceremony = await open(house, marie, session)
  await addMark(house.house, act, ceremony, { kind: 'signature', method: 'typed', text: 'Marie', font: 'hand-caveat' })
  await expect(makePreview(house.house, act, ceremony)).rejects.toThrow('ceremony.incomplete')

  const photo = new Uint8Array(await new Bun.Image(bmpOf(photographedSignature())).jpeg({ quality: 80 }).bytes())
  await attach(house.house, act, ceremony, fields[0]!.id, { name: '../../facture\u202Egpj.jpg', bytes: photo })
  const first = (await attachmentsOf(db, marie))[0]!
  expect(first).toMatchObject({ fileName: 'facturegpj.jpg', type: 'image/jpeg', size: photo.length })
  await makePreview(house.house, act, ceremony)
  // What was shown is no longer what would be signed.
  const bill = new Uint8Array(CONTRACT)
  await attach(house.house, act, ceremony, fields[0]!.id, { name: 'bill.pdf', bytes: bill })
  expect(await findPreview(db, ceremony, house.house.clock())).toBeNull()
  await attach(house.house, act, ceremony, fields[1]!.id, { name: 'gone.pdf', bytes: bill })
  await detach(house.house, act, ceremony, fields[1]!.id)
  expect((await attachmentsOf(db, marie)).map(({ fileName }) => fileName)).toEqual(['bill.pdf'])
  expect(await signedAttachments(db, envelope)).toEqual([])

  await makePreview(house.house, act, ceremony)
  const preview = await findPreview(db, ceremony, house.house.clock())
  await confirm(house.house, act, ceremony, preview!.confirmed)
  await house.drain()
  const [kept] = await signedAttachments(db, envelope)
  expect(Buffer.from(await readObject(db, kept!.objectDigest)).equals(bill)).toBe(true)
  const trail = await trailOf(db, envelope)
  expect(trail.find(({ type, detail }) => type === 'ceremony.signed' && detail['recipient'] === marie)!.detail['attachments']).toBe(
    kept!.objectDigest,
  )

  // Each document's certificate names the file by its digest, and the other document by ID and digest.
  for (const { digest } of (await findVaultEntry(db, await ann(house), envelope)).documents) {
    const pdf = await readObject(db, digest)
    expect([await drawingSays(pdf, kept!.objectDigest), await drawingSays(pdf, 'bill.pdf')]).toEqual([true, true])
  }
  using evidence = new Unpacked(await packed(house, envelope))
  const [path] = evidence.files('attachments')
  expect(path).toBe(`attachments/${kept!.objectDigest.slice(0, 12)}-bill.pdf`)
  expect(evidence.judge()).toMatchObject({ faults: [], status: 0 })
  evidence.flip(path!, 99)
  evidence.sumAgain()
  expect(evidence.judge().status).toBe(1)

  // By right: the sender and the vault's readers; nobody else.
  const desk = await house.browser()
  await desk.signIn('ann@acme.example', PASSWORD)
  expect((await desk.get(`/envelopes/${envelope}`)).text).toContain('bill.pdf')
  expect((await desk.get(`/vault/${envelope}`)).text).toContain(`/vault/${envelope}/attachments/${kept!.id}`)
  for (const base of ['envelopes', 'vault']) {
    const answer = await desk.get(`/${base}/${envelope}/attachments/${kept!.id}`)
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([
      200,
      expect.stringContaining('attachment; filename="bill.pdf"'),
    ])
  }
  expect((await desk.get(`/vault/${envelope}/attachments/${first.id}`)).status).toBe(404)
  const stranger = await house.browser()
  await stranger.signIn('bob@acme.example', PASSWORD)
  for (const base of ['envelopes', 'vault']) expect((await stranger.get(`/${base}/${envelope}/attachments/${kept!.id}`)).status).toBe(404)
}, 60_000)

test('what cannot be looked through is refused by its reason, and the field stays as it was', async () => {
  await using house = await openTestHouse({ authority: true })
  const { marie, fields } = await asked(house)
  const ceremony = await open(house, marie, await identify(house, marie))
  const act = recipientAct(house.house, marie)
  const reasonOf = (bytes: Bytes, field = fields[0]!.id) =>
    attach(house.house, act, ceremony, field, { name: 'file', bytes }).then(
      () => 'accepted',
      ({ reason }: Refusal) => reason,
    )
  const huge = new Uint8Array(LARGEST_ATTACHMENT + 1)
  huge.set(CONTRACT)
  expect(await reasonOf(new Uint8Array())).toBe('attachment.empty')
  expect(await reasonOf(huge)).toBe('attachment.too-large')
  expect(await reasonOf(new TextEncoder().encode('MZ program'))).toBe('attachment.kind')
  expect(await reasonOf(new TextEncoder().encode('<html><script>alert(1)</script>'))).toBe('attachment.kind')
  expect(await reasonOf(CONTRACT.slice(0, 900))).toBe('attachment.damaged')
  expect(await reasonOf(encodePng(photographedSignature(), 6).slice(0, 60))).toBe('attachment.damaged')
  expect(await reasonOf(signedElsewhere({ javascript: true }))).toBe('attachment.acts')
  expect(await reasonOf(CONTRACT, 'fld_00000000000000000000')).toBe('attachment.not-asked')
  expect(await attachmentsOf(house.house.db, marie)).toEqual([])
  expect(await reasonOf(signedElsewhere({ certify: 1 }))).toBe('accepted')
}, 60_000)

test('of several documents each certificate names the others, with the digest of what was uploaded', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const draft = await draftFor(house, await ann(house), [CLAIRE], [CONTRACT, CONTRACT, signedElsewhere()])
  const documents = await listDocuments(db, draft.id)
  for (const document of documents) {
    const { siblings } = await preparationOf(house.house, draft, { document, documents }, house.house.clock())
    expect(siblings).toEqual(
      documents
        .filter(({ id }) => id !== document.id)
        .map(({ documentId, title, originalDigest }) => ({ documentId, title, digest: originalDigest })),
    )
  }
}, 30_000)

test('an empty file is called empty by its name, and no file is asked for anew', async () => {
  await using test = await openTestHouse({ authority: true })
  const { marie, fields } = await asked(test)
  const { house } = test
  const browser = await test.browser()
  browser.cookies.set('lang', 'en')
  const invitation = (await currentInvitation(house.db, marie, house.clock()))!
  const base = (await browser.get(`/s/${invitationToken(house.secretKey, invitation)}`)).location!
  const { text } = await browser.get(`${base}/consent`)
  await browser.post(`${base}/consent`, { disclosure: /name="disclosure" value="([^"]+)"/.exec(text)![1]! })
  await browser.post(`${base}/code`, { code: await codeOf(test, marie) })
  const path = `${base}/attachments/${fields[0]!.id}`
  await browser.get(path)
  const empty = await browser.post(path, { file: new File([], 'bill.pdf'), photo: new File([], '') })
  expect([empty.status, empty.text.includes('“bill.pdf” is empty.')]).toEqual([422, true])
  const none = await browser.post(path, { file: new File([], ''), photo: new File([], '') })
  expect([none.status, none.text.includes('Please choose a file.')]).toEqual([422, true])
}, 60_000)
