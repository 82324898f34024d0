import { Refusal } from '../base/refusal.ts'

/** Of the driver and of Node: the server was not reached, or the connection broke. */
const BROKEN = /^(?:CONNECT|CONNECTION_|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ENOENT|ERR_SOCKET)/
/** PostgreSQL, appendix A: connection exceptions; resources are short; an operator intervened. */
const AWAY = /^(?:08|53|57P)/
/** Waited too long for a lock, or for the answer. */
const BUSY = new Set(['55P03', '57014', '25P03'])
/** The transaction did nothing and may begin again. */
const REPEAT = new Set(['40001', '40P01'])

export const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** What the person before it is told: try again. Whether a commit was done whose answer was lost is found out by looking. */
export function unavailableOr(error: unknown): unknown {
  const code = codeOf(error)
  if (BUSY.has(code)) return new Refusal('unavailable', 'database.busy', {}, { cause: error })
  if (AWAY.test(code) || BROKEN.test(code)) return new Refusal('unavailable', 'database.away', {}, { cause: error })
  return error
}

export const mayRepeat = (error: unknown): boolean => REPEAT.has(codeOf(error))
