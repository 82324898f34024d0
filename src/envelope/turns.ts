import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { changingDraft } from './drafting.ts'
import { listRecipients, type Recipient } from './envelope.ts'
import { acts } from './naming.ts'

/** One step of somebody in the routing order: before or after, or at the same time as whoever acts before them. */
export type Move = 'up' | 'down' | 'together'
export const MOVES: readonly Move[] = ['up', 'down', 'together']

type Turns = readonly (readonly string[])[]

/** Who acts at once, in order. A copy has no turn. */
export function turnsOf(recipients: readonly Pick<Recipient, 'id' | 'role' | 'routingOrder'>[]): Turns {
  const turns = new Map<number, string[]>()
  for (const recipient of recipients.filter(acts).toSorted((a, b) => a.routingOrder - b.routingOrder))
    turns.set(recipient.routingOrder, [...(turns.get(recipient.routingOrder) ?? []), recipient.id])
  return [...turns.values()]
}

/** Whoever shares a turn leaves it first; whoever stands alone changes places with the turn beside theirs. */
export function moved(turns: Turns, id: string, move: Move): Turns {
  const at = turns.findIndex((turn) => turn.includes(id))
  const own = turns[at]
  if (!own) return turns
  const rest = own.filter((one) => one !== id)
  const before = turns.slice(0, at)
  const after = turns.slice(at + 1)
  if (move === 'together') {
    const above = before.at(-1)
    return above ? [...before.slice(0, -1), [...above, id], ...(rest.length ? [rest] : []), ...after] : turns
  }
  if (rest.length) return move === 'up' ? [...before, [id], rest, ...after] : [...before, rest, [id], ...after]
  const other = at + (move === 'up' ? -1 : 1)
  if (!turns[other]) return turns
  return turns.map((turn, index) => (index === at ? turns[other]! : index === other ? own : turn))
}

export function moveRecipient(db: Db, act: UserAct, owner: Reader, envelopeId: string, id: string, move: Move): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    const recipients = await listRecipients(tx, envelopeId)
    if (!recipients.some((recipient) => recipient.id === id)) throw new Refusal('not_found', 'recipient.unknown')
    const turns = moved(turnsOf(recipients), id, move)
    const copies = recipients.filter((recipient) => !acts(recipient)).map((recipient) => recipient.id)
    let position = 0
    for (const [at, turn] of [...turns, copies].entries())
      for (const one of turn)
        await tx
          .updateTable('recipient')
          .set({ position: position++, routingOrder: at + 1 })
          .where('id', '=', one)
          .execute()
  })
}
