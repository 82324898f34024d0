import type { RecipientAct } from '../audit/act.ts'
import { trailOf } from '../audit/trail.ts'
import type { Db } from '../db/open.ts'

import { type Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { inEach, languagesOf } from '../envelope/completion-words.ts'
import { type Document, listFields, listRecipients, type Recipient } from '../envelope/envelope.ts'
import { pagesOf } from '../envelope/fields.ts'
import { nameFields, signerNames } from '../envelope/naming.ts'
import { pictureOf } from '../envelope/preparation.ts'
import { headRevision } from '../envelope/revisions.ts'
import { nameOf } from '../envelope/telling.ts'
import { captioned, pictureForm, rowForm, textForm, turned, typedForm } from '../pdf/appearance.ts'
import type { Filled } from '../pdf/append.ts'
import type { Style } from '../pdf/fonts.ts'
import type { Form } from '../pdf/form.ts'
import type { Head } from '../pdf/head.ts'
import { fontSet } from '../sandbox/fonts.ts'
import type { SignerAct } from '../seal/signing.ts'
import { findDisclosure } from '../setting/disclosure.ts'
import { readSetting } from '../setting/setting.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, type Words, words } from '../view/words.ts'
import type { Ceremony, CeremonyTools } from './ceremony.ts'
import { type FillableField, fieldsToFill, isMark, type MarkKind } from './filling.ts'
import { type Hand, type Mark, marksOf, stampsFor } from './marks.ts'
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
  const fields = await fieldsToFill(db, ceremony, act.at)
  const marks = await markForms(tools, ceremony)
  const evidence = await evidenceOf(tools, act, ceremony)
  const acts: { document: Document; act: SignerAct; serial: string }[] = []
  for (const document of ceremony.documents) {
    const head = await headRevision(db, document.id)
    if (!head) throw new Refusal('conflict', 'signature.document-moved-on')
    const { fields: places } = JSON.parse(head.head) as Head
    const serial = newSerial()
    const pages = pagesOf(document)
    const named = nameFields(recipients, await listFields(db, document.id)).filter(
      ({ name, field }) => name && field.recipientId === recipient.id,
    )
    const mine = new Map(fields.filter(({ documentId }) => documentId === document.id).map((field) => [field.id, field]))
    const filled: Filled[] = []
    let appearance: Form | null = null
    for (const { field, name } of named) {
      const own = mine.get(field.id)
      const place = name ? places[name] : undefined
      if (!own || !name || !place) continue
      // A page that is shown lying has its fields lying in the file; whatever stands in them is turned so that it is read upright.
      const rotation = pages[own.page]?.rotation ?? 0
      const [width, height] = rotation % 180 ? [place.height, place.width] : [place.width, place.height]
      if (own.kind === 'checkbox') {
        if (own.value) filled.push({ field: name, checked: true })
      } else if (isMark(own.kind)) {
        const mark = marks[own.kind]
        if (!mark) continue
        const drawn = mark(width, height)
        const form = turned(own.kind === 'signature' ? captioned(fontSet(), drawn, evidence.caption) : drawn, rotation)
        if (name === `${signer}_sig`) appearance = form
        else filled.push({ field: name, appearance: form })
      } else if (own.value) {
        const text = shownValue(own, ceremony, evidence.timeZone, act.at)
        const multiline = own.kind === 'multiline' || own.kind === 'company-details'
        filled.push({
          field: name,
          value: text,
          appearance: turned(textForm(fontSet(), { text, width, height, size: own.fontSize, multiline }), rotation),
        })
      }
    }
    const row = places[`${signer}_row`]
    if (row)
      filled.push({
        field: `${signer}_row`,
        appearance: rowForm(
          fontSet(),
          { facts: [...evidence.facts, { label: evidence.certificate, value: serial }], mark: marks.signature?.(180, 62) ?? null },
          row.width,
          row.height,
        ),
      })
    acts.push({ document, serial, act: { signer, name: nameOf(recipient), appearance, filled } })
  }
  return acts
}

type MarkForm = (width: number, height: number) => Form

async function markForms(tools: CeremonyTools, ceremony: Ceremony): Promise<Partial<Record<MarkKind, MarkForm>>> {
  const stamps = await stampsFor(tools.db, ceremony)
  const forms: Partial<Record<MarkKind, MarkForm>> = {}
  for (const [kind, mark] of Object.entries(await marksOf(tools.db, ceremony.recipient.id)) as [MarkKind, Mark][]) {
    if (mark.method === 'typed') {
      const { text, font } = JSON.parse(mark.source) as { text: string; font: Hand }
      forms[kind] = (width, height) => typedForm(fontSet(), font as Style, text, width, height)
      continue
    }
    // The right to a company's stamp is asked again when it is set, not only when it was chosen.
    if (mark.method === 'library' && !stamps.some(({ id }) => id === (JSON.parse(mark.source) as { stamp: string }).stamp))
      throw new Refusal('forbidden', 'stamp.not-allowed')
    const picture = await pictureOf(tools, mark.objectDigest)
    forms[kind] = (width, height) => pictureForm(picture, width, height, kind)
  }
  return forms
}

function shownValue(field: FillableField, { recipient }: Ceremony, timeZone: string, at: Instant): string {
  if (field.kind === 'date-signed') return formatsFor(recipient.language, timeZone).date(at)
  if (field.kind === 'date') return formatsFor(recipient.language).date(`${field.value}T00:00:00.000Z` as Instant)
  return field.value
}

/** What the recipient's row tells, in their own language under labels of every language: how they were identified, what they accepted, when, from where. */
async function evidenceOf({ db }: CeremonyTools, act: RecipientAct, { recipient, envelope }: Ceremony) {
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
  told((w) => w.row[done], formats.exact(act.at))
  if (act.ip) told((w) => w.row.from, act.ip)
  return {
    timeZone,
    facts,
    certificate: each((w) => w.row.certificate),
    caption: `${nameOf(recipient)} · ${formats.exact(act.at)}`,
  }
}

const handedOver = ({ linkHandedOver, codeHandedOver }: IdentifiedHow, told: Words['completion']['identified']): string => {
  if (linkHandedOver && codeHandedOver) return told.handedOver
  return linkHandedOver ? told.linkHandedOver : codeHandedOver ? told.codeHandedOver : ''
}

/** Their name was put right after the certificate of completion had been drawn. */
async function wasRenamed(db: Db, recipient: Pick<Recipient, 'id' | 'envelopeId'>): Promise<boolean> {
  const trail = await trailOf(db, recipient.envelopeId)
  return trail.some(
    ({ type, detail }) => type === 'recipient.corrected' && detail['recipient'] === recipient.id && detail['renamed'] === true,
  )
}
