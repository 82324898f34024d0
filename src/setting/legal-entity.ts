import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Digest } from '../base/digest.ts'
import { shownIban } from '../base/iban.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { LegalEntityRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { numbersOf } from './company-numbers.ts'

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
  /** As its country calls them: see `company-numbers`. */
  readonly registrationNumber: string
  readonly establishmentNumber: string
  readonly register: string
  readonly vatNumber: string
  readonly bankName: string
  /** Without spaces. */
  readonly iban: string
  readonly bic: string
  readonly representative: string
  readonly representativeTitle: string
  readonly email: string
  readonly phone: string
}
export const NO_DETAILS: LegalEntityDetails = {
  registrationNumber: '',
  establishmentNumber: '',
  register: '',
  vatNumber: '',
  bankName: '',
  iban: '',
  bic: '',
  representative: '',
  representativeTitle: '',
  email: '',
  phone: '',
}

/** As it stands in a contract: the name, the IBAN in groups, the BIC. */
export const bankOf = ({ bankName, iban, bic }: LegalEntityDetails): string =>
  [bankName, iban && `IBAN ${shownIban(iban)}`, bic && `BIC ${bic}`].filter(Boolean).join(' · ')

/** Everything by which a company is known in a contract, a line each: what the field "company details" takes. */
export function companyDetailsOf({
  legalName,
  country,
  address,
  details,
}: Pick<LegalEntity, 'legalName' | 'country' | 'address' | 'details'>): string {
  const names = numbersOf(country)
  const named = (name: string | undefined, text: string): string => (text && name ? `${name} ${text}` : text)
  const numbers = [
    named(names?.registration.name, details.registrationNumber),
    named(names?.establishment?.name, details.establishmentNumber),
    named(names?.register?.name, details.register),
    named(names?.vat.name, details.vatNumber),
  ]
  const representative = [details.representative, details.representative && details.representativeTitle]
  const reach = [details.email, details.phone]
  const line = (parts: readonly string[], between = ' · '): string => parts.filter(Boolean).join(between)
  return line([legalName, address, line(numbers), bankOf(details), line(representative, ', '), line(reach)], '\n')
}

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

/** New documents are sent in its name, unless their sender chooses another. */
export async function chooseDefaultLegalEntity(tx: Tx, act: Act, id: string): Promise<void> {
  const { legalName } = await findLegalEntity(tx, id)
  await tx.updateTable('legalEntity').set({ isDefault: 0 }).where('id', '!=', id).execute()
  await tx.updateTable('legalEntity').set({ isDefault: 1 }).where('id', '=', id).execute()
  await append(tx, act, { type: 'legal-entity.changed', detail: { id, name: legalName } })
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
