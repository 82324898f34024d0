import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { wholeSecond } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { RevocationReason } from '../pki/revocation.ts'
import type { AuthorityTools } from './creating.ts'
import { renewRevocationLists } from './revocation-lists.ts'

/** Takes a certificate back for good; from the next moment on OCSP says so, and the new list at once. The root has nobody above it. */
export async function revokeCertificate(tools: AuthorityTools, act: Act, serial: string, reason: RevocationReason): Promise<void> {
  await tools.db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('certificate')
      .set({ revokedAt: wholeSecond(act.at), revocationReason: reason })
      .where('serial', '=', serial)
      .where('purpose', '!=', 'root')
      .where('revokedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'certificate.not-revocable')
    await append(tx, act, { type: 'certificate.revoked', detail: { serial, reason } })
  })
  await renewRevocationLists(tools, act)
}
