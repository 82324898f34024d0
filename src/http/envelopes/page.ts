import { allows } from '../../access/permissions.ts'
import { findUser } from '../../access/users.ts'
import { fullName } from '../../access/roles.ts'
import type { Digest } from '../../base/digest.ts'
import type { DocumentId } from '../../base/document-id.ts'
import { DAY, type Instant } from '../../base/instant.ts'
import { annulledAmong } from '../../envelope/annulment.ts'
import { type Attachment, signedAttachments } from '../../envelope/attachments.ts'
import { type Document, type Envelope, listDocuments, listRecipients, mayWith, type Recipient } from '../../envelope/envelope.ts'
import { pagesOf } from '../../envelope/fields.ts'
import { lastWayIn, type Letter, lettersOf } from '../../envelope/letters.ts'
import { type Stage, stageOf } from '../../envelope/list.ts'
import { acts, certificatePages } from '../../envelope/naming.ts'
import { shownDigest } from '../../envelope/page-images.ts'
import { receivedIn } from '../../envelope/received.ts'
import { whoseTurn } from '../../envelope/routing.ts'
import { addressOf, nameOf } from '../../envelope/telling.ts'
import { turnsOf } from '../../envelope/turns.ts'
import { masked } from '../../mail/masked.ts'
import { type Happening, historyOf } from '../../vault/history.ts'
import { requireUser } from '../access.ts'
import { handedOverBy } from '../../ceremony/delegating.ts'
import { blankForm, type Form } from '../answers.ts'
import type { Ctx } from '../env.ts'
import { readSetting } from '../../setting/setting.ts'
import { type InsideView, insideView } from './inside.ts'
import { deadlineValues } from './deadline-fields.ts'
import { reminderValues } from './reminder-fields.ts'

export interface ShownPerson {
  readonly id: string
  readonly name: string
  readonly role: Recipient['role']
  readonly side: Recipient['side']
  readonly note: string
  readonly channel: Recipient['channel']
  readonly address: string
  readonly language: Recipient['language']
  readonly turn: number | null
  /** The last thing that they did, and when. */
  readonly state: 'waiting' | 'invited' | 'opened' | 'identified' | 'signed' | 'declined' | 'copy' | 'notified' | 'over'
  readonly at: Instant | null
  /** What was last written to them, where it is not with them yet or never came. */
  readonly letter: {
    readonly id: string
    readonly kind: Letter['kind']
    readonly reach: 'waits' | 'under-way' | 'handed-over' | 'undelivered'
  } | null
  readonly declineReason: string | null
  /** Who stood here before and handed over; null: nobody. */
  readonly handedOverBy: string | null
  readonly serial: string | null
  /** What they attached and signed with. */
  readonly attachments: readonly { readonly id: string; readonly name: string; readonly size: number }[]
  readonly isMe: boolean
  readonly isTurn: boolean
  readonly canBeCorrected: boolean
  /** When they are reminded by themselves; null: not any more. */
  readonly remindAt: Instant | null
}

export interface EnvelopeView {
  readonly envelope: {
    readonly id: string
    readonly title: string
    readonly status: Envelope['status']
    readonly stage: Stage
    readonly message: string
    readonly deadline: Instant | null
    readonly endsSoon: boolean
    readonly dispatchedAt: Instant | null
    readonly completedAt: Instant | null
    readonly endedAt: Instant | null
    readonly endReason: string | null
    /** Null: the reader's own. */
    readonly sender: string | null
    readonly isPublic: boolean
  }
  readonly may: { readonly edit: boolean; readonly create: boolean }
  readonly signed: number
  readonly signers: number
  /** Some of those who act approve or attest. */
  readonly isMixed: boolean
  /** Where the certificate of completion of each file stands. */
  readonly certificateAt: 'inside' | 'apart' | 'both'
  readonly documents: readonly {
    readonly id: string
    readonly title: string
    readonly documentId: DocumentId
    readonly digest: Digest
    readonly pages: readonly { readonly width: number; readonly height: number }[]
    /** How many of the pages are the certificate of completion. */
    readonly certificatePages: number
  }[]
  readonly people: readonly ShownPerson[]
  readonly timeline: readonly Happening[]
  readonly inside: InsideView
  readonly correct: { readonly id: string; readonly name: string; readonly form: Form } | null
  readonly deadline: Form
  readonly reminders: Form
  readonly voiding: Form
}

interface Forms {
  /** Whose details are being corrected. */
  readonly correct?: string | null
  readonly correction?: Form
  readonly deadline?: Form
  readonly reminders?: Form
  readonly voiding?: Form
}

/** The page of an envelope that has left its draft, with the form that was refused, if one was. */
export async function envelopePage(c: Ctx, envelope: Envelope, forms: Forms = {}): Promise<string> {
  const { db } = c.var.house
  const user = requireUser(c)
  const recipients = await listRecipients(db, envelope.id)
  const documents = await listDocuments(db, envelope.id)
  const signers = recipients.filter(acts)
  const isAnnulled = (await annulledAmong(db, [envelope.id])).size > 0
  const mayEdit = await mayWith(db, user, envelope.id, 'edit')
  const corrected = recipients.find((recipient) => recipient.id === forms.correct && canBeCorrected(envelope, recipient) && mayEdit)
  return c.var.render('envelopes/show', {
    envelope: {
      id: envelope.id,
      title: envelope.title,
      status: envelope.status,
      stage: stageOf(envelope, signers, isAnnulled),
      message: envelope.message,
      deadline: envelope.deadline,
      endsSoon: envelope.status === 'sent' && envelope.deadline !== null && Date.parse(envelope.deadline) - Date.parse(c.var.act.at) < DAY,
      dispatchedAt: envelope.dispatchedAt,
      completedAt: envelope.completedAt,
      endedAt: envelope.endedAt,
      endReason: envelope.endReason,
      sender: envelope.senderId === user.id ? null : fullName(await findUser(db, envelope.senderId)),
      isPublic: envelope.isPublic === 1,
    },
    may: { edit: mayEdit, create: allows(user.permissions.documents.create) },
    signed: signers.filter(({ status }) => status === 'signed').length,
    signers: signers.length,
    isMixed: signers.some(({ role }) => role !== 'signer'),
    certificateAt: certificateAt(documents),
    documents: await Promise.all(
      documents.map(async (document) => ({
        id: document.id,
        title: document.title,
        documentId: document.documentId,
        digest: await shownDigest(db, document),
        pages: pagesOf(document),
        certificatePages: certificatePages(document),
      })),
    ),
    people: shownPeople(envelope, recipients, user.id, mayEdit, {
      letters: await lettersOf(db, envelope.id),
      handedOver: await handedOverBy(db, envelope.id),
      attachments: await signedAttachments(db, envelope.id),
    }),
    timeline: await historyOf(db, c.var.lang, envelope.id),
    inside: await insideView(c, envelope),
    correct: corrected
      ? { id: corrected.id, name: nameOf(corrected), form: forms.correction ?? blankForm(correctionValues(corrected)) }
      : null,
    deadline: forms.deadline ?? blankForm(await deadlineValues(c, envelope.deadline)),
    reminders: forms.reminders ?? blankForm(reminderValues(envelope, (await readSetting(db, 'reminders')).most)),
    voiding: forms.voiding ?? blankForm(),
  })
}

const correctionValues = (recipient: Recipient): Record<string, string> => ({
  firstName: recipient.firstName,
  lastName: recipient.lastName,
  email: recipient.email ?? '',
  phone: recipient.phone ?? '',
  channel: recipient.channel,
  language: recipient.language,
})

const canBeCorrected = (envelope: Envelope, { status }: Recipient): boolean =>
  envelope.status === 'sent' && (status === 'waiting' || status === 'invited')

function shownPeople(
  envelope: Envelope,
  recipients: readonly Recipient[],
  userId: string,
  mayEdit: boolean,
  {
    letters,
    attachments,
    handedOver,
  }: { readonly letters: readonly Letter[]; readonly attachments: readonly Attachment[]; readonly handedOver: ReadonlyMap<string, string> },
): ShownPerson[] {
  const turns = turnsOf(recipients)
  const now = envelope.status === 'sent' ? whoseTurn(recipients).map(({ id }) => id) : []
  return recipients.map((recipient) => {
    const turn = turns.findIndex((ids) => ids.includes(recipient.id))
    return {
      id: recipient.id,
      name: nameOf(recipient),
      role: recipient.role,
      side: recipient.side,
      note: [recipient.jobTitle, recipient.company].filter(Boolean).join(', '),
      channel: recipient.channel,
      address: masked(addressOf(recipient)),
      language: recipient.language,
      turn: turn < 0 ? null : turn + 1,
      ...stateOf(envelope, recipient),
      letter: openLetter(envelope, recipient, letters),
      declineReason: recipient.declineReason,
      handedOverBy: handedOver.get(recipient.id) ?? null,
      serial: recipient.certificateSerial,
      attachments: attachments
        .filter(({ recipientId }) => recipientId === recipient.id)
        .map(({ id, fileName, size }) => ({ id, name: fileName, size })),
      isMe: recipient.userId === userId,
      isTurn: recipient.status === 'invited' && now.includes(recipient.id),
      canBeCorrected: mayEdit && canBeCorrected(envelope, recipient),
      remindAt: recipient.remindAt,
    }
  })
}

/** The way to somebody's next step, where it is not with them: of what ended without being signed, nobody waits for a message. */
function openLetter(envelope: Envelope, recipient: Recipient, letters: readonly Letter[]): ShownPerson['letter'] {
  const { state } = stateOf(envelope, recipient)
  const step = NEXT_STEP[state]
  const letter = step && lastWayIn(letters, recipient.id, step)
  if (!letter) return null
  const { id, kind, reach } = letter
  return reach === 'sent' || reach === 'withdrawn' ? null : { id, kind, reach }
}

const NEXT_STEP: Readonly<Partial<Record<ShownPerson['state'], 'link' | 'code' | 'finished'>>> = {
  invited: 'link',
  opened: 'code',
  signed: 'finished',
  notified: 'finished',
}

function stateOf(envelope: Envelope, recipient: Recipient): Pick<ShownPerson, 'state' | 'at'> {
  if (recipient.status === 'signed') return { state: 'signed', at: recipient.signedAt }
  if (recipient.status === 'declined') return { state: 'declined', at: recipient.declinedAt }
  if (recipient.status === 'notified') return { state: 'notified', at: null }
  if (['declined', 'voided', 'expired'].includes(envelope.status)) return { state: 'over', at: null }
  if (!acts(recipient)) return { state: 'copy', at: null }
  if (recipient.status === 'waiting') return { state: 'waiting', at: null }
  if (recipient.identifiedAt) return { state: 'identified', at: recipient.identifiedAt }
  return recipient.openedAt ? { state: 'opened', at: recipient.openedAt } : { state: 'invited', at: null }
}

function certificateAt(documents: readonly Document[]): EnvelopeView['certificateAt'] {
  const given = documents.filter(({ certifies }) => certifies === null)
  const apart = given.filter((document) => receivedIn(document)).length
  return apart === 0 ? 'inside' : apart === given.length ? 'apart' : 'both'
}
