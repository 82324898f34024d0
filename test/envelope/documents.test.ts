import { expect, test } from 'bun:test'
import { PDFDocument, PDFName, PDFString } from 'pdf-lib'
import type { Bytes } from '../../src/base/bytes.ts'
import { addDocuments, consentToRemoval, findingsOf, needsConsent, orderDocuments, removeDocument } from '../../src/envelope/documents.ts'
import { startDraft } from '../../src/envelope/drafting.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { problemsOf } from '../../src/envelope/dispatch.ts'
import { pageImage, pageText } from '../../src/envelope/page-images.ts'
import { encodePng } from '../../src/image/png.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { encryptedPdf } from '../support/encrypted-pdf.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { photographedSignature } from '../support/picture.ts'
import { actOf, ann, CONTRACT, draftFor, recipientNamed, send, sign } from '../support/signing.ts'

const PICTURE = encodePng(photographedSignature(400, 600), 6)

async function desk(house: TestHouse) {
  const user = await ann(house)
  const act = actOf(house.house, user)
  const draft = await startDraft(house.house.db, act, user)
  const add = (files: readonly { name: string; bytes: Bytes }[], password?: string) =>
    addDocuments(house.house, act, user, draft.id, { files, ...(password ? { password } : {}) })
  return { user, act, id: draft.id, add }
}

test('what cannot be sent is refused by name and reason, and nothing of it is kept', async () => {
  await using house = await openTestHouse({ authority: true })
  const { add, id, act, user } = await desk(house)
  const text = new TextEncoder().encode('Dear Sir or Madam') as Bytes
  const cases: [string, Bytes, string][] = [
    ['letter.docx', text, 'document.not-a-pdf'],
    ['cut.pdf', CONTRACT.slice(0, 900), 'document.damaged'],
    ['half.pdf', CONTRACT.slice(0, CONTRACT.length / 2), 'document.damaged'],
    ['tail.pdf', CONTRACT.slice(0, CONTRACT.lastIndexOf(0x78) - 40), 'document.damaged'],
    ['empty.pdf', new Uint8Array(0), 'document.empty'],
    ['locked.pdf', await encryptedPdf(CONTRACT, 'secret'), 'document.password-needed'],
    ['photo.png', PICTURE.slice(0, 200), 'picture.damaged'],
  ]
  for (const [name, bytes, reason] of cases) {
    const refused = await add([{ name: `C:\\Users\\me\\${name}`, bytes }]).catch((error: unknown) => error)
    expect(refused).toMatchObject({ reason, params: { name } })
  }
  await expect(add([])).rejects.toMatchObject({ reason: 'document.missing' })
  await expect(add([{ name: 'locked.pdf', bytes: await encryptedPdf(CONTRACT, 'secret') }], 'wrong')).rejects.toMatchObject({
    reason: 'document.password-wrong',
  })
  // One that is good beside one that is not: neither is kept.
  await expect(
    add([
      { name: 'good.pdf', bytes: CONTRACT },
      { name: 'bad.pdf', bytes: text },
    ]),
  ).rejects.toMatchObject({
    params: { name: 'bad.pdf' },
  })
  await house.house.db.transaction().execute(async (tx) => {
    await writeSetting(tx, act, 'limits', { ...(await readSetting(tx, 'limits')), pages: 1, uploadBytes: CONTRACT.length })
  })
  await expect(add([{ name: 'long.pdf', bytes: CONTRACT }])).rejects.toMatchObject({
    reason: 'document.too-many-pages',
    params: { most: 1 },
  })
  await expect(add([{ name: 'big.pdf', bytes: Buffer.concat([CONTRACT, text]) as Bytes }])).rejects.toMatchObject({ code: 'too_large' })
  expect(await listDocuments(house.house.db, id)).toEqual([])
  expect((await problemsOf(house.house, user, id)).map(({ reason }) => reason)).toContain('dispatch.no-document')
}, 60_000)

test.each(['', 'secret'])(
  'an encrypted file is opened, with the password %p, kept as it came, and signed by two',
  async (password) => {
    await using house = await openTestHouse({ authority: true })
    const user = await ann(house)
    const bytes = await encryptedPdf(CONTRACT, password)
    if (!password) {
      const draft = await draftFor(house, user, undefined, [bytes])
      const [document] = await listDocuments(house.house.db, draft.id)
      expect(findingsOf(document!).encrypted).toBe('empty-password')
      expect(document!.originalDigest).not.toBe(document!.sourceDigest)
      await send(house, user, draft)
      for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, draft.id, name)).id)
      await house.drain()
      expect(await house.house.db.selectFrom('envelope').select('status').execute()).toEqual([{ status: 'completed' }])
      return
    }
    const { add } = await desk(house)
    const [document] = await add([{ name: 'locked.pdf', bytes }], password)
    expect(findingsOf(document!).encrypted).toBe('opened')
  },
  60_000,
)

test('what acts in a file is named, and goes only when the sender agrees', async () => {
  await using house = await openTestHouse({ authority: true })
  const { add, id, act, user } = await desk(house)
  const doc = await PDFDocument.load(CONTRACT)
  doc.catalog.set(PDFName.of('OpenAction'), doc.context.obj({ S: 'JavaScript', JS: PDFString.of('app.alert(1)') }))
  const [document] = await add([{ name: 'acts.pdf', bytes: Uint8Array.from(await doc.save()) }])
  expect([needsConsent(document!), findingsOf(document!).activeContent.map(({ kind }) => kind)]).toEqual([true, ['javascript']])
  expect((await problemsOf(house.house, user, id)).map(({ reason }) => reason)).toContain('dispatch.needs-consent')
  await consentToRemoval(house.house.db, act, user, id, document!.id)
  expect((await problemsOf(house.house, user, id)).map(({ reason }) => reason)).not.toContain('dispatch.needs-consent')
  const events = await house.house.db.selectFrom('auditLeaf').select('type').where('type', '=', 'document.removal-agreed').execute()
  expect(events).toHaveLength(1)
}, 60_000)

test('pictures that come together are one document of A4 pages; documents keep their order', async () => {
  await using house = await openTestHouse({ authority: true })
  const { add, id, act, user } = await desk(house)
  const [pdf, pictures] = await add([
    { name: 'scan 1.png', bytes: PICTURE },
    { name: 'lease.pdf', bytes: CONTRACT },
    { name: 'scan 2.png', bytes: PICTURE },
  ])
  const pages = JSON.parse(pictures!.pages) as { width: number; height: number }[]
  expect(pages.map(({ width, height }) => [Math.round(width), Math.round(height)])).toEqual([
    [595, 842],
    [595, 842],
  ])
  expect(findingsOf(pictures!).fromPictures).toBe(true)
  await orderDocuments(house.house.db, act, user, id, [pictures!.id])
  expect((await listDocuments(house.house.db, id)).map((one) => one.id)).toEqual([pictures!.id, pdf!.id])
  await removeDocument(house.house.db, act, user, id, pictures!.id)
  expect(await listDocuments(house.house.db, id)).toHaveLength(1)
}, 60_000)

test('pages are drawn once and kept, with the text that stands on them', async () => {
  await using house = await openTestHouse({ authority: true })
  const { add } = await desk(house)
  const [document] = await add([{ name: 'contract.pdf', bytes: CONTRACT }])
  const digest = document!.sourceDigest
  const [one, again] = await Promise.all([0, 0].map((page) => pageImage(house.house, digest, page, 800)))
  expect([one!.type, Buffer.compare(one!.bytes, again!.bytes)]).toEqual(['image/png', 0])
  // Whoever looks at one page looks at the next.
  expect(await house.house.db.selectFrom('pageImage').select('page').orderBy('page').execute()).toEqual([{ page: 0 }, { page: 1 }])
  expect((await pageText(house.house, digest, 1)).text).toContain('Liability')
  for (const [page, width] of [
    [2, 800],
    [-1, 800],
    [0, 801],
    [0.5, 800],
  ] as const)
    await expect(pageImage(house.house, digest, page, width)).rejects.toMatchObject({ code: 'not_found' })
}, 60_000)
