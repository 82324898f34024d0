import { Refusal } from '../base/refusal.ts'

/** So many at once; the others wait in the order in which they came, and past `waiting` of them they are refused (`sandbox.busy`). */
export class Line {
  readonly #atOnce: number
  readonly #most: number
  readonly #waiting: { readonly go: () => void }[] = []
  #busy = 0

  constructor(atOnce: number, waiting: number) {
    this.#atOnce = atOnce
    this.#most = waiting
  }

  /** Answers what gives the place up again; to be called once. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (this.#busy < this.#atOnce) this.#busy++
    else {
      if (this.#waiting.length >= this.#most) throw new Refusal('unavailable', 'sandbox.busy')
      const turn = Promise.withResolvers<void>()
      const place = { go: turn.resolve }
      signal?.addEventListener('abort', () => {
        const at = this.#waiting.indexOf(place)
        if (at < 0) return
        this.#waiting.splice(at, 1)
        turn.reject(signal.reason)
      })
      this.#waiting.push(place)
      await turn.promise
    }
    return () => {
      const next = this.#waiting.shift()
      if (next) next.go()
      else this.#busy--
    }
  }
}
