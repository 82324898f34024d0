import type { RecipientAct } from '../audit/act.ts'
import { append, trailOf, type TrailEntry } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { entitled } from '../envelope/entitlement.ts'
import { type Envelope, listRecipients, type Recipient } from '../envelope/envelope.ts'
import { sendFreshLink } from '../envelope/link-renewal.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { type Reached, startAnew } from '../envelope/starting-anew.ts'
import { addressOf, nameOf, tellSender } from '../envelope/telling.ts'
import { masked } from '../mail/masked.ts'
import { type Ceremony, type CeremonyTools, identified } from './ceremony.ts'

/** From one person to the next, unless the sender has put it right in between. */
export const MOST_IN_A_ROW = 3
const LONGEST_REASON = 500

export type Delegate = Omit<Reached, 'userId' | 'jobTitle'>

/** Whether the sender lets this recipient hand over. On a lent device nobody does: whoever lent it is there to be asked. */
export const mayDelegate = ({
  envelope,
  recipient,
  invitation,
}: {
  readonly envelope: Pick<Envelope, 'delegation'>
  readonly recipient: Pick<Recipient, 'side' | 'role' | 'status'>
  readonly invitation: Pick<Ceremony['invitation'], 'inPerson'>
}): boolean =>
  invitation.inPerson === 0 &&
  recipient.status === 'invited' &&
  (envelope.delegation === 'everybody' || (envelope.delegation === 'other' && recipient.side === 'other'))

/**
 * Somebody else takes a recipient's place, under their own name and address, with a link of their own; the one before stops. The recipient has
 * confirmed their code, so that nobody gives away what they only hold the link of. Whoever takes the place of somebody who signs for the
 * company is one of its people with that right. The sender is told, the log and the certificate of completion tell it.
 */
export async function delegate(
  tools: CeremonyTools,
  act: RecipientAct,
  ceremony: Ceremony,
  to: Delegate,
  typedReason: string,
): Promise<void> {
  const reason = typedReason.toWellFormed().trim().slice(0, LONGEST_REASON)
  if (!reason) throw new Refusal('invalid', 'delegation.reason-missing')
  await tools.db.transaction().execute(async (tx) => {
    const { recipient: before, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    if (!mayDelegate({ envelope, recipient: before, invitation: ceremony.invitation }))
      throw new Refusal('forbidden', 'delegation.not-allowed')
    await identified(tx, act.at, ceremony)
    const number = (await handedOnInARow(tx, before)) + 1
    if (number > MOST_IN_A_ROW) throw new Refusal('conflict', 'delegation.too-often', { most: MOST_IN_A_ROW })
    const person = await entitled(tx, null, { ...before, ...to, jobTitle: '', contactId: null })
    for (const one of await listRecipients(tx, envelope.id))
      if (isSamePlace(one, person)) throw new Refusal('invalid', 'delegation.already-there', { name: nameOf(one) })
    await startAnew(tx, act, before.id, person)
    const [from, name] = [nameOf(before), nameOf(person)]
    await append(tx, act, {
      type: 'recipient.delegated',
      envelopeId: envelope.id,
      detail: {
        recipient: before.id,
        invitation: ceremony.invitation.id,
        number,
        channel: person.channel,
        address: masked(addressOf(person)),
        before: masked(addressOf(before)),
      },
      clear: { from, name, reason },
    })
    await sendFreshLink(tx, act, envelope, person, 'delegated', { person: from })
    await tellSender(tx, act, 'delegated', envelope, { about: before, params: { person: from, to: name, reason } })
  })
  tools.wake()
}

const isSamePlace = (one: Pick<Recipient, 'email' | 'phone'>, other: Pick<Recipient, 'email' | 'phone'>): boolean =>
  (one.email !== null && one.email.toLowerCase() === other.email?.toLowerCase()) || (one.phone !== null && one.phone === other.phone)

type Place = Pick<Recipient, 'id' | 'envelopeId'>

/** How a recipient's place went from one to the next, the first one first. */
export const delegationsOf = async (db: Db, { id, envelopeId }: Place): Promise<TrailEntry[]> =>
  (await trailOf(db, envelopeId)).filter(({ type, detail }) => type === 'recipient.delegated' && detail['recipient'] === id)

/** Who of an envelope's recipients took whose place last, unless the sender has put it right since. */
export async function handedOverBy(db: Db, envelopeId: string): Promise<ReadonlyMap<string, string>> {
  const by = new Map<string, string>()
  for (const { type, detail, clear } of await trailOf(db, envelopeId)) {
    if (type === 'recipient.delegated') by.set(String(detail['recipient']), clear['from'] ?? '…')
    if (type === 'recipient.corrected') by.delete(String(detail['recipient']))
  }
  return by
}

/** How often since the sender last put it right. */
export async function handedOnInARow(db: Db, { id, envelopeId }: Place): Promise<number> {
  const about = (await trailOf(db, envelopeId)).filter(({ detail }) => detail['recipient'] === id)
  const corrected = about.findLastIndex(({ type }) => type === 'recipient.corrected')
  return about.slice(corrected + 1).filter(({ type }) => type === 'recipient.delegated').length
}
