import { z } from 'zod'
import { type DirectorySettings, type IdentitySource, type ProviderSettings, type TypedSource } from '../../../access/sign-on/source.ts'
import { Refusal } from '../../../base/refusal.ts'
import { isUserFilter } from '../../../ldap/filter.ts'
import { areCertificates } from '../../../mail/channel.ts'
import { line, lineNeeded, lines, password, tick, wholeNumber } from '../../schemas.ts'

/** The kinds of new sources: two of LDAP, which differ in what stands in the form at first. */
export const SHAPES = ['ad', 'ldap', 'oidc'] as const
export type Shape = (typeof SHAPES)[number]

const attribute = line(80)
  .default('')
  .refine((text) => text === '' || /^[A-Za-z][A-Za-z0-9-]*(?:;[A-Za-z0-9-]+)*$/.test(text), 'source.attribute-invalid')

const Policy = {
  newcomers: z.enum(['nobody', 'mapped', 'everybody'], 'form.invalid'),
  joins: tick,
  baseRole: line(60).default(''),
}

export const ATTRIBUTES = ['email', 'firstName', 'lastName', 'jobTitle', 'phone', 'department', 'language'] as const

export const DirectoryAnswers = z.object({
  name: lineNeeded('source.name-missing', 60),
  host: z
    .string('mail.host-invalid')
    .trim()
    .regex(/^[\p{L}\p{N}.:_-]{1,253}$/u, 'mail.host-invalid'),
  port: wholeNumber(1, 65_535),
  security: z.enum(['tls', 'starttls', 'none'], 'form.invalid'),
  caPem: lines(20_000).default(''),
  bindDn: line(500).default(''),
  password: password.max(500, 'text.too-long').default(''),
  baseDn: lineNeeded('source.base-missing', 500),
  userFilter: line(1_000).refine(isUserFilter, 'source.filter-invalid'),
  idAttribute: attribute.refine((text) => text !== '', 'source.attribute-invalid'),
  groupBaseDn: line(500).default(''),
  nesting: z.enum(['walk', 'chain', 'direct'], 'form.invalid'),
  ...(Object.fromEntries(ATTRIBUTES.map((name) => [name, attribute])) as Record<(typeof ATTRIBUTES)[number], typeof attribute>),
  ...Policy,
  everyMinutes: wholeNumber(1, 1_440),
  mostMissing: wholeNumber(0, 100),
})

export const ProviderAnswers = z.object({
  name: lineNeeded('source.name-missing', 60),
  issuer: line(500),
  allowsHttp: tick,
  caPem: lines(20_000).default(''),
  clientId: lineNeeded('text.missing', 300),
  clientSecret: password.max(1_000, 'text.too-long').default(''),
  scopes: line(300).default(''),
  groupClaim: line(120).default(''),
  trustsAddresses: tick,
  factorValues: line(300).default(''),
  ...Policy,
})

/** What stands in the form of a new one. */
export const STARTING: Readonly<Record<Shape, Readonly<Record<string, string>>>> = {
  ldap: {
    security: 'tls',
    port: '636',
    userFilter: '(&(objectClass=inetOrgPerson)(|(uid={login})(mail={login})))',
    idAttribute: 'entryUUID',
    nesting: 'walk',
    email: 'mail',
    firstName: 'givenName',
    lastName: 'sn',
    jobTitle: 'title',
    phone: 'telephoneNumber',
    department: 'departmentNumber',
    language: 'preferredLanguage',
    newcomers: 'mapped',
    everyMinutes: '15',
    mostMissing: '10',
  },
  ad: {
    security: 'tls',
    port: '636',
    userFilter:
      '(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2))(|(sAMAccountName={login})(userPrincipalName={login})(mail={login})))',
    idAttribute: 'objectGUID',
    nesting: 'chain',
    email: 'mail',
    firstName: 'givenName',
    lastName: 'sn',
    jobTitle: 'title',
    phone: 'telephoneNumber',
    department: 'department',
    language: 'preferredLanguage',
    newcomers: 'mapped',
    everyMinutes: '15',
    mostMissing: '10',
  },
  oidc: { scopes: 'profile email', groupClaim: 'groups', newcomers: 'mapped' },
}

/** A source as its form shows it; its secret never. */
export function valuesOf(source: IdentitySource): Record<string, string> {
  const { policy } = source.settings
  const common = { name: source.name, newcomers: policy.newcomers, baseRole: policy.baseRole, ...(policy.joins ? { joins: '1' } : {}) }
  if (source.kind === 'oidc') {
    const { issuer, clientId, caPem, scopes, groupClaim, factorValues, allowsHttp, trustsAddresses } = source.settings
    return {
      ...common,
      issuer,
      clientId,
      caPem: caPem ?? '',
      scopes,
      groupClaim,
      factorValues,
      ...(allowsHttp ? { allowsHttp: '1' } : {}),
      ...(trustsAddresses ? { trustsAddresses: '1' } : {}),
    }
  }
  const { attributes, policy: _, caPem, port, everyMinutes, mostMissing, ...rest } = source.settings
  return {
    ...common,
    ...rest,
    ...attributes,
    caPem: caPem ?? '',
    port: String(port),
    everyMinutes: String(everyMinutes),
    mostMissing: String(mostMissing),
  }
}

/**
 * A kept password stays only with the server and the account that it was given for, and never goes in the clear after it was encrypted: or
 * whoever may change this page could have it sent to a server of their own.
 */
export function directoryOf(typed: z.output<typeof DirectoryAnswers>, kept: IdentitySource | null): TypedSource {
  const {
    name,
    newcomers,
    joins,
    baseRole,
    password: secret,
    caPem,
    email,
    firstName,
    lastName,
    jobTitle,
    phone,
    department,
    language,
    ...rest
  } = typed
  refuseNoCertificate(caPem)
  const settings: DirectorySettings = {
    ...rest,
    caPem: caPem || null,
    attributes: { email, firstName, lastName, jobTitle, phone, department, language },
    policy: { newcomers, joins, baseRole },
  }
  if (secret || !typed.bindDn) return { kind: 'ldap', name, settings, secret: typed.bindDn ? secret : '' }
  if (kept?.kind !== 'ldap' || !kept.secret) return { kind: 'ldap', name, settings, secret: '' }
  const before = kept.settings
  const isSameWay =
    before.host === typed.host && before.bindDn === typed.bindDn && (typed.security !== 'none' || before.security === 'none')
  if (!isSameWay) throw new Refusal('invalid', 'source.password-again')
  return { kind: 'ldap', name, settings, secret: kept.secret }
}

export function providerOf(typed: z.output<typeof ProviderAnswers>, kept: IdentitySource | null): TypedSource {
  const { name, newcomers, joins, baseRole, clientSecret, caPem, ...rest } = typed
  refuseNoCertificate(caPem)
  const url = URL.parse(typed.issuer)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw new Refusal('invalid', 'source.issuer-invalid')
  if (url.protocol === 'http:' && !typed.allowsHttp) throw new Refusal('invalid', 'source.issuer-http')
  const settings: ProviderSettings = { ...rest, caPem: caPem || null, policy: { newcomers, joins, baseRole } }
  if (clientSecret || kept?.kind !== 'oidc' || !kept.secret) return { kind: 'oidc', name, settings, secret: clientSecret }
  if (kept.settings.issuer !== typed.issuer || kept.settings.clientId !== typed.clientId)
    throw new Refusal('invalid', 'source.secret-again')
  return { kind: 'oidc', name, settings, secret: kept.secret }
}

function refuseNoCertificate(pem: string): void {
  if (pem && !areCertificates(pem)) throw new Refusal('invalid', 'channel.ca-invalid')
}

export const FIELDS = {
  'channel.ca-invalid': 'caPem',
  'source.password-again': 'password',
  'source.secret-again': 'clientSecret',
  'source.filter-invalid': 'userFilter',
  'source.issuer-invalid': 'issuer',
  'source.issuer-http': 'issuer',
  'source.issuer-has-people': 'issuer',
  'source.base-missing': 'baseDn',
  'source.attribute-invalid': 'idAttribute',
  source: 'name',
} as const
