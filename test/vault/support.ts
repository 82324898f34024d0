import type { Digest } from '../../src/base/digest.ts'
import { newDocumentId } from '../../src/base/document-id.ts'
import { instant } from '../../src/base/instant.ts'
import type { Db } from '../../src/db/open.ts'
import { fileInVault } from '../../src/envelope/filing.ts'
import { indexEntry } from '../../src/vault/indexing.ts'
import { NOON } from '../support/database.ts'

/** Finished envelopes of Ann (or `owner`), or unfinished ones, without bytes. */
export async function fill(
  db: Db,
  count = 1,
  facts: { title?: string; status?: 'completed' | 'sent'; signer?: string | null; owner?: string } = {},
) {
  const { title = 'Lease', status = 'completed', signer = null, owner = 'ann' } = facts
  const user = (id: string) => ({
    id,
    email: `${id}@acme.example`,
    firstName: id,
    lastName: 'Archer',
    jobTitle: '',
    phone: null,
    language: 'en' as const,
    passwordHash: null,
    createdAt: NOON,
    disabledAt: null,
  })
  for (const id of ['ann', 'bob', 'chief'])
    await db
      .insertInto('user')
      .values(user(id))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  const entity = {
    id: 'ent',
    legalName: 'Acme',
    country: 'FR',
    address: '',
    details: '{}',
    logoDigest: null,
    isDefault: 1,
    createdAt: NOON,
  }
  await db
    .insertInto('legalEntity')
    .values(entity)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const ids = []
  for (let at = 0; at < count; at++) {
    const id = `env_${Math.random().toString(36).slice(2)}`
    const documentId = newDocumentId()
    const completedAt = status === 'completed' ? instant(Date.parse(NOON) + at * 1_000) : null
    await db
      .insertInto('envelope')
      .values({
        id,
        title: `${title} ${at}`,
        senderId: owner,
        legalEntityId: 'ent',
        status,
        subject: '',
        message: '',
        language: 'en',
        deadline: null,
        reminders: '',
        version: 1,
        isSample: 0,
        createdAt: NOON,
        updatedAt: NOON,
        dispatchedAt: NOON,
        completedAt,
        endedAt: completedAt,
        endReason: null,
        endedBy: null,
      })
      .execute()
    await db
      .insertInto('document')
      .values({
        id: `doc_${id}`,
        envelopeId: id,
        position: 0,
        title: `${title}.pdf`,
        fileName: `${title}.pdf`,
        documentId,
        originalDigest: 'o'.repeat(64) as Digest,
        sourceDigest: 'o'.repeat(64) as Digest,
        pages: '[{},{}]',
        findings: '{}',
        createdAt: NOON,
      })
      .execute()
    await db
      .insertInto('recipient')
      .values({
        id: `rcp_${id}`,
        envelopeId: id,
        position: 0,
        side: 'other',
        role: 'signer',
        firstName: 'Marie',
        lastName: 'Dupont',
        email: 'marie@dupont.example',
        phone: null,
        channel: 'email',
        language: 'fr',
        routingOrder: 1,
        company: 'Dupont SARL',
        companyDetails: '',
        jobTitle: '',
        userId: signer,
        contactId: null,
        asksStamp: 0,
        status: 'signed',
        openedAt: null,
        consentedAt: null,
        consentDisclosureId: null,
        identifiedAt: null,
        identifiedHow: null,
        signedAt: NOON,
        declinedAt: null,
        declineReason: null,
        certificateSerial: null,
      })
      .execute()
    for (const number of [0, 1])
      await db
        .insertInto('revision')
        .values({
          documentId: `doc_${id}`,
          number,
          kind: 'sealed',
          objectDigest: String(number).repeat(64) as Digest,
          size: 1_000 + number,
          recipientId: null,
          head: '{}',
          facts: '{}',
          createdAt: NOON,
        })
        .execute()
    if (completedAt) {
      await db.transaction().execute((tx) => fileInVault(tx, NOON, id))
      await indexEntry({ db, config: { dataDirectory: '/nowhere' }, clock: () => NOON }, id)
    }
    ids.push({ id, documentId })
  }
  return ids
}
