import type { DocumentId } from '../../src/base/document-id.ts'
import { newId } from '../../src/base/id.ts'
import { later } from '../../src/base/instant.ts'
import type { RevisionKind } from '../../src/db/database.ts'
import type { House } from '../../src/house.ts'
import { putObject } from '../../src/store/object.ts'
import { NOON } from '../support/house.ts'
import type { SealedFile } from './sealed-file.ts'

const KINDS: readonly RevisionKind[] = ['prepared', 'certified', 'signed', 'signed', 'sealed', 'security-store', 'time-stamped']

/** The house as if it had issued this file: its root is ours, and the register has every revision of the document. */
export async function registerSealed(house: House, sealed: SealedFile, documentId: DocumentId): Promise<void> {
  const { db } = house
  const root = { id: newId('key'), purpose: 'root', algorithm: 'ecdsa-p256', spki: new Uint8Array([1]), wrapped: null } as const
  await db
    .insertInto('authorityKey')
    .values({ ...root, createdAt: NOON, retiredAt: null })
    .execute()
  await db
    .insertInto('certificate')
    .values({
      id: newId('crt'),
      serial: 'aa',
      purpose: 'root',
      subject: '{}',
      der: sealed.authority.root.certificate,
      keyId: root.id,
      issuerId: null,
      notBefore: NOON,
      notAfter: later(NOON, 1e9),
      recipientId: null,
      createdAt: NOON,
      revokedAt: null,
      revocationReason: null,
    })
    .execute()
  const [entity, user] = [
    await db.selectFrom('legalEntity').select('id').executeTakeFirstOrThrow(),
    await db.selectFrom('user').select('id').executeTakeFirstOrThrow(),
  ]
  const objects = []
  for (const bytes of sealed.revisions) objects.push(await putObject(db, bytes))
  await db
    .insertInto('envelope')
    .values({
      id: 'env_1',
      title: 'Secret title',
      senderId: user.id,
      legalEntityId: entity.id,
      status: 'completed',
      subject: '',
      message: '',
      language: 'en',
      deadline: null,
      reminders: '{}',
      version: 1,
      isSample: 0,
      createdAt: NOON,
      updatedAt: NOON,
      dispatchedAt: NOON,
      completedAt: NOON,
      endedAt: null,
      endReason: null,
      endedBy: null,
    })
    .execute()
  await db
    .insertInto('document')
    .values({
      id: 'doc_1',
      envelopeId: 'env_1',
      position: 0,
      title: 'Secret title',
      fileName: 'secret.pdf',
      documentId,
      originalDigest: objects[0]!.digest,
      sourceDigest: objects[0]!.digest,
      pages: '[]',
      findings: '{}',
      createdAt: NOON,
    })
    .execute()
  for (const [number, { digest, size }] of objects.entries())
    await db
      .insertInto('revision')
      .values({
        documentId: 'doc_1',
        number,
        kind: KINDS[number]!,
        objectDigest: digest,
        size,
        recipientId: null,
        head: '{}',
        facts: '{}',
        createdAt: NOON,
      })
      .execute()
}
