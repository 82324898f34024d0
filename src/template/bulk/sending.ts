import type { Reader } from '../../access/reach.ts'
import { findUser } from '../../access/users.ts'
import { systemAct, type UserAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { failpoint } from '../../base/failpoint.ts'
import { later, SECOND } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { BulkRowRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { deadlineOf, type DispatchTools, letGo } from '../../envelope/dispatch.ts'
import { refuseToCreate, findDraft } from '../../envelope/drafting.ts'
import { findEnvelope, listRecipients } from '../../envelope/envelope.ts'
import { refuseUnlessSealable } from '../../envelope/readiness.ts'
import { isChannelConfigured } from '../../mail/channel.ts'
import { notify } from '../../notification/notifying.ts'
import { fillRole } from '../filling.ts'
import { draftFromVersion } from '../using.ts'
import { versionFor } from '../versions.ts'
import type { Ask } from './asking.ts'
import { asksOfBulk, type Bulk, orderNext, refuseRow } from './bulk.ts'
import { readRow, type ReadRow } from './checking.ts'

/** So many lines in one go, and a rest between: a mail server takes a thousand letters in some ten minutes rather than at once. */
export const ROWS_AT_ONCE = 10
export const REST = 5 * SECOND
/** While so many letters wait to be sent, no more are written. */
const MOST_WAITING = 50

/**
 * The job: the next lines of a bulk send, each in a transaction of its own that makes the envelope, lets it go and says so beside the line. A
 * crash between two lines leaves whole ones behind and begins with the next; none is sent twice, for a line that has left waits no longer.
 */
export async function carryOutBulk(tools: DispatchTools, { bulk: id }: { bulk: string }): Promise<void> {
  const { db, clock } = tools
  const row = await db.selectFrom('bulkSend').selectAll().where('id', '=', id).executeTakeFirst()
  if (row?.status !== 'running') return
  const bulk: Bulk = { ...row, columns: JSON.parse(row.columns) as string[], mapping: JSON.parse(row.mapping) as Bulk['mapping'] }
  const act: UserAct = { ...systemAct(clock()), actor: { kind: 'user', id: bulk.ownerId } }
  if (await isMailBehind(db)) return void (await db.transaction().execute((tx) => orderNext(tx, act.at, id, later(act.at, 2 * REST))))
  // Keys that are locked and the like are nobody's line's fault: the job is tried again.
  const deadline = deadlineOf({ deadline: null }, act.at)
  await refuseUnlessSealable(tools, act.at, deadline)
  const waiting = await db
    .selectFrom('bulkRow')
    .selectAll()
    .where('bulkId', '=', id)
    .where('status', '=', 'waiting')
    .orderBy('line')
    .limit(ROWS_AT_ONCE)
    .execute()
  const asks = await asksOfBulk(db, bulk)
  for (const line of waiting) {
    failpoint('bulk.before-row')
    if (!(await sendRow(tools, { ...act, at: clock() }, bulk, asks, line))) return
    failpoint('bulk.after-row')
  }
  await db.transaction().execute(async (tx) => {
    if (await orderNextOf(tx, act, id)) return
    await end(tx, act, bulk)
  })
  tools.wake()
}

async function orderNextOf(tx: Tx, act: UserAct, id: string): Promise<boolean> {
  const next = await tx.selectFrom('bulkRow').select('line').where('bulkId', '=', id).where('status', '=', 'waiting').executeTakeFirst()
  if (!next) return false
  return orderNext(tx, act.at, id, later(act.at, REST))
}

/** False: the bulk send was paused or stopped meanwhile. */
async function sendRow(tools: DispatchTools, act: UserAct, bulk: Bulk, asks: readonly Ask[], row: BulkRowRow): Promise<boolean> {
  const read = readRow(asks, bulk.mapping, JSON.parse(row.cells) as string[])
  try {
    return await tools.db.transaction().execute(async (tx) => {
      const { status } = await tx.selectFrom('bulkSend').select('status').where('id', '=', bulk.id).executeTakeFirstOrThrow()
      if (status !== 'running') return false
      const { numUpdatedRows } = await tx
        .updateTable('bulkRow')
        .set({ status: 'sent', reason: null, params: null })
        .where('bulkId', '=', bulk.id)
        .where('line', '=', row.line)
        .where('status', '=', 'waiting')
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) return true
      const [problem] = read.problems
      if (problem) throw new Refusal('invalid', problem.reason, problem.params)
      const owner = await findUser(tx, bulk.ownerId)
      if (owner.disabledAt) throw new Refusal('forbidden', 'access.forbidden')
      refuseToCreate(owner)
      const envelopeId = row.envelopeId ? await sendAgain(tx, act, owner, row.envelopeId) : await sendNew(tx, act, owner, bulk, read)
      await tx.updateTable('bulkRow').set({ envelopeId }).where('bulkId', '=', bulk.id).where('line', '=', row.line).execute()
      failpoint('bulk.before-commit')
      return true
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await tools.db.transaction().execute((tx) => refuseRow(tx, bulk.id, row.line, error))
    return true
  }
}

async function sendNew(tx: Tx, act: UserAct, owner: Reader, bulk: Bulk, read: ReadRow): Promise<string> {
  const { template, version } = await versionFor(tx, owner, bulk.templateId, bulk.templateVersion)
  if (template.archivedAt) throw new Refusal('conflict', 'template.archived')
  const { envelope, copied } = await draftFromVersion(tx, act, version, owner.id)
  const recipients = await listRecipients(tx, envelope.id)
  for (const { role, person } of read.people) {
    const own = recipients.find(({ id }) => id === copied.get(role.id))
    if (own) await fillRole(tx, owner, own, person)
  }
  for (const { field, value } of read.values)
    await tx
      .updateTable('field')
      .set({ value })
      .where('id', '=', copied.get(field.id) ?? '')
      .execute()
  await letGo(tx, act, envelope)
  return envelope.id
}

/** An envelope that came back to its sender is sent as it stands. */
async function sendAgain(tx: Tx, act: UserAct, owner: Reader, envelopeId: string): Promise<string> {
  if ((await findEnvelope(tx, envelopeId)).status === 'draft') await letGo(tx, act, await findDraft(tx, owner, envelopeId))
  return envelopeId
}

async function end(tx: Tx, act: UserAct, bulk: Bulk): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('bulkSend')
    .set({ status: 'done', endedAt: act.at })
    .where('id', '=', bulk.id)
    .where('status', '=', 'running')
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return
  const counts = await tx
    .selectFrom('bulkRow')
    .select((select) => ['status', select.fn.countAll<number>().as('count')])
    .where('bulkId', '=', bulk.id)
    .groupBy('status')
    .execute()
  const count = (status: string): number => Number(counts.find((one) => one.status === status)?.count ?? 0)
  await append(tx, act, {
    type: 'template.bulk-done',
    detail: { bulk: bulk.id, template: bulk.templateId, sent: count('sent'), refused: count('refused') },
  })
  await notify(tx, act, bulk.ownerId, {
    kind: 'bulk-finished',
    key: `bulk-finished ${bulk.id} ${act.at}`,
    params: { name: bulk.fileName, sent: count('sent'), failed: count('refused'), path: `/bulk/${bulk.id}` },
  })
}

async function isMailBehind(db: Db): Promise<boolean> {
  const { count } = await db
    .selectFrom('message')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('status', 'in', ['waiting', 'sending'])
    .where('openedAt', 'is', null)
    .where('channel', '=', 'email')
    .executeTakeFirstOrThrow()
  return Number(count) > MOST_WAITING && (await isChannelConfigured(db, 'email'))
}
