import type { UserAct } from '../audit/act.ts'
import type { User } from '../access/roles.ts'
import { allows, type Level, type Permissions } from '../access/permissions.ts'
import { Refusal } from '../base/refusal.ts'
import { createMiddleware, type Ctx, isHtmx, pathOf, wantsJson } from './env.ts'

/** Lets nobody through who has not signed in. A page is shown after the sign-in; anything else is refused, and nothing happens. */
export const signedIn = createMiddleware(async (c, next) => {
  if (c.var.user) return next()
  const address = `/sign-in?next=${encodeURIComponent(pathOf(c) + new URL(c.req.url).search)}`
  if (isHtmx(c)) return c.body(null, 204, { 'HX-Redirect': '/sign-in' })
  if (c.req.method === 'GET' && !wantsJson(c)) return c.redirect(address, 303)
  throw new Refusal('forbidden', 'sign-in.needed')
})

/** Lets through whom one row of the table allows it. What a level reaches is for the query to say; here it is enough that it reaches anything. */
export const permitted = (permission: (permissions: Permissions) => Level | boolean) =>
  createMiddleware(async (c, next) => {
    if (!c.var.user) return signedIn(c, next)
    if (!allows(permission(c.var.user.permissions))) throw new Refusal('forbidden', 'access.forbidden')
    return next()
  })

export const opensVault = permitted(({ vault }) => vault.open)
export const viewsDocuments = permitted(({ documents }) => documents.view)
export const preparesDocuments = permitted(({ documents }) => documents.edit)
export const createsDocuments = permitted(({ documents }) => documents.create)
export const readsContacts = permitted(({ contacts }) => contacts.read)
export const addsContacts = permitted(({ contacts }) => contacts.add)
export const changesContacts = permitted(({ contacts }) => contacts.edit)
export const exchangesContacts = permitted(({ contacts }) => contacts.exchange)
export const usesTemplates = permitted(({ templates }) => (templates.use === 'none' ? templates.edit : templates.use))
export const editsTemplates = permitted(({ templates }) => templates.edit)
export const managesSettings = permitted(({ console }) => console.settings)
export const managesAuthority = permitted(({ console }) => console.authority)
export const managesUsers = permitted(({ console }) => console.users)
export const readsAudit = permitted(({ console }) => console.audit)
export const editsPermissions = permitted(({ permissions }) => permissions.edit)

/** Who is signed in, behind `signedIn`. */
export function requireUser(c: Ctx): User {
  if (!c.var.user) throw new Refusal('forbidden', 'sign-in.needed')
  return c.var.user
}

/** The act of who is signed in, behind `signedIn`. */
export function userAct(c: Ctx): UserAct {
  const { id } = requireUser(c)
  const { act } = c.var
  return { ...act, actor: act.actor.kind === 'user' ? act.actor : { kind: 'user', id } }
}

/** An address of our own to go on to, or the start page: never another site's, however it is spelt. */
export function ownAddress(next: string | undefined, otherwise = '/'): string {
  if (!next || next.length > 1_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.includes('\\')) return otherwise
  const url = URL.parse(next, 'http://own.invalid')
  // Normalised, `/.//elsewhere` begins with two strokes: the result is looked at, not what was typed.
  const address = url?.origin === 'http://own.invalid' ? url.pathname + url.search : otherwise
  return /^\/(?![/\\])/.test(address) ? address : otherwise
}
