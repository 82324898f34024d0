import { base64url, equalBytes, utf8 } from '../../base/bytes.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Verification } from '../../verification/uploaded.ts'
import type { Ctx } from '../env.ts'

/** A verdict that this house has just given, in a form that only it can have written: a page carries it, and nothing of a visitor is kept here. */
export function toldVerdict(c: Ctx, verification: Verification): string {
  const text = JSON.stringify(verification)
  return `${base64url(c.var.house.secretKey.authenticate('report', text))}.${text}`
}

/** Refused where it is not what this house has told. */
export function verdictIn(c: Ctx, told: string): Verification {
  const at = told.indexOf('.')
  const text = told.slice(at + 1)
  const expected = base64url(c.var.house.secretKey.authenticate('report', text))
  if (at < 0 || !equalBytes(utf8(told.slice(0, at)), utf8(expected))) throw new Refusal('forbidden', 'request.stale-form')
  return JSON.parse(text) as Verification
}
