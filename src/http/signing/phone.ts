import { getCookie, setCookie } from 'hono/cookie'
import type { RecipientAct } from '../../audit/act.ts'
import { drawOnPad, findPad, type HeldPad, type OpenPad, openPad, type PadKind, PAD_LIFE } from '../../ceremony/phone-pad.ts'
import { SECOND } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { findEnvelope } from '../../envelope/envelope.ts'
import { nameOf } from '../../envelope/telling.ts'
import { findLegalEntity } from '../../setting/legal-entity.ts'
import { createApp, type Ctx } from '../env.ts'
import { uploadedFile } from '../uploads.ts'
import { cookieNameHere } from './cookies.ts'
import { speakAsBefore, speakTo } from './language.ts'

/**
 * The phone's side of drawing: a pad, a name, and nothing of any document. The secret leaves the address at once, and looking changes nothing;
 * the page itself says that it is open.
 */
export const signingPhone = createApp()
  .get('/s/:token{pad_[^/]*\\.[^/]*}', async (c) => {
    const token = c.req.param('token')
    const at = token.indexOf('.')
    const [id, secret] = [token.slice(0, at), token.slice(at + 1)]
    if (!(await findPad(c.var.house.db, c.var.act.at, { ...(await heldBy(c, id)), secret }))) return overPage(c)
    await keep(c, id, 'pad', secret)
    return c.redirect(`/s/${id}`, 303)
  })
  .get('/s/:id{pad_\\w+}', async (c) => {
    const found = await findPad(c.var.house.db, c.var.act.at, await heldBy(c, c.req.param('id')))
    return found ? c.html(await page(c, found)) : overPage(c)
  })
  .post('/s/:id{pad_\\w+}/opening', async (c) => {
    const held = await heldBy(c, c.req.param('id'))
    const { device } = await openPad(c.var.house, await actOf(c, held), held)
    if (device) await keep(c, held.id, 'phone', device)
    return c.body(null, 204)
  })
  .post('/s/:id{pad_\\w+}/drawing', async (c) => {
    const held = await heldBy(c, c.req.param('id'))
    const picture = await uploadedFile(c, 'picture')
    if (!picture) throw new Refusal('invalid', 'mark.empty')
    await drawOnPad(c.var.house, await actOf(c, held), held, picture)
    return c.body(null, 204)
  })

/** In the name of the recipient whose ceremony it belongs to. */
async function actOf(c: Ctx, held: HeldPad): Promise<RecipientAct> {
  const found = await findPad(c.var.house.db, c.var.act.at, held)
  if (!found) throw new Refusal('gone', 'phone-pad.over')
  speakTo(c, found.recipient)
  return { ...c.var.act, actor: { kind: 'recipient', id: found.recipient.id } }
}

async function heldBy(c: Ctx, id: string): Promise<HeldPad> {
  return { id, secret: getCookie(c, await cookieNameHere(c, 'pad')), device: getCookie(c, await cookieNameHere(c, 'phone')) }
}

async function keep(c: Ctx, id: string, name: string, value: string): Promise<void> {
  const named = await cookieNameHere(c, name)
  setCookie(c, named, value, {
    httpOnly: true,
    sameSite: 'Lax',
    secure: named !== name,
    path: `/s/${id}`,
    maxAge: PAD_LIFE / SECOND,
  })
}

async function page(c: Ctx, { pad, recipient }: OpenPad): Promise<string> {
  speakTo(c, recipient)
  const { legalEntityId } = await findEnvelope(c.var.house.db, recipient.envelopeId)
  const { legalName, logoDigest } = await findLegalEntity(c.var.house.db, legalEntityId)
  const brand = { name: legalName, logoUrl: logoDigest ? `/logo/${logoDigest}` : null }
  return c.var.render('signing/phone', { base: `/s/${pad.id}`, brand, name: nameOf(recipient), kind: pad.kind as PadKind })
}

/** One page for whatever does not work, byte for byte. */
async function overPage(c: Ctx): Promise<Response> {
  speakAsBefore(c)
  return c.html(await c.var.render('signing/phone-over', {}), 404)
}
