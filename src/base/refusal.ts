export type RefusalCode = 'not_found' | 'forbidden' | 'conflict' | 'invalid' | 'gone' | 'rate_limited' | 'too_large' | 'unavailable'

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
