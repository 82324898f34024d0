import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Digest } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { LegalEntityRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

/** One of the company's own legal entities. */
export interface LegalEntity {
  readonly id: string
  readonly legalName: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly address: string
  readonly details: LegalEntityDetails
  readonly logoDigest: Digest | null
  readonly isDefault: boolean
}

export interface LegalEntityDetails {
  readonly registrationNumber: string
  readonly vatNumber: string
  readonly bank: string
  readonly representative: string
  readonly email: string
  readonly phone: string
}
export const NO_DETAILS: LegalEntityDetails = { registrationNumber: '', vatNumber: '', bank: '', representative: '', email: '', phone: '' }

/** The default one first. */
export async function listLegalEntities(db: Db): Promise<LegalEntity[]> {
  const rows = await db.selectFrom('legalEntity').selectAll().orderBy('isDefault', 'desc').orderBy('legalName').execute()
  return rows.map(entityOf)
}

export async function findLegalEntity(db: Db, id: string): Promise<LegalEntity> {
  const row = await db.selectFrom('legalEntity').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'legal-entity.unknown')
  return entityOf(row)
}

export const defaultLegalEntity = async (db: Db): Promise<LegalEntity | null> => (await listLegalEntities(db))[0] ?? null

type Facts = Omit<LegalEntity, 'id' | 'isDefault'>

/** The first one becomes the default. */
export async function addLegalEntity(tx: Tx, act: Act, facts: Facts): Promise<LegalEntity> {
  const first = !(await tx.selectFrom('legalEntity').select('id').limit(1).executeTakeFirst())
  const id = newId('ent')
  await tx
    .insertInto('legalEntity')
    .values({ id, ...columns(facts), isDefault: Number(first), createdAt: act.at })
    .execute()
  await append(tx, act, { type: 'legal-entity.added', detail: { id, name: facts.legalName } })
  return { id, ...facts, isDefault: first }
}

export async function changeLegalEntity(tx: Tx, act: Act, id: string, facts: Facts): Promise<void> {
  const { numUpdatedRows } = await tx.updateTable('legalEntity').set(columns(facts)).where('id', '=', id).executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('not_found', 'legal-entity.unknown')
  await append(tx, act, { type: 'legal-entity.changed', detail: { id, name: facts.legalName } })
}

const columns = ({ legalName, country, address, details, logoDigest }: Facts) => ({
  legalName,
  country,
  address,
  details: JSON.stringify(details),
  logoDigest,
})

const entityOf = (row: LegalEntityRow): LegalEntity => ({
  id: row.id,
  legalName: row.legalName,
  country: row.country,
  address: row.address,
  logoDigest: row.logoDigest,
  details: { ...NO_DETAILS, ...(JSON.parse(row.details) as Partial<LegalEntityDetails>) },
  isDefault: row.isDefault === 1,
})
