/** What a token may be used for: each resource read or written. Never more than its owner may do. */
export const RESOURCES = ['envelopes', 'templates', 'contacts', 'vault', 'verification', 'audit'] as const
export const SCOPES = [
  'envelopes:read',
  'envelopes:write',
  'templates:read',
  'templates:write',
  'contacts:read',
  'contacts:write',
  'vault:read',
  'verification:write',
  'audit:read',
] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (text: string): text is Scope => SCOPES.includes(text as Scope)
export const readScopes = (kept: string): Scope[] => kept.split(' ').filter(isScope)

/** Who may write a resource may read it. */
export const hasScope = (held: readonly Scope[], wanted: Scope): boolean =>
  held.includes(wanted) || (wanted.endsWith(':read') && held.includes(wanted.replace(':read', ':write') as Scope))
