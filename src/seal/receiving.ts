import { Refusal } from '../base/refusal.ts'
import type { Digest } from '../base/digest.ts'
import type { WantedPlace } from '../pdf/received-head.ts'
import { runTask } from '../sandbox/run.ts'
import { findObject, laidAside } from '../store/object.ts'
import type { Revision, SealTools } from './revision.ts'

/** Revision 0 of a document that arrived signed: the very bytes, and where signatures are appended to them. Nothing is written. */
export async function receiveDocument(
  tools: Pick<SealTools, 'db' | 'config'>,
  source: Digest,
  wanted: readonly WantedPlace[],
  pages: number,
): Promise<Revision> {
  const object = await findObject(tools.db, source)
  if (!object) throw new Refusal('not_found', 'document.unknown')
  const { head, pages: shown } = await runTask(tools.config, 'receive', { pdf: await laidAside(tools.db, source), wanted }, { pages })
  return { number: 0, kind: 'received', object, head, recipientId: null, facts: { pages: JSON.stringify(shown) } }
}
