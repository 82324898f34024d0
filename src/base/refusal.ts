export type RefusalCode =
  'unauthenticated' | 'not_found' | 'forbidden' | 'conflict' | 'invalid' | 'gone' | 'rate_limited' | 'too_large' | 'unavailable'

export type RefusalParams = Readonly<Record<string, string | number>>

/**
 * An expected refusal; everything else is an accident. `reason` is a stable dotted name (`envelope.not-a-draft`) whose sentence
 * for a person stands in every language under `refusals`; `params` fill its placeholders.
 */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: RefusalCode
  readonly reason: string
  readonly params: RefusalParams
  constructor(code: RefusalCode, reason: string, params: RefusalParams = {}, options?: { cause?: unknown }) {
    super(reason, options)
    this.code = code
    this.reason = reason
    this.params = params
  }
}

/** A refusal that says about which part of what was asked it is: `['recipients', 0]`. */
export class RefusalAt extends Refusal {
  readonly path: readonly (string | number)[]
  constructor({ code, reason, params }: Refusal, path: readonly (string | number)[], options?: { cause?: unknown }) {
    super(code, reason, params, options)
    this.path = path
  }
}

/** What is refused by `work` is about that part. */
export async function refusedAt<T>(path: readonly (string | number)[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Refusal && !(error instanceof RefusalAt) ? new RefusalAt(error, path, { cause: error }) : error
  }
}
