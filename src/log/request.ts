import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string>()

/** Everything that `work` writes to the log, and every job that it orders, bears the number of the request. Nothing else may depend on it. */
export const duringRequest = <T>(id: string | null, work: () => T): T => (id ? storage.run(id, work) : work())

/** The request under way; null where nobody asked. */
export const requestNow = (): string | null => storage.getStore() ?? null
