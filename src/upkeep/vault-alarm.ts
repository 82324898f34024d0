import { holdersOf } from '../access/rights.ts'
import { systemAct } from '../audit/act.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import type { Message, MessageFacts } from '../mail/message.ts'
import { queueMessage } from '../mail/outbox.ts'

/** Tells the administrators by mail of what was found and not told yet: one message for all of it, written with the mark that it was told. */
export async function raiseVaultAlarm(db: Db, at: Instant): Promise<void> {
  const waiting = await db
    .selectFrom('vaultFault')
    .select('id')
    .where('toldAt', 'is', null)
    .where('kind', '!=', 'register')
    .limit(1)
    .executeTakeFirst()
  if (!waiting) return
  await db.transaction().execute(async (tx) => {
    const faults = await tx.selectFrom('vaultFault').select('id').where('toldAt', 'is', null).where('kind', '!=', 'register').execute()
    await tx.updateTable('vaultFault').set({ toldAt: at }).where('toldAt', 'is', null).execute()
    const holders = await holdersOf(tx, ({ console }) => console.settings)
    const people = holders.size
      ? await tx
          .selectFrom('user')
          .select(['id', 'email', 'language'])
          .where('id', 'in', [...holders])
          .where('disabledAt', 'is', null)
          .execute()
      : []
    for (const { id, email, language } of people)
      await queueMessage(tx, systemAct(at), {
        kind: 'vault-fault',
        channel: 'email',
        address: email,
        language,
        userId: id,
        params: { count: faults.length },
      })
  })
}

/** Null where everything was put right before the message went. */
export async function vaultAlarmFacts(
  db: Db,
  _message: Message,
  staffOrigin: string,
): Promise<Pick<MessageFacts, 'link' | 'record'> | null> {
  const rows = await db
    .selectFrom('vaultFault')
    .leftJoin('document', 'document.id', 'vaultFault.documentId')
    .select(['kind', 'subject', 'detail', 'document.documentId as publicId'])
    .where('resolvedAt', 'is', null)
    .where('kind', '!=', 'register')
    .orderBy('foundAt', 'desc')
    .limit(20)
    .execute()
  if (!rows.length) return null
  return {
    link: `${staffOrigin}/console/vault`,
    record: rows.map(({ publicId, subject, detail }) => `${publicId ?? subject}  ${detail}`).join('\n'),
  }
}
