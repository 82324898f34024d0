/** How a directory is reached, and as whom it is asked. */
export interface LdapServer {
  readonly host: string
  readonly port: number
  /** `tls`: from the first byte (ldaps); `starttls`: before anything is said; `none`: in the clear. */
  readonly security: 'tls' | 'starttls' | 'none'
  /** Certificates in PEM; null: the authorities that every system trusts. */
  readonly caPem: string | null
  /** The service account: its name in the directory, and its password. Both empty: asked without a name. */
  readonly bindDn: string
  readonly password: string
}

/** Where people and groups stand, and what of a person's entry is read. Names of attributes; an empty one is not read. */
export interface LdapLayout {
  readonly baseDn: string
  /** RFC 4515, with `{login}` where the name stands that somebody signs in by. */
  readonly userFilter: string
  /** What stays the same when a person is renamed or moved: entryUUID (RFC 4530), objectGUID. */
  readonly idAttribute: string
  readonly attributes: LdapAttributes
  /** Where groups are looked for; empty: below `baseDn`. */
  readonly groupBaseDn: string
  /**
   * How groups inside groups are found. `walk`: by their members, level by level, and by memberOf; `chain`: by the server itself
   * (Active Directory's LDAP_MATCHING_RULE_IN_CHAIN); `direct`: not at all.
   */
  readonly nesting: 'walk' | 'chain' | 'direct'
}

export interface LdapAttributes {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly jobTitle: string
  readonly phone: string
  readonly department: string
  readonly language: string
}

/** A person as the directory knows them. An empty text: the entry says nothing. */
export interface LdapPerson extends Readonly<Record<keyof LdapAttributes, string>> {
  readonly dn: string
  /** The value of `idAttribute`, binary ones in hexadecimal. */
  readonly subject: string
  /** Groups that the entry itself names. */
  readonly memberOf: readonly string[]
}

export interface LdapGroup {
  readonly dn: string
  readonly name: string
}

export const LDAP_FAULTS = [
  'unreachable',
  'timeout',
  'certificate',
  'starttls-refused',
  'service-refused',
  'base-unknown',
  'filter-invalid',
  'not-allowed',
  'too-many',
  'broken',
] as const
export type LdapFault = (typeof LDAP_FAULTS)[number]

/** The directory gave no answer that could be relied on. What it said stands in `message`, without any password. */
export class LdapFailure extends Error {
  override name = 'LdapFailure'
  readonly fault: LdapFault
  constructor(fault: LdapFault, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.fault = fault
  }
}
