import { holdersOf } from '../../access/rights.ts'
import { systemAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { readEmailAddress } from '../../base/email-address.ts'
import { newId } from '../../base/id.ts'
import { type Instant, later, MINUTE } from '../../base/instant.ts'
import type { AlarmTable, Language } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { log } from '../../log/lines.ts'
import type { Message, MessageFacts } from '../../mail/message.ts'
import { queueMessage } from '../../mail/outbox.ts'
import { readSetting } from '../../setting/setting.ts'
import { fill, words } from '../../view/words.ts'
import { ALARM_CAUSES, type AlarmCause, type AlarmFacts, type AlarmTools, LOOKS } from './causes.ts'

export interface Alarm extends Omit<AlarmTable, 'cause' | 'facts'> {
  readonly cause: AlarmCause
  readonly facts: AlarmFacts
}

/**
 * It is over when nobody has seen it for so long: what comes and goes is told once, and another node that does not see it, whose keys are open or whose
 * disk has room, does not end it.
 */
const OVER = 3 * MINUTE

/** Each cause is told once, until it is over, which is told too. Asked every minute, on every node. */
export async function lookForAlarms(tools: AlarmTools, at: Instant): Promise<void> {
  const { db } = tools
  if (!(await readSetting(db, 'installation')).setUpAt) return
  for (const cause of ALARM_CAUSES) {
    const facts = await LOOKS[cause](tools, at)
    const open = await db
      .selectFrom('alarm')
      .select(['id', 'seenAt'])
      .where('cause', '=', cause)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
    if (facts && open)
      await db
        .updateTable('alarm')
        .set({ seenAt: at, facts: JSON.stringify(facts) })
        .where('id', '=', open.id)
        .execute()
    else if (facts) await raise(db, at, cause, facts)
    else if (open && open.seenAt <= later(at, -OVER)) await end(db, at, open.id, cause)
  }
}

async function raise(db: Db, at: Instant, cause: AlarmCause, facts: AlarmFacts): Promise<void> {
  const isNew = await db.transaction().execute(async (tx) => {
    const id = newId('alm')
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('alarm')
      .values({ id, cause, facts: JSON.stringify(facts), raisedAt: at, seenAt: at, endedAt: null })
      // Another node was faster.
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (!numInsertedOrUpdatedRows) return false
    await append(tx, systemAct(at), { type: 'alarm.raised', detail: { cause } })
    await tell(tx, at, 'alarm', id)
    return true
  })
  if (isNew) log('error', 'alarm.raised', { cause, ...facts })
}

async function end(db: Db, at: Instant, id: string, cause: AlarmCause): Promise<void> {
  const isOver = await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('alarm')
      .set({ endedAt: at })
      .where('id', '=', id)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return false
    await append(tx, systemAct(at), { type: 'alarm.ended', detail: { cause } })
    await tell(tx, at, 'all-clear', id)
    return true
  })
  if (isOver) log('info', 'alarm.ended', { cause })
}

/** Those who were named; where nobody is, everybody who may change the settings. */
async function tell(tx: Tx, at: Instant, kind: 'alarm' | 'all-clear', alarm: string): Promise<void> {
  for (const { email, language, userId } of await toldOf(tx))
    await queueMessage(tx, systemAct(at), {
      kind,
      channel: 'email',
      address: email,
      language,
      ...(userId ? { userId } : {}),
      params: { alarm },
    })
}

export async function toldOf(db: Db): Promise<{ email: string; language: Language; userId: string | null }[]> {
  const { emails } = await readSetting(db, 'alarms')
  const { language } = await readSetting(db, 'installation')
  if (emails.length) return emails.map((email) => ({ email, language, userId: null }))
  const holders = await holdersOf(db, ({ console }) => console.settings)
  if (!holders.size) return []
  const people = await db
    .selectFrom('user')
    .select(['id', 'email', 'language'])
    .where('id', 'in', [...holders])
    .where('disabledAt', 'is', null)
    .orderBy('email')
    .execute()
  return people.flatMap(({ id, email, language }) => (readEmailAddress(email) ? [{ email, language, userId: id }] : []))
}

const ENDED = 50

/** What is amiss now, the newest first, and what was. */
export async function listAlarms(db: Db): Promise<{ open: Alarm[]; ended: Alarm[] }> {
  const query = db.selectFrom('alarm').selectAll().orderBy('raisedAt', 'desc').orderBy('id')
  const [open, ended] = [
    await query.where('endedAt', 'is', null).execute(),
    await query.where('endedAt', 'is not', null).limit(ENDED).execute(),
  ]
  return { open: open.map(alarmOf), ended: ended.map(alarmOf) }
}

const alarmOf = (row: AlarmTable): Alarm => ({
  ...row,
  cause: row.cause as AlarmCause,
  facts: JSON.parse(row.facts) as AlarmFacts,
})

/** Null where it was over before anybody was told. */
export async function alarmMessageFacts(
  db: Db,
  { kind, params, language }: Message,
  staffOrigin: string,
): Promise<Pick<MessageFacts, 'link' | 'own'> | null> {
  const row = await db
    .selectFrom('alarm')
    .selectAll()
    .where('id', '=', String(params['alarm'] ?? ''))
    .executeTakeFirst()
  if (!row || (kind === 'alarm' && row.endedAt)) return null
  const { cause, facts } = alarmOf(row)
  const { title, told, advice } = words(language).alarms.causes[cause]
  return {
    link: `${staffOrigin}/console/alarms`,
    own: { subject: title, text: kind === 'alarm' ? `${fill(told, facts)}\n${advice}` : '' },
  }
}
