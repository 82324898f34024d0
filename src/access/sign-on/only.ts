import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { newId } from '../../base/id.ts'
import { DAY, type Instant, later, MINUTE } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { SignInMethod, UserRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { queueMessage } from '../../mail/outbox.ts'
import { readSetting, writeSetting } from '../../setting/setting.ts'
import { holdersOf } from '../rights.ts'
import { fullName } from '../roles.ts'
import { originOf } from './owned.ts'
import { sourcesInUse } from './source.ts'

/** So long ago the break-glass password may have been tried, and still counts as known. */
export const TESTED_LASTS = 90 * DAY
/** So long ago the administrator may have come in by a source to switch everybody else over to it. */
export const FRESH = 15 * MINUTE

const LOCAL: readonly SignInMethod[] = ['password', 'link', 'passkey']

/**
 * Whether what has said who it is may open a session. Whoever comes from a source comes in by it alone, for it decides whether they may. While
 * everybody signs on by a source, the break-glass administrator's own password still opens, and everybody hears of it: once, where a half session of
 * `begunAt` becomes a whole one.
 */
export async function admit(tx: Tx, act: Act, user: UserRow, method: SignInMethod, begunAt: Instant | null = null): Promise<void> {
  if (!LOCAL.includes(method)) return
  const origin = await originOf(tx, user.id)
  if (origin) throw new Refusal('forbidden', 'sign-in.by-source', { name: origin.name })
  const { only, breakGlassUserId } = await readSetting(tx, 'signOn')
  if (!only) return
  if (user.id !== breakGlassUserId) throw new Refusal('forbidden', 'sign-in.source-only')
  const isKnown =
    begunAt !== null &&
    (await tx.selectFrom('breakGlassUse').select('id').where('userId', '=', user.id).where('at', '=', begunAt).executeTakeFirst()) !==
      undefined
  if (!isKnown) await soundAlarm(tx, act, user)
}

/** Into the log, to every administrator by mail, and on every page until one of them has taken note. */
async function soundAlarm(tx: Tx, act: Act, user: UserRow): Promise<void> {
  await tx
    .insertInto('breakGlassUse')
    .values({ id: newId('brk'), userId: user.id, at: act.at, ip: act.ip, seenAt: null, seenBy: null })
    .execute()
  await append(tx, act, { type: 'user.broke-glass', detail: { user: user.id }, clear: { name: fullName(user) } })
  for (const administrator of await administrators(tx))
    await queueMessage(tx, act, {
      kind: 'break-glass',
      channel: 'email',
      address: administrator.email,
      language: administrator.language,
      userId: administrator.id,
      params: { name: fullName(user), at: act.at, ip: act.ip ?? '' },
    })
}

export async function administrators(db: Db): Promise<UserRow[]> {
  const ids = await holdersOf(db, ({ console, permissions }) => console.users && permissions.edit)
  return (await db.selectFrom('user').selectAll().where('disabledAt', 'is', null).execute()).filter(({ id }) => ids.has(id))
}

/** Chosen together with its password, so that it is known to somebody. For accounts of the house that administer it. */
export async function chooseBreakGlass(tx: Tx, act: Act, userId: string): Promise<void> {
  const user = (await administrators(tx)).find(({ id }) => id === userId)
  if (!user || !user.passwordHash || (await originOf(tx, userId))) throw new Refusal('invalid', 'sign-on.break-glass-unfit')
  const setting = await readSetting(tx, 'signOn')
  await writeSetting(tx, act, 'signOn', { ...setting, breakGlassUserId: userId, testedAt: act.at })
  await append(tx, act, { type: 'sign-on.break-glass-chosen', detail: { user: userId }, clear: { name: fullName(user) } })
}

/** For the owner of the machine: chosen without its password, which a link sets. */
export async function appointBreakGlass(tx: Tx, act: Act, user: UserRow): Promise<void> {
  const setting = await readSetting(tx, 'signOn')
  await writeSetting(tx, act, 'signOn', { ...setting, breakGlassUserId: user.id, testedAt: null })
  await append(tx, act, {
    type: 'sign-on.break-glass-chosen',
    detail: { user: user.id, by: 'command-line' },
    clear: { name: fullName(user) },
  })
}

/** Only by somebody who has just come in by a source, with a break-glass password that was tried lately. */
export async function switchToSources(tx: Tx, act: Act, sessionId: string): Promise<void> {
  const setting = await readSetting(tx, 'signOn')
  if (setting.only) return
  if (!(await sourcesInUse(tx)).length) throw new Refusal('conflict', 'sign-on.no-source')
  const session = await tx.selectFrom('identitySession').selectAll().where('sessionId', '=', sessionId).executeTakeFirst()
  if (!session || later(session.createdAt, FRESH) <= act.at) throw new Refusal('forbidden', 'sign-on.sign-in-first')
  await refuseUnknownPassword(tx, act.at, setting.breakGlassUserId, setting.testedAt)
  await writeSetting(tx, act, 'signOn', { ...setting, only: true })
  await append(tx, act, { type: 'sign-on.only-switched-on' })
}

async function refuseUnknownPassword(tx: Tx, at: Instant, userId: string | null, testedAt: Instant | null): Promise<void> {
  const user = (await administrators(tx)).find(({ id }) => id === userId)
  if (!user || !user.passwordHash || !testedAt || later(testedAt, TESTED_LASTS) <= at)
    throw new Refusal('conflict', 'sign-on.break-glass-missing')
}

export async function switchToPasswords(tx: Tx, act: Act): Promise<void> {
  const setting = await readSetting(tx, 'signOn')
  if (!setting.only) return
  await writeSetting(tx, act, 'signOn', { ...setting, only: false })
  await append(tx, act, { type: 'sign-on.only-switched-off' })
}

/** Uses that no administrator has taken note of, newest first. */
export const unseenUses = (db: Db) => db.selectFrom('breakGlassUse').selectAll().where('seenAt', 'is', null).orderBy('at', 'desc').execute()

/** Whoever used it does not take note of it themselves. */
export async function takeNote(tx: Tx, act: Act, readerId: string): Promise<void> {
  const uses = (await unseenUses(tx)).filter(({ userId }) => userId !== readerId)
  if (!uses.length) throw new Refusal('forbidden', 'sign-on.note-by-another')
  for (const { id } of uses) await tx.updateTable('breakGlassUse').set({ seenAt: act.at, seenBy: readerId }).where('id', '=', id).execute()
  await append(tx, act, { type: 'sign-on.break-glass-noted', detail: { count: uses.length } })
}
