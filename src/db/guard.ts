import { AsyncLocalStorage } from 'node:async_hooks'

/** Set while a transaction's callback runs. Whoever then asks for the outer handle would wait for ever on the one connection. */
const inside = new AsyncLocalStorage<true>()

export const runInside = <T>(work: () => Promise<T>): Promise<T> => inside.run(true, work)

export function refuseInside(): void {
  if (inside.getStore()) throw new Error('the outer database handle was used inside a transaction: pass the Tx on')
}
