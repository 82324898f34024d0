import { type Act, systemAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { newId } from '../../base/id.ts'
import { type Clock, type Instant, later, MINUTE } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { IdentityRoundRow, IdentityRow, UserRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { enqueue } from '../../jobs/queue.ts'
import { findEverybody, openDirectory } from '../../ldap/directory.ts'
import { LdapFailure, type LdapPerson } from '../../ldap/server.ts'
import { disableUserIn } from '../users.ts'
import { letInAgain, noteSeen } from './arriving.ts'
import { toldBy } from './directory-password.ts'
import { followDetails, followRights, type ToldPerson } from './following.ts'
import { type DirectorySource, findSource, listSources, serverOf, sourcesInUse } from './source.ts'

export const DIRECTORY_ROUND = 'directory.round'
const KEPT = 50

interface Tools {
  readonly db: Db
  readonly clock: Clock
  readonly secretKey: SecretKey
}

interface Followed {
  readonly identity: IdentityRow
  readonly user: UserRow
}

/** Orders a round for every directory whose time has come. */
export async function orderDueRounds({ db, clock, secretKey }: Tools): Promise<boolean> {
  const at = clock()
  let isAny = false
  for (const source of await listSources(db, secretKey)) {
    if (source.kind !== 'ldap' || !source.isOn) continue
    const last = await lastRound(db, source.id)
    if (last && at < later(last.startedAt, source.settings.everyMinutes * MINUTE)) continue
    await db.transaction().execute((tx) => orderRound(tx, at, source.id))
    isAny = true
  }
  return isAny
}

/** `approved`: accounts that an administrator has said may be shut out, if the directory still does not have them. */
export const orderRound = (tx: Tx, at: Instant, sourceId: string, approved: readonly string[] = []): Promise<void> =>
  enqueue(tx, at, {
    kind: DIRECTORY_ROUND,
    payload: { source: sourceId, approved },
    key: `${DIRECTORY_ROUND} ${sourceId} ${approved.length ? newId('apr') : ''}`,
  })

export const lastRound = (db: Db, sourceId: string): Promise<IdentityRoundRow | undefined> =>
  db
    .selectFrom('identityRound')
    .selectAll()
    .where('sourceId', '=', sourceId)
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

export const roundsOf = (db: Db, sourceId: string, most: number): Promise<IdentityRoundRow[]> =>
  db
    .selectFrom('identityRound')
    .selectAll()
    .where('sourceId', '=', sourceId)
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute()

/**
 * Compares everybody who comes from a directory with what it says now: names, addresses, groups, and whether it still has them. A directory that does not
 * answer changes nothing. Where it suddenly misses more people than its settings allow, or says that it has nobody at all, nobody is shut out before an
 * administrator has said so.
 */
export async function followDirectory(tools: Tools, sourceId: string, approved: readonly string[] = []): Promise<void> {
  const { db, clock, secretKey } = tools
  const source = await findSource(db, secretKey, sourceId).catch(() => null)
  if (source?.kind !== 'ldap' || !source.isOn) return
  const round: IdentityRoundRow = {
    id: newId('rnd'),
    sourceId,
    startedAt: clock(),
    endedAt: null,
    outcome: null,
    known: 0,
    found: 0,
    changed: 0,
    disabled: 0,
    enabled: 0,
    missing: '',
    detail: '',
  }
  try {
    await compare(tools, source, round, new Set(approved))
  } catch (error) {
    if (!(error instanceof LdapFailure)) throw error
    Object.assign(round, { outcome: 'failed', detail: `${error.fault}: ${error.message}`.slice(0, 500) })
  }
  await record(db, { ...round, endedAt: clock() }, source)
}

async function compare(
  { db, clock }: Tools,
  source: DirectorySource,
  round: IdentityRoundRow,
  approved: ReadonlySet<string>,
): Promise<void> {
  const followed = await peopleOf(db, source.id)
  await using directory = await openDirectory(serverOf(source))
  const everybody = await findEverybody(directory, source.settings)
  const act = systemAct(clock())
  round.found = everybody.size
  const missing: Followed[] = []
  for (const one of followed) {
    const person = everybody.get(one.identity.subject)
    const isShutOut = one.user.disabledAt !== null
    if (!isShutOut || one.identity.disabledAt) round.known++
    // Whom an administrator has shut out is none of the directory's business.
    if (isShutOut && !one.identity.disabledAt) continue
    if (person) await follow(db, act, source, one, person, await toldBy(directory, source, person), round)
    else if (!isShutOut) missing.push(one)
  }
  const most = Math.max(1, Math.floor((round.known * source.settings.mostMissing) / 100))
  const isHeld = missing.length > 0 && (everybody.size === 0 || missing.length > most)
  const leaving = isHeld ? missing.filter(({ user }) => approved.has(user.id)) : missing
  const left = new Set<string>()
  for (const one of leaving) if (await shutOut(db, act, one)) left.add(one.user.id)
  round.disabled = left.size
  const waiting = missing.filter(({ user }) => !left.has(user.id))
  round.missing = waiting.map(({ user }) => user.id).join(' ')
  round.outcome = isHeld && waiting.length ? 'held' : 'done'
}

async function peopleOf(db: Db, sourceId: string): Promise<Followed[]> {
  const identities = await db.selectFrom('identity').selectAll().where('sourceId', '=', sourceId).orderBy('userId').execute()
  const users = await db
    .selectFrom('user')
    .selectAll('user')
    .innerJoin('identity', 'identity.userId', 'user.id')
    .where('identity.sourceId', '=', sourceId)
    .execute()
  const byId = new Map(users.map((user) => [user.id, user]))
  return identities.flatMap((identity) => {
    const user = byId.get(identity.userId)
    return user ? [{ identity, user }] : []
  })
}

async function follow(
  db: Db,
  act: Act,
  source: DirectorySource,
  { identity, user }: Followed,
  person: LdapPerson,
  told: ToldPerson,
  round: IdentityRoundRow,
): Promise<void> {
  const hasChanged = await db.transaction().execute(async (tx) => {
    if (identity.disabledAt) {
      await letInAgain(tx, act, user)
      if (user.disabledAt) round.enabled++
    }
    await noteSeen(tx, act.at, user.id, person.dn)
    return followDetails(tx, act, user, told)
  })
  const rights = await followRights(db, act, source, user.id, told)
  if (rights === 'kept') round.detail = `kept: ${user.id}`
  if (hasChanged || rights === 'changed') round.changed++
}

/** False: the house refused, because nobody would be left to administer it. */
async function shutOut(db: Db, act: Act, { user }: Followed): Promise<boolean> {
  try {
    await db.transaction().execute(async (tx) => {
      // An administrator was faster: theirs is the decision.
      const { disabledAt } = await tx.selectFrom('user').select('disabledAt').where('id', '=', user.id).executeTakeFirstOrThrow()
      if (disabledAt) return
      await disableUserIn(tx, act, null, user.id)
      await tx.updateTable('identity').set({ disabledAt: act.at }).where('userId', '=', user.id).execute()
    })
    return true
  } catch (error) {
    if (error instanceof Refusal && error.code === 'conflict') return false
    throw error
  }
}

/** Told in the log where something happened, or where it came out otherwise than the last time. */
async function record(db: Db, round: IdentityRoundRow, source: DirectorySource): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const last = await lastRound(tx, source.id)
    await tx.insertInto('identityRound').values(round).execute()
    if (round.changed || round.disabled || round.enabled || (last?.outcome ?? 'done') !== round.outcome)
      await append(tx, systemAct(round.endedAt ?? round.startedAt), {
        type: 'source.followed',
        detail: { source: source.id, outcome: round.outcome, changed: round.changed, disabled: round.disabled, enabled: round.enabled },
        clear: { name: source.name },
      })
    const old = await tx
      .selectFrom('identityRound')
      .select('id')
      .where('sourceId', '=', source.id)
      .orderBy('startedAt', 'desc')
      .orderBy('id', 'desc')
      .limit(1_000)
      .offset(KEPT)
      .execute()
    if (old.length)
      await tx
        .deleteFrom('identityRound')
        .where(
          'id',
          'in',
          old.map(({ id }) => id),
        )
        .execute()
  })
}

/** What an administrator agrees to: exactly those whom the last round missed. */
export async function approveMissing(db: Db, act: Act, sourceId: string, roundId: string): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const last = await lastRound(tx, sourceId)
    if (!last || last.id !== roundId || last.outcome !== 'held') throw new Refusal('conflict', 'source.round-over')
    const people = last.missing.split(' ').filter(Boolean)
    await append(tx, act, { type: 'source.missing-approved', detail: { source: sourceId, count: people.length } })
    await orderRound(tx, act.at, sourceId, people)
    return people.length
  })
}

/** Directories in use whose last comparison waits for an administrator, or got no answer. */
export async function troubledSources(db: Db): Promise<{ id: string; name: string; outcome: 'held' | 'failed' }[]> {
  const troubled: { id: string; name: string; outcome: 'held' | 'failed' }[] = []
  for (const { id, kind, name } of await sourcesInUse(db)) {
    const outcome = kind === 'ldap' ? (await lastRound(db, id))?.outcome : null
    if (outcome === 'held' || outcome === 'failed') troubled.push({ id, name, outcome })
  }
  return troubled
}
