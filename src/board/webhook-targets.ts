import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { base64, base64url, fromBase64, fromUtf8, randomBytes, utf8 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { WebhookTargetRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { targetUrl } from './webhook-address.ts'

export type Target = Pick<WebhookTargetRow, 'id' | 'name' | 'url' | 'createdAt'>

const MOST_TARGETS = 20

export const listTargets = (db: Db): Promise<Target[]> =>
  db
    .selectFrom('webhookTarget')
    .select(['id', 'name', 'url', 'createdAt'])
    .where('removedAt', 'is', null)
    .orderBy('name')
    .orderBy('id')
    .execute()

export async function findTarget(db: Db, id: string): Promise<Target> {
  const target = (await listTargets(db)).find((one) => one.id === id)
  if (!target) throw new Refusal('invalid', 'board.target-unknown')
  return target
}

/** Answers the key of the signature, which is shown this once. */
export function addTarget(
  { db, config, secretKey }: { readonly db: Db; readonly config: Config; readonly secretKey: SecretKey },
  act: UserAct,
  { name, url }: { readonly name: string; readonly url: string },
): Promise<{ readonly id: string; readonly secret: string }> {
  return db.transaction().execute(async (tx) => {
    const address = targetUrl(url, config.webhookHosts)
    if ((await listTargets(tx)).length >= MOST_TARGETS) throw new Refusal('conflict', 'board.too-many-targets')
    const id = newId('tgt')
    const secret = base64url(randomBytes(32))
    const sealedSecret = base64(secretKey.seal('webhook', id, utf8(secret)))
    await tx.insertInto('webhookTarget').values({ id, name, url: address.href, sealedSecret, createdAt: act.at, removedAt: null }).execute()
    await append(tx, act, { type: 'webhook-target.added', detail: { target: id, host: address.host }, clear: { name } })
    return { id, secret }
  })
}

export const openSecret = (secretKey: SecretKey, { id, sealedSecret }: Pick<WebhookTargetRow, 'id' | 'sealedSecret'>): string =>
  fromUtf8(secretKey.open('webhook', id, fromBase64(sealedSecret)))

/** Rules that call it do nothing from now on, and their log says so. */
export function removeTarget(db: Db, act: UserAct, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const target = await findTarget(tx, id)
    await tx.updateTable('webhookTarget').set({ removedAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'webhook-target.removed', detail: { target: id }, clear: { name: target.name } })
  })
}
