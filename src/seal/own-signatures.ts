import type { Bytes } from '../base/bytes.ts'
import { isReceived } from '../pdf/received-head.ts'
import { runTask } from '../sandbox/run.ts'
import { laidAside } from '../store/object.ts'
import type { Base, SealTools } from './revision.ts'

export interface OwnSignature {
  readonly kind: string
  readonly contents: Bytes
  readonly der: Bytes
}

/** The signatures in a stored file that this house made: of those that others made the authority can say nothing. Read in the child. */
export async function ownSignatures(
  { db, config }: Pick<SealTools, 'db' | 'config'>,
  { object, head }: Pick<Base, 'object' | 'head'>,
): Promise<OwnSignature[]> {
  const { signatures } = await runTask(config, 'signatures', { pdf: await laidAside(db, object.digest) })
  if (!isReceived(head)) return signatures
  const { places, prefix } = head.received
  const own = new Set(Object.values(places).map(({ name }) => name))
  return signatures.filter(({ field }) => own.has(field) || field.startsWith(`${prefix}DocTS`))
}
