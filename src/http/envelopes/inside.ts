import { fullName } from '../../access/roles.ts'
import { listUsers } from '../../access/users.ts'
import { listStages, stageName } from '../../board/stages.ts'
import { standingOf } from '../../board/moving.ts'
import { type Envelope, mayWith } from '../../envelope/envelope.ts'
import { responsibleOf } from '../../envelope/responsible.ts'
import { requireUser } from '../access.ts'
import { blankForm, type Form } from '../answers.ts'
import type { Ctx } from '../env.ts'

/** What is for the house alone: where the card stands, who is responsible, notes. */
export interface InsideView {
  readonly stage: { readonly name: string; readonly colour: string; readonly icon: string } | null
  readonly responsible: string
  readonly form: Form
  /** Null: the reader may not change it. */
  readonly users: readonly { readonly value: string; readonly label: string }[] | null
}

export async function insideView(c: Ctx, envelope: Envelope): Promise<InsideView> {
  const { db } = c.var.house
  const [stages, users, mayEdit, stageId] = await Promise.all([
    listStages(db),
    listUsers(db),
    mayWith(db, requireUser(c), envelope.id, 'edit'),
    standingOf(db, envelope.id),
  ])
  const stage = stages.find(({ id }) => id === stageId)
  const responsible = responsibleOf(envelope)
  const named = users.find(({ id }) => id === responsible)
  return {
    stage: stage ? { name: stageName(stage, c.var.lang), colour: stage.colour, icon: stage.icon } : null,
    responsible: named ? fullName(named) : '',
    form: blankForm({ user: responsible }),
    users: mayEdit
      ? users.filter(({ id, disabledAt }) => !disabledAt || id === responsible).map((user) => ({ value: user.id, label: fullName(user) }))
      : null,
  }
}
