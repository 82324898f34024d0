import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { listDocuments, listRecipients } from '../../envelope/envelope.ts'
import { currentInvitation, invitationToken } from '../../envelope/invitation.ts'
import { acts } from '../../envelope/naming.ts'
import { findLegalEntity } from '../../setting/legal-entity.ts'
import { type LiveLink, liveLink, redeemLink } from '../../template/visitors/links.ts'
import { askForOwn, ownEnvelope, proveAddress, redeemRequest } from '../../template/visitors/requests.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, STATUS } from '../errors.ts'
import { drawnLine, drawnLineNeeded, emailAddress, phoneNumber } from '../schemas.ts'
import { speakAsBefore, speakTo } from './language.ts'
import type { Frame } from './frame.ts'

/** What a stranger types goes on in the company's name: a name carries no address to follow. */
const hasNoAddress = (text: string): boolean => !/:\/\/|www\.|@/i.test(text)
const Named = z.object({
  firstName: drawnLine(80).refine(hasNoAddress, 'person.name-address').default(''),
  lastName: drawnLineNeeded('person.last-name-missing', 80).refine(hasNoAddress, 'person.name-address'),
})
const ByEmail = Named.extend({ address: emailAddress })
const BySms = Named.extend({
  address: phoneNumber.transform((number, context) => {
    if (number === null) context.addIssue({ code: 'custom', message: 'text.missing' })
    return number ?? z.NEVER
  }),
})

async function brandOf(c: Ctx, legalEntityId: string): Promise<Frame['brand']> {
  const { legalName, logoDigest } = await findLegalEntity(c.var.house.db, legalEntityId)
  return { name: legalName, logoUrl: logoDigest ? `/logo/${logoDigest}` : null }
}

/** Forged, unknown, ended, switched off and used up: one page, in the language that the visitor's browser asks for. */
async function deadPage(c: Ctx): Promise<Response> {
  speakAsBefore(c)
  return c.html(await c.var.render('visitors/dead', { here: c.req.path }), 404)
}

async function openPage(c: Ctx, { envelope, role }: LiveLink, form: Form, refused: string | null = null): Promise<string> {
  const { db } = c.var.house
  const [documents, recipients] = await Promise.all([listDocuments(db, envelope.id), listRecipients(db, envelope.id)])
  const others = recipients.filter((one) => acts(one) && one.id !== role.id).map(({ routingOrder }) => routingOrder)
  return c.var.render('visitors/open', {
    brand: await brandOf(c, envelope.legalEntityId),
    here: c.req.path,
    title: envelope.title,
    documents: documents.map(({ title, pages }) => ({ title, pages: (JSON.parse(pages) as unknown[]).length })),
    order: !others.length ? 'alone' : Math.min(...others) < role.routingOrder ? 'company-first' : 'visitor-first',
    channel: role.channel,
    form,
    refused,
  })
}

type Stage = 'proof' | 'making' | 'ready' | 'waiting' | 'done'

/** The page behind the link of the message: before the proof a button, after it where the visitor's own document stands. */
async function ownPage(
  c: Ctx,
  refused: { status: (typeof STATUS)[keyof typeof STATUS]; sentence: string } | null = null,
): Promise<Response> {
  const { db, secretKey } = c.var.house
  const { at } = c.var.act
  const found = await redeemRequest(db, secretKey, c.req.param('token') ?? '', at)
  if (!found) return deadPage(c)
  const { request, link } = found
  speakTo(c, request)
  const live = request.envelopeId ? null : await liveLink(db, link, at)
  if (!request.envelopeId && !live) return deadPage(c)
  const own = request.envelopeId ? await ownEnvelope(db, request.envelopeId, request.address) : null
  const envelope = own?.envelope ?? live!.envelope
  const invitation = own?.recipient?.status === 'invited' ? await currentInvitation(db, own.recipient.id, at) : null
  const stage: Stage = !own
    ? 'proof'
    : own.envelope.status === 'sending'
      ? 'making'
      : own.envelope.status !== 'sent'
        ? 'done'
        : invitation
          ? 'ready'
          : own.recipient?.status === 'waiting'
            ? 'waiting'
            : 'done'
  return c.html(
    await c.var.render('visitors/own', {
      brand: await brandOf(c, envelope.legalEntityId),
      here: c.req.path,
      stage,
      title: envelope.title,
      name: `${request.firstName} ${request.lastName}`.trim(),
      way: invitation ? `/s/${invitationToken(secretKey, invitation)}` : null,
      refused: refused?.sentence ?? null,
    }),
    refused?.status ?? 200,
  )
}

/** Public pages: a visitor starts a document of their own, and proves the address that they give. */
export const signingSelfService = createApp()
  .get('/s/open/:token', async (c) => {
    speakAsBefore(c)
    const live = await redeemLink(c.var.house.db, c.var.house.secretKey, c.req.param('token'), c.var.act.at)
    if (!live) return deadPage(c)
    if (c.req.query('asked') !== undefined)
      return c.html(await c.var.render('visitors/asked', { brand: await brandOf(c, live.envelope.legalEntityId), here: c.req.path }))
    return c.html(await openPage(c, live, blankForm()))
  })
  .post('/s/open/:token', async (c) => {
    speakAsBefore(c)
    const live = await redeemLink(c.var.house.db, c.var.house.secretKey, c.req.param('token'), c.var.act.at)
    if (!live) return deadPage(c)
    const answers = await readAnswers(c, live.role.channel === 'sms' ? BySms : ByEmail)
    if (!answers.ok) return c.html(await openPage(c, live, answers.form), 422)
    try {
      await askForOwn(c.var.house, c.var.act, live, { ...answers.value, language: c.var.lang })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return c.html(await openPage(c, live, answers.form, refusalSentence(c.var.lang, error)), STATUS[error.code])
    }
    return c.redirect(`${c.req.path}?asked`, 303)
  })
  .get('/s/own/:token', (c) => ownPage(c))
  .post('/s/own/:token', async (c) => {
    const found = await redeemRequest(c.var.house.db, c.var.house.secretKey, c.req.param('token'), c.var.act.at)
    if (!found) return deadPage(c)
    try {
      await proveAddress(c.var.house, c.var.act, found.request.id)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.code === 'gone') return deadPage(c)
      return ownPage(c, { status: STATUS[error.code], sentence: refusalSentence(c.var.lang, error) })
    }
    return c.redirect(c.req.path, 303)
  })
