import type { RecipientAct } from '../audit/act.ts'
import { trailOf } from '../audit/trail.ts'
import type { Db } from '../db/open.ts'

import { Refusal } from '../base/refusal.ts'
import { type Attachment, attachmentsOf } from '../envelope/attachments.ts'
import { inEach, languagesOf } from '../envelope/completion-words.ts'
import { type Document, listFields, listRecipients, type Recipient } from '../envelope/envelope.ts'
import { pagesOf } from '../envelope/fields.ts'
import { nameFields, signerNames } from '../envelope/naming.ts'
import { partyOf } from '../envelope/party.ts'
import { headRevision } from '../envelope/revisions.ts'
import { nameOf } from '../envelope/telling.ts'
import { rowForm } from '../pdf/appearance.ts'
import { type AnyHead, isReceived } from '../pdf/received-head.ts'
import { fontSet } from '../sandbox/fonts.ts'
import type { SignerAct } from '../seal/signing.ts'
import { findDisclosure } from '../setting/disclosure.ts'
import { readSetting } from '../setting/setting.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, type Words, words } from '../view/words.ts'
import type { Ceremony, CeremonyTools } from './ceremony.ts'
import { delegationsOf } from './delegating.ts'
import { drawnApart, drawnTogether, markForms } from './drawing.ts'
import { fieldsToFill } from './filling.ts'
import type { IdentifiedHow } from './one-time-code.ts'

/** What of the recipient's own is written into each document: values, marks, and their row on the certificate of completion. */
export async function signerActs(
  tools: CeremonyTools,
  act: RecipientAct,
  ceremony: Ceremony,
  newSerial: () => string,
): Promise<{ document: Document; act: SignerAct; serial: string }[]> {
  const { db } = tools
  const { recipient, envelope } = ceremony
  const recipients = await listRecipients(db, envelope.id)
  const signer = signerNames(recipients).get(recipient.id)
  if (!signer) throw new Refusal('conflict', 'recipient.not-their-turn')
  const attachments = await attachmentsOf(db, recipient.id)
  // What a field shows of a file is its name.
  const fields = (await fieldsToFill(db, ceremony, act.at)).map((field) =>
    field.kind === 'attachment' ? { ...field, value: attachments.find(({ id }) => id === field.value)?.fileName ?? '' } : field,
  )
  const marks = await markForms(tools, ceremony)
  const evidence = await evidenceOf(tools, act, ceremony, attachments)
  const drawing = {
    recipient,
    party: await partyOf(db, recipient),
    marks,
    caption: evidence.caption,
    timeZone: evidence.timeZone,
    at: act.at,
  }
  const acts: { document: Document; act: SignerAct; serial: string }[] = []
  for (const document of ceremony.documents) {
    const head = await headRevision(db, document.id)
    if (!head) throw new Refusal('conflict', 'signature.document-moved-on')
    const places = JSON.parse(head.head) as AnyHead
    const serial = newSerial()
    const filledIn = fields.filter(({ documentId }) => documentId === document.id)
    const placed = await listFields(db, document.id)
    if (isReceived(places)) {
      const own = placed.filter(({ recipientId }) => recipientId === recipient.id)
      const appearance = drawnTogether(places.received.places[signer], own, filledIn, drawing)
      acts.push({ document, serial, act: { signer, name: nameOf(recipient), appearance, filled: [] } })
      continue
    }
    const named = nameFields(recipients, placed).filter(({ name, field }) => name && field.recipientId === recipient.id)
    const { appearance, filled } = drawnApart(places, signer, pagesOf(document), named, filledIn, drawing)
    const row = places.fields[`${signer}_row`]
    const facts = [...evidence.facts, { label: evidence.certificate, value: serial }]
    const mark = marks.signature?.(180, 62) ?? null
    if (row) filled.push({ field: `${signer}_row`, appearance: rowForm(fontSet(), { facts, mark }, row.width, row.height) })
    acts.push({ document, serial, act: { signer, name: nameOf(recipient), appearance, filled } })
  }
  return acts
}

/** What the recipient's row tells, in their own language under labels of every language: how they were identified, what they accepted, when, from where. */
async function evidenceOf({ db }: CeremonyTools, act: RecipientAct, { recipient, envelope }: Ceremony, attachments: readonly Attachment[]) {
  const { timeZone } = await readSetting(db, 'installation')
  const languages = languagesOf(envelope, await listRecipients(db, envelope.id))
  const each = (tell: Parameters<typeof inEach>[1]): string => inEach(languages, tell, timeZone)
  const own = words(recipient.language).completion
  const formats = formatsFor(recipient.language, timeZone)
  const terms = recipient.consentDisclosureId ? await findDisclosure(db, recipient.consentDisclosureId) : null
  const how = recipient.identifiedHow ? (JSON.parse(recipient.identifiedHow) as IdentifiedHow) : null
  const done = ({ signer: 'signed', approver: 'approved', witness: 'witnessed', copy: 'signed' } as const)[recipient.role]
  const facts: { label: string; value: string }[] = []
  const told = (label: Parameters<typeof inEach>[1], value: string): void => void facts.push({ label: each(label), value })
  if (await wasRenamed(db, recipient)) told((w) => w.kinds['full-name'], nameOf(recipient))
  for (const { at, clear } of await delegationsOf(db, recipient))
    told(
      (w) => w.row.delegated,
      fill(own.delegated, {
        from: clear['from'] ?? '…',
        to: clear['name'] ?? '…',
        at: formats.exact(at),
        reason: cut(clear['reason'] ?? '…'),
      }),
    )
  if (how)
    told(
      (w) => w.row.identified,
      [
        fill(own.identified[how.channel], { address: how.address }),
        handedOver(how, own.identified),
        how.inPerson ? own.identified.inPerson : '',
      ]
        .filter(Boolean)
        .join(', '),
    )
  if (terms && recipient.consentedAt)
    told(
      (w) => w.row.consented,
      fill(own.terms, { version: terms.version, language: terms.language, at: formats.exact(recipient.consentedAt) }),
    )
  if (recipient.openedAt) told((w) => w.row.opened, formats.exact(recipient.openedAt))
  told((w) => w.row[done], fill(own.row.moment, { at: formats.exact(act.at) }))
  if (act.ip) told((w) => w.row.from, act.ip)
  for (const { fileName, size, objectDigest } of attachments)
    told((w) => w.row.attachment, fill(own.attached, { name: shortened(fileName), size: formats.bytes(size), digest: objectDigest }))
  return {
    timeZone,
    facts,
    certificate: each((w) => w.row.certificate),
    // The day alone: the mark is drawn before the person confirms, and the time stamp proves the moment.
    caption: `${nameOf(recipient)} · ${formats.date(act.at)}`,
  }
}

/** The whole reason stands in the log. */
const cut = (reason: string): string => {
  const line = reason.replace(/\s+/g, ' ')
  return line.length > 120 ? `${line.slice(0, 119).trimEnd()}…` : line
}

/** Beside its digest, so many letters of a name are enough to know the file again. */
const shortened = (fileName: string): string => (fileName.length > 60 ? `${fileName.slice(0, 40)}…${fileName.slice(-18)}` : fileName)

const handedOver = ({ linkHandedOver, codeHandedOver }: IdentifiedHow, told: Words['completion']['identified']): string => {
  if (linkHandedOver && codeHandedOver) return told.handedOver
  return linkHandedOver ? told.linkHandedOver : codeHandedOver ? told.codeHandedOver : ''
}

/** Their name was put right, or another took their place, after the certificate of completion had been drawn. */
async function wasRenamed(db: Db, recipient: Pick<Recipient, 'id' | 'envelopeId'>): Promise<boolean> {
  const trail = await trailOf(db, recipient.envelopeId)
  return trail.some(
    ({ type, detail }) =>
      detail['recipient'] === recipient.id &&
      (type === 'recipient.delegated' || (type === 'recipient.corrected' && detail['renamed'] === true)),
  )
}
