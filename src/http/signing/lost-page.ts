import { blankForm, type Form } from '../answers.ts'
import { findEnded } from '../../ceremony/ended.ts'
import { letterOf } from '../../mail/letter.ts'
import { findLegalEntity } from '../../setting/legal-entity.ts'
import type { Ctx } from '../env.ts'
import { speakAsBefore, speakTo } from './language.ts'

/** Unknown, expired, used, revoked and forged links show this one page, byte for byte. */
export async function lostPage(c: Ctx, form: Form = blankForm()): Promise<Response> {
  speakAsBefore(c)
  return c.html(await c.var.render('signing/lost', { form, asked: false }), 404)
}

/** For whoever holds the link of what was withdrawn, declined or ran out: what happened and why. Everybody else sees the page above. */
export async function endedOrLostPage(
  c: Ctx,
  held: { readonly invitationId: string; readonly secret: string | undefined },
): Promise<Response> {
  const ended = await findEnded(c.var.house, held)
  if (!ended) return lostPage(c)
  speakTo(c, ended.recipient)
  const { logoDigest } = await findLegalEntity(c.var.house.db, ended.envelope.legalEntityId)
  const { heading, text, facts } = letterOf(ended.kind, c.var.lang, ended.facts)
  const brand = { name: ended.facts.company, logoUrl: logoDigest ? `/logo/${logoDigest}` : null }
  return c.html(await c.var.render('signing/ended', { brand, here: `/s/${ended.invitation.id}`, heading, text, facts }), 410)
}
