import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { type Instant, later, DAY } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { IdentityRow, Language, UserRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { readSetting } from '../../setting/setting.ts'
import { fullName } from '../roles.ts'
import { endSessions } from '../session.ts'
import { addUser } from '../users.ts'
import { detailsOf, followDetails, followRights, type ToldPerson } from './following.ts'
import { mappingsFor } from './mapping.ts'
import type { IdentitySource } from './source.ts'

/** What is done here in a source's name: by the house, from where the visitor is. */
export const inNameOf = (act: Act): Act => ({ ...act, actor: { kind: 'system' } })

/**
 * Somebody for whom a source has just answered: their account, with what the source says of it and what its rules give. Made, or joined, only where
 * the source's policy says so. The subject alone says who it is; an address never does.
 */
export async function arrive(db: Db, act: Act, source: IdentitySource, told: ToldPerson, isAddressProven: boolean): Promise<UserRow> {
  if (!told.subject) throw new Refusal('invalid', 'source.no-subject', { name: source.name })
  const own = inNameOf(act)
  const user = await db.transaction().execute(async (tx) => {
    const known = await identityOf(tx, source.id, told.subject)
    const account = known ? await returning(tx, own, known) : await newcomer(tx, own, source, told, isAddressProven)
    // Known or not: an address that nobody has proven stays away from the account.
    await followDetails(tx, own, account, isAddressProven ? told : { ...told, email: '' })
    await noteSeen(tx, act.at, account.id, told.name)
    return account
  })
  await followRights(db, own, source, user.id, told)
  return db.selectFrom('user').selectAll().where('id', '=', user.id).executeTakeFirstOrThrow()
}

export const identityOf = (db: Db, sourceId: string, subject: string): Promise<IdentityRow | undefined> =>
  db.selectFrom('identity').selectAll().where('sourceId', '=', sourceId).where('subject', '=', subject).executeTakeFirst()

/** The source let them in again, so its own no is taken back; an administrator's stays. */
async function returning(tx: Tx, act: Act, known: IdentityRow): Promise<UserRow> {
  const user = await tx.selectFrom('user').selectAll().where('id', '=', known.userId).executeTakeFirstOrThrow()
  if (user.disabledAt && !known.disabledAt) throw new Refusal('forbidden', 'source.account-closed')
  if (known.disabledAt) await letInAgain(tx, act, user)
  return { ...user, disabledAt: null }
}

export async function letInAgain(tx: Tx, act: Act, user: UserRow): Promise<void> {
  await tx.updateTable('identity').set({ disabledAt: null }).where('userId', '=', user.id).execute()
  if (!user.disabledAt) return
  await tx.updateTable('user').set({ disabledAt: null }).where('id', '=', user.id).execute()
  await append(tx, act, { type: 'user.enabled', detail: { user: user.id, by: 'source' }, clear: { name: fullName(user) } })
}

async function newcomer(tx: Tx, act: Act, source: IdentitySource, told: ToldPerson, isAddressProven: boolean): Promise<UserRow> {
  const { policy } = source.settings
  const { email, firstName = '', lastName = '', jobTitle = '', phone = null } = detailsOf(told)
  if (!email) throw new Refusal('invalid', 'source.no-address', { name: source.name })
  if (!isAddressProven) throw new Refusal('forbidden', 'source.address-unproven', { name: source.name })
  const here = await tx.selectFrom('user').selectAll().where('email', '=', email).executeTakeFirst()
  if (here) {
    const { breakGlassUserId } = await readSetting(tx, 'signOn')
    const belongs = await tx.selectFrom('identity').select('userId').where('userId', '=', here.id).executeTakeFirst()
    if (!policy.joins || belongs || here.disabledAt || here.id === breakGlassUserId)
      throw new Refusal('conflict', 'source.address-taken', { email })
    return join(tx, act, source, here, told)
  }
  const expected =
    policy.newcomers === 'everybody' || (policy.newcomers === 'mapped' && (await mappingsFor(tx, source, told.groups)).length > 0)
  if (!expected) throw new Refusal('forbidden', 'source.not-expected', { name: source.name })
  const { language } = await readSetting(tx, 'installation')
  const user = await addUser(tx, act, {
    email,
    firstName,
    lastName: lastName || email.split('@')[0]!,
    jobTitle,
    phone,
    language: languageOf(told.language) ?? language,
    roles: [],
  })
  await belong(tx, act.at, source, user.id, told)
  await append(tx, act, {
    type: 'user.joined-source',
    detail: { user: user.id, source: source.id },
    clear: { name: fullName(user), source: source.name },
  })
  return user
}

/** From now on the source says whether they may come in; their password here ends, and every session that it opened. */
async function join(tx: Tx, act: Act, source: IdentitySource, user: UserRow, told: ToldPerson): Promise<UserRow> {
  await tx.updateTable('user').set({ passwordHash: null }).where('id', '=', user.id).execute()
  await belong(tx, act.at, source, user.id, told)
  await append(tx, act, {
    type: 'user.joined-source',
    detail: { user: user.id, source: source.id },
    clear: { name: fullName(user), source: source.name },
  })
  await endSessions(tx, act, user.id, null)
  return { ...user, passwordHash: null }
}

const belong = (tx: Tx, at: Instant, source: IdentitySource, userId: string, { subject, name }: ToldPerson): Promise<unknown> =>
  tx
    .insertInto('identity')
    .values({ userId, sourceId: source.id, subject, name: name.slice(0, 500), createdAt: at, seenAt: at, disabledAt: null })
    .execute()

/** Written once a day, or where the name is another. */
export async function noteSeen(tx: Tx, at: Instant, userId: string, name: string): Promise<void> {
  await tx
    .updateTable('identity')
    .set({ seenAt: at, name: name.slice(0, 500) })
    .where('userId', '=', userId)
    .where((where) => where.or([where('seenAt', '<', later(at, -DAY)), where('name', '!=', name.slice(0, 500))]))
    .execute()
}

const languageOf = (text: string): Language | null => {
  const [first = ''] = text.toLowerCase().split(/[-_,;]/)
  return first.trim() === 'fr' || first.trim() === 'en' ? (first.trim() as Language) : null
}
