import type { Act } from '../audit/act.ts'
import { base64url, equalBytes, utf8 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Database } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import type { Envelope, Recipient } from './envelope.ts'

/** A recipient's way to the finished document. It ends after the days of the setting; the document in the vault does not. */
export type VaultLink = Database['vaultLink']

export async function createVaultLink(
  tx: Tx,
  act: Act,
  envelope: Pick<Envelope, 'id'>,
  recipient: Pick<Recipient, 'id'>,
): Promise<VaultLink> {
  const { linkDays } = await readSetting(tx, 'limits')
  const link: VaultLink = {
    id: newId('lnk'),
    envelopeId: envelope.id,
    recipientId: recipient.id,
    generation: 1,
    createdAt: act.at,
    expiresAt: later(act.at, linkDays * DAY),
    revokedAt: null,
  }
  await tx.insertInto('vaultLink').values(link).execute()
  return link
}

export const vaultLinkSecret = (secretKey: SecretKey, link: Pick<VaultLink, 'id' | 'generation'>): string =>
  base64url(secretKey.authenticate('invitation', link.id, String(link.generation)))

export const vaultLinkUrl = (publicOrigin: string, secretKey: SecretKey, link: Pick<VaultLink, 'id' | 'generation'>): string =>
  `${publicOrigin}/s/${link.id}.${vaultLinkSecret(secretKey, link)}`

/** Null for forged, unknown and past alike. */
export async function redeemVaultLink(db: Db, secretKey: SecretKey, token: string, at: Instant): Promise<VaultLink | null> {
  const [id = '', secret = '', ...rest] = token.split('.')
  if (rest.length || !/^lnk_[0-9a-z]{20}$/.test(id)) return null
  const row = await db.selectFrom('vaultLink').selectAll().where('id', '=', id).executeTakeFirst()
  const expected = vaultLinkSecret(secretKey, row ?? { id, generation: 0 })
  if (!equalBytes(utf8(secret), utf8(expected)) || !row) return null
  return row.revokedAt === null && at < row.expiresAt ? row : null
}

export async function liveVaultLinks(db: Db, recipientId: string, at: Instant): Promise<VaultLink[]> {
  return db
    .selectFrom('vaultLink')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', at)
    .execute()
}
