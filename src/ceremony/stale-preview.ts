import { trailOf } from '../audit/trail.ts'
import { type Instant, later } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { listRecipients } from '../envelope/envelope.ts'
import { nameOf } from '../envelope/telling.ts'
import type { Ceremony } from './ceremony.ts'
import { PREVIEW_LIFE } from './preview.ts'

/**
 * Why a recipient has nothing that they may confirm: somebody has signed since it was drawn, its time has passed, something of their own was
 * changed, or it was never drawn.
 */
export type Staleness = { readonly why: 'signed'; readonly who: string } | { readonly why: 'late' | 'changed' | 'undrawn' }

export async function whyStale(db: Db, { recipient, envelope }: Pick<Ceremony, 'recipient' | 'envelope'>, at: Instant): Promise<Staleness> {
  const trail = await trailOf(db, envelope.id)
  const drawn = trail.findLast(({ type, detail }) => type === 'ceremony.previewed' && detail['recipient'] === recipient.id)
  if (!drawn) return { why: 'undrawn' }
  const signed = trail.findLast(({ seq, type }) => type === 'ceremony.signed' && seq > drawn.seq)
  const signer = signed && (await listRecipients(db, envelope.id)).find(({ id }) => id === signed.detail['recipient'])
  if (signer) return { why: 'signed', who: nameOf(signer) }
  // What was changed or taken is no longer kept.
  const kept = await db.selectFrom('frozenRevision').select('createdAt').where('recipientId', '=', recipient.id).executeTakeFirst()
  return { why: kept && later(kept.createdAt, PREVIEW_LIFE) <= at ? 'late' : 'changed' }
}
