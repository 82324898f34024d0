import type { Instant } from '../base/instant.ts'

/** `token`: they did not do it themselves, a program did by a token of theirs. */
export interface UserActor {
  readonly kind: 'user'
  readonly id: string
  readonly token?: string
}

export type Actor =
  UserActor | { readonly kind: 'recipient'; readonly id: string } | { readonly kind: 'visitor' } | { readonly kind: 'system' }

/** Who did it, when, and from where. Every change of state takes one, so no change can go unrecorded. */
export interface Act {
  readonly actor: Actor
  readonly at: Instant
  readonly ip: string | null
  readonly userAgent: string | null
  /** The number of the request, as the log of the server and the answer bear it. */
  readonly request?: string
}

export type UserAct = Act & { readonly actor: UserActor }
export type RecipientAct = Act & { readonly actor: { readonly kind: 'recipient'; readonly id: string } }

export const systemAct = (at: Instant): Act => ({ actor: { kind: 'system' }, at, ip: null, userAgent: null })
