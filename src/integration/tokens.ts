import { covers } from '../access/permissions.ts'
import type { User } from '../access/roles.ts'
import { endTokens } from '../access/token-ending.ts'
import { findUser, mayDoMore, withRights } from '../access/users.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { DAY, type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { ApiTokenRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { once } from '../jobs/idempotency.ts'
import { readSetting } from '../setting/setting.ts'
import { isWithin, readNetworks } from './networks.ts'
import { type Scope, readScopes } from './scopes.ts'
import { hashOf, hintOf, isSecret, newSecret } from './token.ts'

export type Token = Omit<ApiTokenRow, 'scopes' | 'addresses' | 'hash'> & {
  readonly scopes: readonly Scope[]
  readonly addresses: readonly string[]
}

const tokenOf = ({ hash: _, scopes, addresses, ...row }: ApiTokenRow): Token => ({
  ...row,
  scopes: readScopes(scopes),
  addresses: addresses.split(' ').filter(Boolean),
})

export const MOST_TOKENS = 50
export const DEFAULT_DAYS = 90
export const LONGEST_NAME = 80

export interface TokenWish {
  /** Whose rights it has: one's own, or those of a service account. */
  readonly userId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Null: without end, where the house allows it. */
  readonly days: number | null
  /** As typed. */
  readonly addresses: string
}

/**
 * The secret is in the answer and nowhere else: only its hash is kept. `key`: of the form; the same form sent twice makes one token, and the second
 * answer cannot show its secret.
 */
export async function makeToken(
  db: Db,
  act: UserAct,
  maker: User,
  wish: TokenWish,
  key?: string,
): Promise<{ readonly token: Token; readonly secret: string }> {
  const policy = await readSetting(db, 'api')
  const name = wish.name.trim()
  if (!name) throw new Refusal('invalid', 'token.name-missing')
  if (!wish.scopes.length) throw new Refusal('invalid', 'token.scope-missing')
  const longest = policy.longestDays
  if (wish.days === null ? !policy.endless : !Number.isInteger(wish.days) || wish.days < 1 || wish.days > longest)
    throw new Refusal('invalid', 'token.days', { most: longest })
  const addresses = readNetworks(wish.addresses)
  const secret = newSecret()
  const made = await db.transaction().execute(async (tx) => {
    const owner = await findUser(tx, wish.userId)
    if (owner.id === maker.id ? !policy.personal : !mayManage(maker, owner)) throw new Refusal('forbidden', 'access.forbidden')
    if (owner.id !== maker.id && !owner.isService) throw new Refusal('forbidden', 'token.of-a-person')
    if (owner.disabledAt) throw new Refusal('conflict', 'token.owner-disabled')
    if (owner.id !== maker.id && mayDoMore(maker, owner)) throw new Refusal('forbidden', 'token.wider')
    const live = await liveTokens(tx, act.at).where('userId', '=', owner.id).execute()
    if (live.length >= MOST_TOKENS) throw new Refusal('conflict', 'token.too-many', { most: MOST_TOKENS })
    return once(tx, act.at, `token ${maker.id}`, key, async () => {
      const row: ApiTokenRow = {
        id: newId('tok'),
        userId: owner.id,
        name: name.slice(0, LONGEST_NAME),
        hint: hintOf(secret),
        hash: hashOf(secret),
        scopes: wish.scopes.join(' '),
        addresses: addresses.join(' '),
        createdAt: act.at,
        createdBy: maker.id,
        expiresAt: wish.days === null ? null : later(act.at, wish.days * DAY),
        lastUsedAt: null,
        lastUsedIp: null,
        endedAt: null,
        endedBy: null,
      }
      await tx.insertInto('apiToken').values(row).execute()
      await append(tx, act, {
        type: 'token.made',
        detail: { user: owner.id, token: row.id, scopes: row.scopes, expires: row.expiresAt },
        clear: { name: row.name },
      })
      return row
    })
  })
  if (made.hash !== hashOf(secret)) throw new Refusal('conflict', 'token.made-already')
  return { token: tokenOf(made), secret }
}

/** Whoever manages users answers for the accounts of programs, and sees everybody's tokens. */
const mayManage = ({ permissions }: User, owner: Pick<User, 'isService'>): boolean => permissions.console.users && owner.isService === 1

/** Stops at once: one's own, or whoever's one manages. Somebody else's is not found. */
export function endToken(db: Db, act: UserAct, reader: User, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const token = await tx.selectFrom('apiToken').selectAll().where('id', '=', id).executeTakeFirst()
    if (!token || (token.userId !== reader.id && !reader.permissions.console.users)) throw new Refusal('not_found', 'token.unknown')
    await endTokens(tx, act, token.userId, id)
  })
}

const liveTokens = (db: Db, at: Instant) =>
  db
    .selectFrom('apiToken')
    .selectAll()
    .where('endedAt', 'is', null)
    .where((where) => where.or([where('expiresAt', 'is', null), where('expiresAt', '>', at)]))

/** Newest first, with those that have ended. */
export const tokensOf = async (db: Db, userId: string): Promise<Token[]> =>
  (await db.selectFrom('apiToken').selectAll().where('userId', '=', userId).orderBy('createdAt', 'desc').orderBy('id').execute()).map(
    tokenOf,
  )

export interface OwnedToken extends Token {
  readonly owner: string
  readonly isService: boolean
}

/** Everybody's that work, newest first. */
export async function listTokens(db: Db, at: Instant, most = 500): Promise<OwnedToken[]> {
  const rows = await liveTokens(db, at)
    .innerJoin('user', 'user.id', 'apiToken.userId')
    .selectAll('apiToken')
    .select(['user.firstName', 'user.lastName', 'user.isService'])
    .orderBy('apiToken.createdAt', 'desc')
    .orderBy('apiToken.id')
    .limit(most)
    .execute()
  return rows.map(({ firstName, lastName, isService, ...row }) => ({
    ...tokenOf(row),
    owner: `${firstName} ${lastName}`.trim(),
    isService: isService === 1,
  }))
}

/**
 * Whose it is, with the rights that they have at this moment. What is forged, unknown, ended or a disabled person's is told alike; only a token that is
 * right learns that it is over or that it comes from the wrong place.
 */
export async function redeemToken(db: Db, secret: string, at: Instant, ip: string | null): Promise<{ token: Token; user: User }> {
  const wrong = () => new Refusal('unauthenticated', 'token.wrong')
  if (!isSecret(secret)) throw wrong()
  const row = await db.selectFrom('apiToken').selectAll().where('hash', '=', hashOf(secret)).executeTakeFirst()
  if (!row || row.endedAt) throw wrong()
  const user = await db.selectFrom('user').selectAll().where('id', '=', row.userId).where('disabledAt', 'is', null).executeTakeFirst()
  if (!user) throw wrong()
  if (row.expiresAt && row.expiresAt <= at) throw new Refusal('unauthenticated', 'token.over')
  const token = tokenOf(row)
  if (!isWithin(token.addresses, ip)) throw new Refusal('forbidden', 'token.elsewhere')
  // Written at most once a minute, so that reading does not write.
  if (!row.lastUsedAt || later(row.lastUsedAt, MINUTE) <= at || row.lastUsedIp !== ip)
    await db.updateTable('apiToken').set({ lastUsedAt: at, lastUsedIp: ip }).where('id', '=', row.id).execute()
  return { token, user: await withRights(db, user) }
}

/** Whether somebody may do all that an account may, so that they may act by it. */
export const mayActFor = (reader: User, owner: User): boolean => covers(reader.permissions, owner.permissions)
