import type { SecretKey } from '../../config/secret-key.ts'
import type { Db } from '../../db/open.ts'
import { findEverybody, findPerson, openDirectory, refusalOf } from '../../ldap/directory.ts'
import { firstValue } from '../../ldap/name.ts'
import { LdapFailure, type LdapFault } from '../../ldap/server.ts'
import { OidcFailure } from '../../oidc/provider.ts'
import { describeProvider } from '../../oidc/signing-in.ts'
import { addressOf } from '../users.ts'
import { identityOf } from './arriving.ts'
import { toldBy } from './directory-password.ts'
import { type ToldPerson, wantedBy } from './following.ts'
import { mappingsFor } from './mapping.ts'
import { providerOf } from './provider-sign-in.ts'
import { type DirectorySource, type IdentitySource, type ProviderSource, serverOf } from './source.ts'

export type TrialStepName =
  'connect' | 'everybody' | 'person' | 'password' | 'subject' | 'address' | 'groups' | 'gives' | 'account' | 'endpoints' | 'encryption'

/** One thing that was tried, in order. `detail` is what came back, as it came. */
export interface TrialStep {
  readonly step: TrialStepName
  readonly ok: boolean
  readonly detail: string
  /** Why not, where that is known. */
  readonly fault?: LdapFault
}

/** What would happen if this person signed in now; nothing is changed, and no account is made. */
export async function tryDirectory(
  { db }: { readonly db: Db; readonly secretKey: SecretKey },
  source: DirectorySource,
  login: string,
  password: string,
): Promise<TrialStep[]> {
  const steps: TrialStep[] = []
  const say = (step: TrialStepName, ok: boolean, detail = ''): boolean => {
    steps.push({ step, ok, detail: detail.slice(0, 1_000) })
    return ok
  }
  let current: TrialStepName = 'connect'
  try {
    await using directory = await openDirectory(serverOf(source))
    say('connect', true, `${source.settings.host}:${source.settings.port}`)
    if (source.settings.security === 'none') say('encryption', false)
    current = 'everybody'
    const everybody = await findEverybody(directory, source.settings)
    if (!say('everybody', everybody.size > 0, String(everybody.size)) || !login) return steps
    current = 'person'
    const person = await findPerson(directory, source.settings, login)
    if (!say('person', person !== null, person?.dn ?? login) || !person) return steps
    if (password) {
      current = 'password'
      const refusal = await refusalOf(serverOf(source), person.dn, password)
      if (!say('password', refusal === null, refusal ?? '')) return steps
    }
    current = 'groups'
    steps.push(...(await whatItGives(db, source, await toldBy(directory, source, person))))
  } catch (error) {
    if (!(error instanceof LdapFailure)) throw error
    steps.push({ step: current, ok: false, detail: error.message, fault: error.fault })
  }
  return steps
}

/** What the provider says of itself. */
export async function tryProvider(source: ProviderSource): Promise<TrialStep[]> {
  try {
    const { issuer, endpoints, algorithms } = await describeProvider(providerOf(source))
    return [
      { step: 'connect', ok: true, detail: issuer },
      { step: 'endpoints', ok: true, detail: [...Object.values(endpoints), algorithms.join(' ')].join('\n') },
      ...(issuer.startsWith('https:') ? [] : [{ step: 'encryption' as const, ok: false, detail: '' }]),
    ]
  } catch (error) {
    if (!(error instanceof OidcFailure)) throw error
    return [{ step: 'connect', ok: false, detail: error.message }]
  }
}

/** From what a source tells of somebody to what they would be here. */
export async function whatItGives(db: Db, source: IdentitySource, told: ToldPerson): Promise<TrialStep[]> {
  const email = addressOf(told.email)
  const groups = told.groups.map((group) => (source.kind === 'ldap' ? firstValue(group) : group))
  const rules = await mappingsFor(db, source, told.groups)
  const wanted = await wantedBy(db, source, told)
  const department =
    wanted.department === null
      ? undefined
      : await db.selectFrom('department').select('name').where('id', '=', wanted.department).executeTakeFirst()
  const base = await db.selectFrom('role').select('name').where('id', '=', source.settings.policy.baseRole).executeTakeFirst()
  const names = [
    base?.name,
    ...rules.filter(({ targetKind }) => targetKind !== 'department').map(({ targetName }) => targetName),
    department?.name,
  ]
  const gives = [...new Set(names.filter((name): name is string => Boolean(name)))]
  const known = await identityOf(db, source.id, told.subject)
  const here = email ? await db.selectFrom('user').selectAll().where('email', '=', email).executeTakeFirst() : undefined
  const { policy } = source.settings
  const mayCome =
    known !== undefined || (here ? policy.joins : policy.newcomers === 'everybody' || (policy.newcomers === 'mapped' && rules.length > 0))
  return [
    { step: 'subject', ok: told.subject !== '', detail: told.subject },
    { step: 'address', ok: email !== null, detail: [email ?? told.email, told.firstName, told.lastName].filter(Boolean).join(' · ') },
    { step: 'groups', ok: true, detail: groups.join('\n') },
    { step: 'gives', ok: gives.length > 0, detail: gives.join(' · ') },
    { step: 'account', ok: mayCome && told.subject !== '' && email !== null, detail: known ? 'known' : here ? 'taken' : 'new' },
  ]
}
