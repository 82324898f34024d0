import { type PasskeySite, passkeySite } from '../access/passkeys.ts'
import { Refusal } from '../base/refusal.ts'
import { defaultLegalEntity } from '../setting/legal-entity.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import type { Ctx } from './env.ts'

/** The address that staff type, and whose house it is. */
export async function staffSite(c: Ctx): Promise<{ origin: string; name: string }> {
  const { config, db } = c.var.house
  const entity = await defaultLegalEntity(db)
  return { origin: originsOf(config, await readSetting(db, 'installation')).staff, name: entity?.legalName ?? 'Paraphe' }
}

/** Where passkeys of this house belong to; null: its address has none. */
export async function siteOf(c: Ctx): Promise<PasskeySite | null> {
  const { origin, name } = await staffSite(c)
  return passkeySite(origin, name)
}

export async function requireSite(c: Ctx): Promise<PasskeySite> {
  const site = await siteOf(c)
  if (!site) throw new Refusal('conflict', 'passkey.not-here')
  return site
}
