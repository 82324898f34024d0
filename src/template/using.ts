import type { Reader } from '../access/reach.ts'
import type { Act, UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { DAY, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Copied, copyEnvelope } from '../envelope/copying.ts'
import { refuseToCreate } from '../envelope/drafting.ts'
import { type Envelope, findEnvelope } from '../envelope/envelope.ts'
import { type Version, versionFor } from './versions.ts'

/** A draft of the newest version, whose open roles are filled on its page. */
export async function draftFromTemplate(db: Db, act: UserAct, user: Reader, id: string): Promise<Envelope> {
  refuseToCreate(user)
  return db.transaction().execute(async (tx) => {
    const { template, version } = await versionFor(tx, user, id)
    if (template.archivedAt) throw new Refusal('conflict', 'template.archived')
    return (await draftFromVersion(tx, act, version, user.id)).envelope
  })
}

/** The draft of one version, in the name of whoever sends it; `copied` leads from what the version has to what the draft has. */
export async function draftFromVersion(
  tx: Tx,
  act: Act,
  version: Pick<Version, 'templateId' | 'number' | 'envelopeId'>,
  senderId: string,
  /** What else its entry of the log says: who or what started it. */
  because: Readonly<Record<string, string>> = {},
): Promise<{ readonly envelope: Envelope; readonly copied: Copied }> {
  const frozen = await findEnvelope(tx, version.envelopeId)
  const made = await copyEnvelope(tx, act, frozen, {
    status: 'draft',
    senderId,
    deadline: frozen.deadlineDays ? later(act.at, frozen.deadlineDays * DAY) : null,
  })
  await append(tx, act, {
    type: 'envelope.drafted',
    envelopeId: made.envelope.id,
    detail: { ...because, template: version.templateId, version: version.number },
  })
  return made
}
