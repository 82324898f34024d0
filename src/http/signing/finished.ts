import { ownAttachment } from '../../ceremony/attaching.ts'
import { attachmentsOf } from '../../envelope/attachments.ts'
import { type FinishedDocuments, findFinished } from '../../ceremony/finished.ts'
import { Refusal } from '../../base/refusal.ts'
import { createApp, type Ctx } from '../env.ts'
import { packEvidence } from '../../vault/evidence/package.ts'
import { storedFile, streamedFile } from '../stored-file.ts'
import { rememberedLink, rememberLink } from './cookies.ts'
import { shownDocument } from './frame.ts'
import { speakTo } from './language.ts'
import { lostPage } from './lost-page.ts'

/** The finished document's own link. It ends; the document in the vault does not. */
export const signingFinished = createApp()
  .get('/s/:token{lnk_[^/]*\\.[^/]*}', async (c) => {
    const found = await findFinished(c.var.house, c.var.act.at, c.req.param('token'))
    if (!found) return lostPage(c)
    await rememberLink(c, { id: found.linkId, expiresAt: found.expiresAt }, found.secret)
    return c.redirect(`/s/${found.linkId}`, 303)
  })
  .get('/s/:id{lnk_\\w+}', async (c) => {
    const found = await finishedOf(c)
    if (!found) return lostPage(c)
    speakTo(c, found.recipient)
    const own = found.documents.map(({ document }) => document)
    return c.html(
      await c.var.render('signing/finished', {
        id: found.linkId,
        brand: { name: found.company.name, logoUrl: found.company.logoDigest ? `/logo/${found.company.logoDigest}` : null },
        title: found.envelope.title,
        expiresAt: found.expiresAt,
        annulledAt: found.annulledAt,
        attachments: (await attachmentsOf(c.var.house.db, found.recipient.id)).map(({ id, fileName, size }) => ({
          id,
          name: fileName,
          size,
        })),
        documents: found.documents.map(({ document, digest, size }) => ({
          ...shownDocument(document, digest, own, c.var.lang),
          size,
          documentId: document.documentId,
        })),
      }),
    )
  })
  // What we sealed may open in the browser.
  .get('/s/:id{lnk_\\w+}/documents/:document/sealed.pdf', async (c) => {
    const found = await finishedOf(c)
    if (!found) return lostPage(c)
    const one = found.documents.find(({ document }) => document.id === c.req.param('document'))
    if (!one) throw new Refusal('not_found', 'document.unknown')
    const kind = c.req.query('save') === undefined ? 'inline' : 'attachment'
    return storedFile(c.var.house.db, one.digest, `${one.document.title}.pdf`, 'application/pdf', kind)
  })
  // Their own alone: what others attached is the sender's to show.
  .get('/s/:id{lnk_\\w+}/attachments/:attachment', async (c) => {
    const found = await finishedOf(c)
    if (!found) return lostPage(c)
    const { objectDigest, fileName } = await ownAttachment(c.var.house, found, c.req.param('attachment'))
    return storedFile(c.var.house.db, objectDigest, fileName, 'application/octet-stream')
  })
  .get('/s/:id{lnk_\\w+}/evidence.zip', async (c) => {
    const found = await finishedOf(c)
    if (!found) return lostPage(c)
    const act = { ...c.var.act, actor: { kind: 'recipient' as const, id: found.recipient.id } }
    const { fileName, size, stream } = await packEvidence(c.var.house, act, found.envelope.id)
    return streamedFile(stream(), size, fileName, 'application/zip')
  })

export async function finishedOf(c: Ctx): Promise<FinishedDocuments | null> {
  const { secret } = await rememberedLink(c)
  return secret ? findFinished(c.var.house, c.var.act.at, `${c.req.param('id')}.${secret}`) : null
}
