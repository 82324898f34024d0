import { digestOf } from '../../base/digest.ts'
import { utf8 } from '../../base/bytes.ts'
import { sha256 } from '../../audit/trail.ts'
import type { Ctx } from '../env.ts'
import { Changed } from './problem.ts'

/** RFC 9110 §8.8.3: strong, of what is shown. */
export const etagOf = (shown: unknown): string => `"${digestOf(sha256(utf8(JSON.stringify(shown)))).slice(0, 32)}"`

const tags = (header: string): string[] => header.split(',').map((tag) => tag.trim())

/** Refused with 412 where If-Match names another state than this. */
export function refuseChanged(c: Ctx, shown: unknown): void {
  const wanted = c.req.header('if-match')
  if (wanted !== undefined && wanted.trim() !== '*' && !tags(wanted).includes(etagOf(shown))) throw new Changed()
}

/** RFC 9110 §13.1.2: whoever has it already is told so. */
export function isKnown(c: Ctx, etag: string): boolean {
  const known = c.req.header('if-none-match')
  return (
    known !== undefined &&
    (known.trim() === '*' ||
      tags(known)
        .map((tag) => tag.replace(/^W\//, ''))
        .includes(etag))
  )
}
