import { expect, test } from 'bun:test'
import type { Digest } from '../../../src/base/digest.ts'
import { headRevision } from '../../../src/envelope/revisions.ts'
import { runTask } from '../../../src/sandbox/run.ts'
import { readObject } from '../../../src/store/object.ts'
import { openTestHouse } from '../../support/house.ts'
import { docxOf, HAS_OFFICE } from '../../support/office-files.ts'
import { ann, draftFor, recipientNamed, send, sign } from '../../support/signing.ts'

const PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
const LETTER = docxOf(['Offer of employment'], `${PAGE_BREAK}<w:p><w:r><w:t>Signatures</w:t></w:r></w:p>`)
const JSON_PLEASE = { accept: 'application/json' }

test.skipIf(!HAS_OFFICE)(
  'a DOCX becomes a document; its original stays as it was and is told of (needs LibreOffice)',
  async () => {
    await using test = await openTestHouse()
    const browser = await test.browser()
    await browser.signIn('ann@acme.example')
    const path = (await browser.post('/envelopes')).location!.replace('/draft', '')
    const answer = await browser.post(`${path}/documents`, { files: new File([LETTER], 'Offer_2026.docx') })
    expect([answer.status, answer.location]).toEqual([303, `${path}/draft#documents`])
    const { text } = await browser.get(`${path}/draft`)
    expect(text).toMatch(
      /Made into a PDF from DOCX by LibreOffice [\d.]+\. Please look through its pages\. The file that you chose is kept as the original\./,
    )
    expect(text).toContain(',.docx,.doc,.odt,.rtf"')
    expect(text).toContain('text documents (DOCX, DOC, ODT, RTF)')
    const [document] = await test.house.db.selectFrom('document').selectAll().execute()
    expect(document).toMatchObject({
      title: 'Offer 2026',
      fileName: 'Offer_2026.docx',
      originalDigest: new Bun.CryptoHasher('sha256').update(LETTER).digest('hex') as Digest,
    })
    expect(document!.sourceDigest).not.toBe(document!.originalDigest)
  },
  60_000,
)

test.skipIf(!HAS_OFFICE)(
  'its certificate names the digest of the DOCX and what made a PDF of it (needs LibreOffice)',
  async () => {
    await using house = await openTestHouse({ authority: true })
    const user = await ann(house)
    const draft = await draftFor(house, user, undefined, [LETTER])
    await send(house, user, draft)
    const document = await house.house.db.selectFrom('document').selectAll().executeTakeFirstOrThrow()
    const head = await headRevision(house.house.db, document.id)
    const pdf = await readObject(house.house.db, head!.objectDigest)
    const { pages } = await runTask(house.house.config, 'page-text', { pdf, pages: [0, 1, 2] })
    const text = pages.map((page) => page.text).join('\n')
    expect(text).toContain('Offer of employment')
    expect(text).toMatch(/LibreOffice [\d.]+/)
    expect(text.replaceAll(/\s/g, '')).toContain(document.originalDigest)

    for (const name of ['Claire', 'Marie']) {
      await sign(house, (await recipientNamed(house, draft.id, name)).id)
      await house.drain()
    }
    const browser = await house.browser()
    await browser.signIn('ann@acme.example')
    const page = await browser.get(`/vault/${draft.id}`)
    expect(page.text).toMatch(/contract-1\.pdf · turned into a PDF by LibreOffice [\d.]+; SHA-256/)
    const original = await browser.get(`/vault/${draft.id}/documents/${document.id}/original`)
    expect(original.bytes).toEqual(LETTER)
  },
  60_000,
)

test('where LibreOffice is not used the page says so, and a DOCX is refused with what to do', async () => {
  await using test = await openTestHouse({ environment: { PARAPHE_LIBREOFFICE: 'none' } })
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const path = (await browser.post('/envelopes')).location!.replace('/draft', '')
  const { text } = await browser.get(`${path}/draft`)
  expect(text).toContain('are not available on this server: save them as PDF first.')
  expect(text).not.toContain('.docx')
  const told = await browser.post(`${path}/documents`, { files: new File([LETTER], 'offer.docx') }, JSON_PLEASE)
  expect([told.status, JSON.parse(told.text)]).toEqual([
    422,
    expect.objectContaining({ code: 'document.office-unavailable', message: expect.stringContaining('Save it as PDF') }),
  ])
  const page = await browser.post(`${path}/documents`, { files: new File([LETTER], 'offer.docx') })
  expect([page.status, page.text.includes('“offer.docx” is a word processor’s document')]).toEqual([422, true])
  expect(await test.house.db.selectFrom('document').select('id').execute()).toEqual([])
}, 30_000)
