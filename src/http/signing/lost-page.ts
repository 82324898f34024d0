import { blankForm, type Form } from '../answers.ts'
import { findEnded, findHandedOver } from '../../ceremony/ended.ts'
import { letterOf } from '../../mail/letter.ts'
import { findLegalEntity } from '../../setting/legal-entity.ts'
import { readSetting } from '../../setting/setting.ts'
import { formatsFor } from '../../view/formats.ts'
import { fill, words } from '../../view/words.ts'
import type { Ctx } from '../env.ts'
import { allowFrame } from './embedding.ts'
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
  const ended = await findEnded(c.var.house, c.var.act.at, held)
  if (!ended) return handedOverOrLostPage(c, held)
  await allowFrame(c, ended.invitation)
  speakTo(c, ended.recipient)
  const { logoDigest } = await findLegalEntity(c.var.house.db, ended.envelope.legalEntityId)
  const { heading, text, facts } = letterOf(ended.kind, c.var.lang, ended.facts)
  const brand = { name: ended.facts.company, logoUrl: logoDigest ? `/logo/${logoDigest}` : null }
  return c.html(await c.var.render('signing/ended', { brand, here: `/s/${ended.invitation.id}`, heading, text, facts }), 410)
}

/** Whoever handed over sees that they did, as long as they hold the link in which they did it. */
async function handedOverOrLostPage(
  c: Ctx,
  held: { readonly invitationId: string; readonly secret: string | undefined },
): Promise<Response> {
  const handed = await findHandedOver(c.var.house, held)
  if (!handed) return lostPage(c)
  speakAsBefore(c)
  const { legalName, logoDigest } = await findLegalEntity(c.var.house.db, handed.envelope.legalEntityId)
  const { timeZone } = await readSetting(c.var.house.db, 'installation')
  const w = words(c.var.lang).delegation
  const facts = [
    { label: w.facts.title, value: handed.envelope.title },
    { label: w.facts.to, value: handed.to },
    { label: w.facts.at, value: formatsFor(c.var.lang, timeZone).moment(handed.at) },
    { label: w.facts.reason, value: handed.reason },
  ]
  const brand = { name: legalName, logoUrl: logoDigest ? `/logo/${logoDigest}` : null }
  const text = fill(w.doneLead, { name: handed.to })
  return c.html(await c.var.render('signing/ended', { brand, here: `/s/${handed.invitation.id}`, heading: w.doneTitle, text, facts }), 410)
}
