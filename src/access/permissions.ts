import { z } from 'zod'

/** How far a right reaches, each wider than the one before. */
export const LEVELS = ['none', 'own', 'department', 'departments', 'public', 'all'] as const
export type Level = (typeof LEVELS)[number]

const level = z.enum(LEVELS).catch('none')
const yes = z.boolean().catch(false)
const section = <S extends Readonly<Record<string, typeof level | typeof yes>>>(rows: S) => {
  const read = z.object(rows)
  return read.catch(read.parse({}))
}

/** As a role keeps them. A row that it does not have, or that cannot be read, is no right. */
const Stored = z.object({
  contacts: section({ read: level, add: level, edit: level, delete: level, exchange: level }),
  documents: section({ view: level, create: level, edit: level, delete: level, annul: level }),
  vault: section({ open: yes, documents: level }),
  templates: section({ use: level, edit: level }),
  signing: section({ sign: yes, stamp: yes }),
  permissions: section({ edit: yes }),
  console: section({ settings: yes, authority: yes, users: yes, audit: yes }),
})

type Frozen<T> = { readonly [K in keyof T]: T[K] extends object ? Frozen<T[K]> : T[K] }

/** Section, row, value: a level, or whether one may. */
export type Permissions = Frozen<z.output<typeof Stored>>

export const readPermissions = (json: string): Permissions => Stored.parse(JSON.parse(json))

export const NO_PERMISSIONS: Permissions = Stored.parse({})

/** Every row of the table, in its order. */
export const ROWS: readonly { readonly section: keyof Permissions; readonly row: string; readonly kind: 'level' | 'yes' }[] =
  Object.entries(NO_PERMISSIONS).flatMap(([section, rows]) =>
    Object.entries(rows).map(([row, value]) => ({
      section: section as keyof Permissions,
      row,
      kind: typeof value === 'boolean' ? ('yes' as const) : ('level' as const),
    })),
  )

export const valueOf = (permissions: Permissions, section: keyof Permissions, row: string): Level | boolean =>
  (permissions[section] as Readonly<Record<string, Level | boolean>>)[row]!

/** Permissions with the value that `choose` gives each row. */
export function permissionsWith(choose: (section: keyof Permissions, row: string, kind: 'level' | 'yes') => Level | boolean): Permissions {
  const made: Record<string, Record<string, Level | boolean>> = {}
  for (const { section, row, kind } of ROWS) (made[section] ??= {})[row] = choose(section, row, kind)
  return Stored.parse(made)
}

/** Every document, contact and template, and nothing that belongs to the house: no console, no signing in its name. */
export const OVERSIGHT: Permissions = permissionsWith((section, _row, kind) =>
  ['contacts', 'documents', 'vault', 'templates'].includes(section) ? (kind === 'yes' ? true : 'all') : kind === 'yes' ? false : 'none',
)

/** The administrator's: everything but to sign and to stamp for the company, which binds it and is given by name. */
export const ADMINISTRATION: Permissions = permissionsWith((section, _row, kind) => (kind === 'yes' ? section !== 'signing' : 'all'))

const rank = (value: Level | boolean): number => (typeof value === 'boolean' ? Number(value) : LEVELS.indexOf(value))

/** Row by row the widest of several roles. */
export const widest = (roles: readonly Permissions[]): Permissions =>
  permissionsWith((section, row) =>
    roles.map((role) => valueOf(role, section, row)).reduce((a, b) => (rank(b) > rank(a) ? b : a), valueOf(NO_PERMISSIONS, section, row)),
  )

/** Whether `wide` allows everything that `narrow` does. */
export const covers = (wide: Permissions, narrow: Permissions): boolean =>
  ROWS.every(({ section, row }) => rank(valueOf(wide, section, row)) >= rank(valueOf(narrow, section, row)))

/** Where a right needs no object to reach for: to create, to open a section. */
export const allows = (value: Level | boolean): boolean => value !== false && value !== 'none'
