import { type Instant, wholeSecond } from '../base/instant.ts'
import { certify } from '../pdf/append.ts'
import type { PrepareInput } from '../pdf/prepare.ts'
import type { Sent } from '../sandbox/task.ts'
import { runTask } from '../sandbox/run.ts'
import { putObject } from '../store/object.ts'
import { companySignature } from './company-signature.ts'
import { type Revision, roomOfSeal, type SealTools, storeTail } from './revision.ts'

/**
 * Revisions 0 and 1: prepared in the child from the stranger's bytes, read back strictly, certified with the company's seal. Nothing of an
 * envelope changes here; what a strict reader does not accept of our own work never leaves.
 */
export async function prepareAndCertify(
  tools: SealTools,
  at: Instant,
  input: Sent<Omit<PrepareInput, 'fonts'>>,
  pages: number,
): Promise<[Revision, Revision]> {
  const { pdf, pages: shown, head } = await runTask(tools.config, 'prepare', input, { pages })
  const object = await putObject(tools.db, pdf)
  const prepared: Revision = { number: 0, kind: 'prepared', object, head, recipientId: null, facts: { pages: JSON.stringify(shown) } }
  const moment = wholeSecond(at)
  const own = tools.authority.seal()
  const tail = await certify(head, { at: moment, name: input.company.name, contentsBytes: await roomOfSeal(tools, own) })
  const certified = await storeTail(tools, prepared, tail, companySignature(tools, own))
  return [prepared, { number: 1, kind: 'certified', object: certified, head: tail.head, recipientId: null, facts: { at: moment } }]
}
