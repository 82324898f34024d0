import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { base64, fromBase64, fromUtf8, utf8 } from '../../base/bytes.ts'
import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { IdentitySourceRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import type { LdapLayout, LdapServer } from '../../ldap/server.ts'
import { readSetting } from '../../setting/setting.ts'

/** Whom a source lets in who is not here yet, and what everybody from there has. */
export interface ArrivalPolicy {
  /** `nobody`: accounts are made here first; `mapped`: whoever is in a group that a rule names; `everybody`: whoever the source lets in. */
  readonly newcomers: 'nobody' | 'mapped' | 'everybody'
  /** An account of the house with the same address becomes the source's, and its password ends. Never by itself. */
  readonly joins: boolean
  /** The role that everybody from there has; empty: none. */
  readonly baseRole: string
}

export interface DirectorySettings extends Omit<LdapServer, 'password'>, LdapLayout {
  readonly policy: ArrivalPolicy
  readonly everyMinutes: number
  /** When more than so many in a hundred are missing at once, an administrator is asked before anybody is shut out. */
  readonly mostMissing: number
}

export interface ProviderSettings {
  readonly issuer: string
  readonly clientId: string
  readonly caPem: string | null
  /** An administrator's own word that this issuer may answer without encryption. */
  readonly allowsHttp: boolean
  /** Besides `openid`, separated by spaces. */
  readonly scopes: string
  readonly groupClaim: string
  /** Addresses of this provider are believed although it does not say that they were verified. */
  readonly trustsAddresses: boolean
  /** Values of `acr` and `amr` that say that a second factor was asked for there, separated by spaces. */
  readonly factorValues: string
  readonly policy: ArrivalPolicy
}

interface Common {
  readonly id: string
  readonly name: string
  readonly isOn: boolean
  /** The service account's password, the client's secret; empty: none. */
  readonly secret: string
}
export type DirectorySource = Common & { readonly kind: 'ldap'; readonly settings: DirectorySettings }
export type ProviderSource = Common & { readonly kind: 'oidc'; readonly settings: ProviderSettings }
export type IdentitySource = DirectorySource | ProviderSource

export const serverOf = ({ settings, secret }: DirectorySource): LdapServer => ({ ...settings, password: secret })

export async function listSources(db: Db, secretKey: SecretKey): Promise<IdentitySource[]> {
  const rows = await db.selectFrom('identitySource').selectAll().where('removedAt', 'is', null).orderBy('createdAt').orderBy('id').execute()
  return rows.map((row) => sourceOf(row, secretKey))
}

export async function findSource(db: Db, secretKey: SecretKey, id: string): Promise<IdentitySource> {
  const row = await db.selectFrom('identitySource').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'source.unknown')
  return sourceOf(row, secretKey)
}

/** What the sign-in page shows: names alone, no secret is opened. */
export const sourcesInUse = (db: Db): Promise<Pick<IdentitySourceRow, 'id' | 'kind' | 'name'>[]> =>
  db
    .selectFrom('identitySource')
    .select(['id', 'kind', 'name'])
    .where('removedAt', 'is', null)
    .where('switchedOnAt', 'is not', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()

export type TypedSource =
  | { readonly kind: 'ldap'; readonly name: string; readonly settings: DirectorySettings; readonly secret: string }
  | { readonly kind: 'oidc'; readonly name: string; readonly settings: ProviderSettings; readonly secret: string }

/** A new source is switched off: it is tried first. */
export async function addSource(tx: Tx, act: Act, secretKey: SecretKey, typed: TypedSource): Promise<string> {
  const id = newId('src')
  await refuseTakenName(tx, typed.name, id)
  await tx
    .insertInto('identitySource')
    .values({ id, kind: typed.kind, ...columnsOf(typed, id, secretKey), createdAt: act.at, switchedOnAt: null, removedAt: null })
    .execute()
  await append(tx, act, { type: 'source.added', detail: { source: id, kind: typed.kind }, clear: { name: typed.name } })
  return id
}

export async function changeSource(tx: Tx, act: Act, secretKey: SecretKey, id: string, typed: TypedSource): Promise<void> {
  const before = await findSource(tx, secretKey, id)
  if (before.kind !== typed.kind) throw new Refusal('not_found', 'source.unknown')
  await refuseTakenName(tx, typed.name, id)
  // Subjects mean nothing at another issuer: whoever is 17 there is somebody else.
  if (before.kind === 'oidc' && typed.kind === 'oidc' && before.settings.issuer !== typed.settings.issuer && (await countPeople(tx, id)))
    throw new Refusal('conflict', 'source.issuer-has-people')
  await tx
    .updateTable('identitySource')
    .set(columnsOf(typed, id, secretKey))
    .where('id', '=', id)
    .execute()
  await append(tx, act, { type: 'source.changed', detail: { source: id, kind: typed.kind }, clear: { name: typed.name } })
}

export async function switchSource(tx: Tx, act: Act, secretKey: SecretKey, id: string, on: boolean): Promise<void> {
  const source = await findSource(tx, secretKey, id)
  if (source.isOn === on) return
  if (!on) await refuseLastWay(tx, id)
  await tx
    .updateTable('identitySource')
    .set({ switchedOnAt: on ? act.at : null })
    .where('id', '=', id)
    .execute()
  await append(tx, act, { type: on ? 'source.switched-on' : 'source.switched-off', detail: { source: id }, clear: { name: source.name } })
}

/** Its people become accounts of the house, with what they have and without a password: an administrator invites them to choose one. */
export async function removeSource(tx: Tx, act: Act, secretKey: SecretKey, id: string): Promise<void> {
  const source = await findSource(tx, secretKey, id)
  await refuseLastWay(tx, id)
  for (const table of ['identityMapping', 'identityGiven', 'identitySession', 'identity', 'identityRound'] as const)
    await tx.deleteFrom(table).where('sourceId', '=', id).execute()
  await tx.updateTable('identitySource').set({ removedAt: act.at, switchedOnAt: null, sealedSecret: null }).where('id', '=', id).execute()
  await append(tx, act, { type: 'source.removed', detail: { source: id }, clear: { name: source.name } })
}

export const countPeople = async (db: Db, sourceId: string): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('identity')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('sourceId', '=', sourceId)
        .executeTakeFirstOrThrow()
    ).count,
  )

/** While passwords of the house open nothing, one way in stays. */
async function refuseLastWay(tx: Tx, id: string): Promise<void> {
  if (!(await readSetting(tx, 'signOn')).only) return
  if (!(await sourcesInUse(tx)).some((other) => other.id !== id)) throw new Refusal('conflict', 'source.only-way')
}

async function refuseTakenName(tx: Tx, name: string, except: string): Promise<void> {
  if (!name) throw new Refusal('invalid', 'source.name-missing')
  const others = await tx.selectFrom('identitySource').select(['id', 'name']).where('removedAt', 'is', null).execute()
  if (others.some((other) => other.id !== except && other.name.toLowerCase() === name.toLowerCase()))
    throw new Refusal('conflict', 'source.name-taken')
}

const columnsOf = ({ name, settings, secret }: TypedSource, id: string, secretKey: SecretKey) => ({
  name,
  settings: JSON.stringify(settings),
  sealedSecret: secret ? base64(secretKey.seal('identity-source', id, utf8(secret))) : null,
})

function sourceOf(row: IdentitySourceRow, secretKey: SecretKey): IdentitySource {
  const common = {
    id: row.id,
    name: row.name,
    isOn: row.switchedOnAt !== null,
    secret: row.sealedSecret ? fromUtf8(secretKey.open('identity-source', row.id, fromBase64(row.sealedSecret))) : '',
  }
  return row.kind === 'ldap'
    ? { ...common, kind: 'ldap', settings: JSON.parse(row.settings) as DirectorySettings }
    : { ...common, kind: 'oidc', settings: JSON.parse(row.settings) as ProviderSettings }
}
