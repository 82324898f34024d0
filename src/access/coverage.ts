import type { Db } from '../db/open.ts'
import { administers } from './opening.ts'
import { holdersOf } from './rights.ts'
import { fullName } from './roles.ts'
import { listUsers } from './users.ts'

export interface Coverage {
  readonly everybody: { readonly having: number; readonly all: number }
  readonly administrators: { readonly having: number; readonly all: number }
  /** Who administers without a second factor; the first fifty. */
  readonly without: readonly { readonly id: string; readonly name: string }[]
}

const MOST_NAMED = 50

/** Of those who may sign in: who has a second factor. */
export async function coverageOf(db: Db): Promise<Coverage> {
  const users = (await listUsers(db)).filter(({ disabledAt }) => disabledAt === null)
  const rows = [...(await db.selectFrom('totp').select('userId').execute()), ...(await db.selectFrom('passkey').select('userId').execute())]
  const having = new Set(rows.map(({ userId }) => userId))
  const may = await holdersOf(db, administers)
  const administrators = users.filter(({ id }) => may.has(id))
  const count = (people: readonly { id: string }[]) => ({ having: people.filter(({ id }) => having.has(id)).length, all: people.length })
  const without = administrators.filter(({ id }) => !having.has(id)).slice(0, MOST_NAMED)
  return {
    everybody: count(users),
    administrators: count(administrators),
    without: without.map((user) => ({ id: user.id, name: fullName(user) })),
  }
}
