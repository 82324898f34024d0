import type { Act } from '../audit/act.ts'
import type { RuleRunRow } from '../db/database.ts'
import type { Tx } from '../db/open.ts'
import { writeNote } from '../envelope/notes.ts'
import { changeResponsible } from '../envelope/responsible.ts'
import { queueMessage } from '../mail/outbox.ts'
import { draftFromVersion } from '../template/using.ts'
import type { Effect, Letter } from './deciding.ts'
import { enterStage } from './entering.ts'

/** Carries out what was decided, in the transaction that records it. */
export async function apply(tx: Tx, act: Act, run: RuleRunRow, effect: Exclude<Effect, { kind: 'webhook' }>): Promise<void> {
  switch (effect.kind) {
    case 'tell':
      for (const letter of effect.letters) await tell(tx, act, run, letter)
      return
    case 'responsible':
      return changeResponsible(tx, act, run.envelopeId, effect.user.id)
    case 'note':
      return writeNote(tx, act, { envelopeId: run.envelopeId, text: effect.text, ruleId: run.ruleId })
    case 'follow-up': {
      const because = { rule: run.ruleId, from: run.envelopeId }
      const { envelope } = await draftFromVersion(tx, act, effect.version, effect.sender, because)
      return writeNote(tx, act, { envelopeId: envelope.id, text: effect.note, ruleId: run.ruleId })
    }
    case 'move': {
      const card = await tx.selectFrom('boardCard').selectAll().where('envelopeId', '=', run.envelopeId).executeTakeFirstOrThrow()
      const chain = JSON.parse(run.chain) as string[]
      await enterStage(tx, act, card, effect.stage, { kind: 'rule', id: run.ruleId, chain })
    }
  }
}

const tell = (
  tx: Tx,
  act: Act,
  { envelopeId }: RuleRunRow,
  { recipient, user, address, language, subject, text }: Letter,
): Promise<unknown> =>
  queueMessage(tx, act, {
    kind: recipient ? 'rule-client' : user ? 'rule-staff' : 'rule',
    channel: recipient?.channel ?? 'email',
    address,
    language,
    envelopeId,
    ...(recipient ? { recipientId: recipient.id } : {}),
    ...(user ? { userId: user.id } : {}),
    params: { subject, text },
  })
