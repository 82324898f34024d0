import type { User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { Refusal, RefusalAt, refusedAt } from '../base/refusal.ts'
import { contentProblems, deadlineOf, type DispatchTools, letGo } from '../envelope/dispatch.ts'
import { type DraftDetails, refuseToCreate, refuseUnfitDeadline } from '../envelope/drafting.ts'
import { findEnvelope, listRecipients } from '../envelope/envelope.ts'
import { refuseUnlessSealable } from '../envelope/readiness.ts'
import { once } from '../jobs/idempotency.ts'
import { asksOf } from './bulk/asking.ts'
import { fillRole, type RoleFiller } from './filling.ts'
import { draftFromVersion } from './using.ts'
import { versionFor } from './versions.ts'

export interface TemplateUse {
  readonly details: Partial<Pick<DraftDetails, 'title' | 'subject' | 'message' | 'deadline'>>
  /** By the name of the role. */
  readonly roles: readonly { readonly role: string; readonly person: RoleFiller }[]
  /** By the label of the field. */
  readonly values: Readonly<Record<string, string>>
  readonly sends: boolean
}

/**
 * An envelope of the newest version with its roles filled and its values written, and let go where that is wished: one transaction. `key`: the same one
 * makes one envelope. Answers its id.
 */
export async function useTemplate(
  tools: DispatchTools,
  act: UserAct,
  user: User,
  id: string,
  use: TemplateUse,
  key?: string,
): Promise<string> {
  const { details, sends } = use
  refuseToCreate(user)
  if (details.deadline) await refusedAt(['deadline'], async () => refuseUnfitDeadline(details.deadline!, act.at))
  if (sends) await refuseUnlessSealable(tools, act.at, deadlineOf({ deadline: details.deadline ?? null }, act.at))
  const made = await tools.db.transaction().execute(async (tx) => {
    const { template, version } = await versionFor(tx, user, id)
    if (template.archivedAt) throw new Refusal('conflict', 'template.archived')
    return once(tx, act.at, `use ${act.actor.id}`, key, async () => {
      const { envelope, copied } = await draftFromVersion(tx, act, version, user.id)
      if (Object.keys(details).length) await tx.updateTable('envelope').set(details).where('id', '=', envelope.id).execute()
      const recipients = await listRecipients(tx, envelope.id)
      for (const [at, { role, person }] of use.roles.entries()) {
        const place = recipients.find(({ roleName }) => roleName?.toLowerCase() === role.trim().toLowerCase())
        if (!place) throw new RefusalAt(new Refusal('invalid', 'template.role-unknown', { name: role.slice(0, 80) }), ['roles', at, 'role'])
        await refusedAt(['roles', at], () => fillRole(tx, user, place, person))
      }
      const asks = await asksOf(tx, version.envelopeId)
      for (const [label, value] of Object.entries(use.values)) {
        const ask = asks.find((one) => one.kind === 'value' && one.label === label.trim())
        if (ask?.kind !== 'value')
          throw new RefusalAt(new Refusal('invalid', 'template.value-unknown', { name: label.slice(0, 80) }), ['values', label])
        for (const field of ask.fields)
          await tx
            .updateTable('field')
            .set({ value })
            .where('id', '=', copied.get(field.id) ?? '')
            .execute()
      }
      if (sends) {
        const draft = await findEnvelope(tx, envelope.id)
        const [problem] = await contentProblems(tx, draft, act.at)
        if (problem) throw new Refusal('invalid', problem.reason, problem.params)
        await letGo(tx, act, draft)
      }
      return envelope.id
    })
  })
  if (sends) tools.wake()
  return made
}
