import { call, type Outcome } from '../calling/calling.ts'
import type { RuleRunRow } from '../db/database.ts'
import { findCallable } from '../integration/webhooks/targets.ts'
import type { RuleTools } from './carrying-out.ts'
import { ruleFacts } from './rule-facts.ts'

/** Tells a declared target what entered a stage; called again, it is told the same under the same id. */
export async function callTarget({ db, clock, config, secretKey }: RuleTools, targetId: string, run: RuleRunRow): Promise<Outcome> {
  const at = clock()
  const target = await findCallable({ db, secretKey }, targetId, at)
  if (!target) return { kind: 'refused', detail: 'the target is gone' }
  const body = JSON.stringify(await payloadOf({ db }, run))
  return call({ url: target.url, id: run.id, body, secrets: target.secrets, at, allowed: config.webhookHosts })
}

async function payloadOf({ db }: Pick<RuleTools, 'db'>, run: RuleRunRow): Promise<object> {
  const facts = await ruleFacts(db, run.envelopeId, run.stageId)
  const { envelope } = facts
  return {
    event: 'stage.entered',
    id: run.id,
    at: run.createdAt,
    stage: { id: run.stageId, name: facts.stageName('en') },
    envelope: {
      id: envelope.id,
      documentId: facts.documentId,
      title: envelope.title,
      status: envelope.status,
      deadline: envelope.deadline,
      signed: facts.signed,
      signers: facts.signers,
    },
  }
}
