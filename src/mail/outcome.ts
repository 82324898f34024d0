/** What came of one attempt to hand a message over. `detail` names no secret, link or code. */
export type Outcome =
  | { readonly outcome: 'sent'; readonly detail: string }
  /** To be tried again: the other side may change its mind, or the administrator the settings. */
  | { readonly outcome: 'deferred'; readonly detail: string }
  /** The other side said no for good. */
  | { readonly outcome: 'failed'; readonly detail: string }
