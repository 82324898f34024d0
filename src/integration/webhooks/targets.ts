import type { UserAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { base64, base64url, fromBase64, fromUtf8, randomBytes, utf8 } from '../../base/bytes.ts'
import { newId } from '../../base/id.ts'
import { DAY, type Instant, later } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { targetUrl } from '../../calling/address.ts'
import type { Config } from '../../config/config.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { WebhookTargetRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { orderWaiting } from './deliveries.ts'
import { eventsIn, type WebhookEvent } from './events.ts'

export type Target = Omit<WebhookTargetRow, 'sealedSecret' | 'formerSecret' | 'events' | 'namesPeople'> & {
  readonly events: readonly WebhookEvent[]
  readonly namesPeople: boolean
}

export interface TargetDetails {
  readonly name: string
  readonly url: string
  readonly events: readonly WebhookEvent[]
  readonly namesPeople: boolean
}

interface Tools {
  readonly db: Db
  readonly config: Config
  readonly secretKey: SecretKey
}

const MOST_TARGETS = 20
/** How long the key before signs too, so that a target can be given the new one in peace. */
export const FORMER_KEY = DAY

const targetOf = ({ sealedSecret: _, formerSecret: __, events, namesPeople, ...row }: WebhookTargetRow): Target => ({
  ...row,
  events: eventsIn(events),
  namesPeople: namesPeople === 1,
})

export async function listTargets(db: Db): Promise<Target[]> {
  const rows = await db.selectFrom('webhookTarget').selectAll().where('removedAt', 'is', null).orderBy('name').orderBy('id').execute()
  return rows.map(targetOf)
}

const rowOf = (db: Db, id: string): Promise<WebhookTargetRow | undefined> =>
  db.selectFrom('webhookTarget').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()

/** `code`: `invalid` where it was chosen in a form, `not_found` where it is the page itself. */
export async function findTarget(db: Db, id: string, code: 'invalid' | 'not_found' = 'invalid'): Promise<Target> {
  const row = await rowOf(db, id)
  if (!row) throw new Refusal(code, 'webhook.unknown')
  return targetOf(row)
}

/** Its address and the keys that sign what it is told now; null where it is gone. */
export async function findCallable(
  { db, secretKey }: Pick<Tools, 'db' | 'secretKey'>,
  id: string,
  at: Instant,
): Promise<(Target & { readonly secrets: readonly string[] }) | null> {
  const row = await rowOf(db, id)
  if (!row) return null
  const former = row.formerSecret && row.formerUntil && at < row.formerUntil ? [row.formerSecret] : []
  return { ...targetOf(row), secrets: [row.sealedSecret, ...former].map((sealed) => openSecret(secretKey, id, sealed)) }
}

const openSecret = (secretKey: SecretKey, id: string, sealed: string): string => fromUtf8(secretKey.open('webhook', id, fromBase64(sealed)))

function newSecret(secretKey: SecretKey, id: string): { readonly secret: string; readonly sealedSecret: string } {
  const secret = base64url(randomBytes(32))
  return { secret, sealedSecret: base64(secretKey.seal('webhook', id, utf8(secret))) }
}

/** Answers the key of the signature, which is shown this once. */
export function addTarget(
  { db, config, secretKey }: Tools,
  act: UserAct,
  details: Pick<TargetDetails, 'name' | 'url'> & Partial<TargetDetails>,
): Promise<{ readonly id: string; readonly secret: string }> {
  return db.transaction().execute(async (tx) => {
    const address = targetUrl(details.url, config.webhookHosts)
    if ((await listTargets(tx)).length >= MOST_TARGETS) throw new Refusal('conflict', 'webhook.too-many')
    const id = newId('tgt')
    const { secret, sealedSecret } = newSecret(secretKey, id)
    const row = { name: details.name, url: address.href, ...wishesOf(details) }
    await tx
      .insertInto('webhookTarget')
      .values({ id, ...row, sealedSecret, createdAt: act.at, removedAt: null })
      .execute()
    await append(tx, act, {
      type: 'webhook-target.added',
      detail: { target: id, host: address.host, events: row.events },
      clear: { name: details.name },
    })
    return { id, secret }
  })
}

const wishesOf = ({ events = [], namesPeople = false }: Partial<TargetDetails>) => ({
  events: events.join(' '),
  namesPeople: namesPeople ? 1 : 0,
})

export function changeTarget(
  { db, config }: Pick<Tools, 'db' | 'config'>,
  act: UserAct,
  id: string,
  details: TargetDetails,
): Promise<void> {
  return changing(db, id, async (tx) => {
    const address = targetUrl(details.url, config.webhookHosts)
    const row = { name: details.name, url: address.href, ...wishesOf(details) }
    await tx.updateTable('webhookTarget').set(row).where('id', '=', id).execute()
    await append(tx, act, {
      type: 'webhook-target.changed',
      detail: { target: id, host: address.host, events: row.events },
      clear: { name: details.name },
    })
  })
}

/** A new key, shown this once; the one before signs beside it for a day. */
export async function renewSecret({ db, secretKey }: Pick<Tools, 'db' | 'secretKey'>, act: UserAct, id: string): Promise<string> {
  const { secret, sealedSecret } = newSecret(secretKey, id)
  await changing(db, id, async (tx, target) => {
    const former = await tx.selectFrom('webhookTarget').select('sealedSecret').where('id', '=', id).executeTakeFirstOrThrow()
    await tx
      .updateTable('webhookTarget')
      .set({ sealedSecret, formerSecret: former.sealedSecret, formerUntil: later(act.at, FORMER_KEY) })
      .where('id', '=', id)
      .execute()
    await append(tx, act, { type: 'webhook-target.key-renewed', detail: { target: id }, clear: { name: target.name } })
  })
  return secret
}

/** What happens meanwhile is kept, and told once it goes on. */
export function pauseTarget(db: Db, act: UserAct, id: string): Promise<void> {
  return changing(db, id, async (tx, target) => {
    if (target.pausedAt) return
    await tx.updateTable('webhookTarget').set({ pausedAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'webhook-target.paused', detail: { target: id }, clear: { name: target.name } })
  })
}

export function resumeTarget(db: Db, act: UserAct, id: string): Promise<void> {
  return changing(db, id, async (tx, target) => {
    if (!target.pausedAt) return
    await tx.updateTable('webhookTarget').set({ pausedAt: null }).where('id', '=', id).execute()
    await orderWaiting(tx, act.at, id)
    await append(tx, act, { type: 'webhook-target.resumed', detail: { target: id }, clear: { name: target.name } })
  })
}

/** Nobody calls it from now on: rules say so in their log, and what still waited for it is dropped. */
export function removeTarget(db: Db, act: UserAct, id: string): Promise<void> {
  return changing(db, id, async (tx, target) => {
    await tx.updateTable('webhookTarget').set({ removedAt: act.at }).where('id', '=', id).execute()
    await tx.updateTable('webhookDelivery').set({ status: 'dropped' }).where('targetId', '=', id).where('status', '=', 'waiting').execute()
    await append(tx, act, { type: 'webhook-target.removed', detail: { target: id }, clear: { name: target.name } })
  })
}

const changing = (db: Db, id: string, change: (tx: Tx, target: Target) => Promise<void>): Promise<void> =>
  db.transaction().execute(async (tx) => change(tx, await findTarget(tx, id, 'not_found')))
