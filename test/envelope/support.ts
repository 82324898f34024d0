import { EMPLOYEE, SIGNATORY, STAMP_USER, SUPERVISOR } from '../../src/access/rights.ts'
import { addUser, type NewUser } from '../../src/access/users.ts'
import type { User } from '../../src/access/roles.ts'
import { type Act, systemAct } from '../../src/audit/act.ts'
import type { Digest } from '../../src/base/digest.ts'
import { newDocumentId } from '../../src/base/document-id.ts'
import { DAY, type Instant, instant, later } from '../../src/base/instant.ts'
import type { Db } from '../../src/db/open.ts'
import { secretKeyOf } from '../../src/config/secret-key.ts'
import type { Envelope, Recipient } from '../../src/envelope/envelope.ts'
import { inviteNext } from '../../src/envelope/routing.ts'
import type { Revision } from '../../src/seal/revision.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import { openTestDb } from '../support/database.ts'

export const NOON = instant('2026-11-23T12:00:00Z')
export const SECRET = secretKeyOf(new Uint8Array(32).fill(7))

const ANN: NewUser = {
  email: 'ann@acme.example',
  firstName: 'Ann',
  lastName: 'Archer',
  jobTitle: 'Director',
  phone: null,
  language: 'en',
  roles: [EMPLOYEE, SIGNATORY, STAMP_USER],
}

export interface TestDesk extends AsyncDisposable {
  readonly db: Db
  readonly ann: User
  readonly bob: User
  readonly chief: User
  readonly entityId: string
  act(user?: User, at?: Instant): Act & { actor: { kind: 'user'; id: string } }
}

/** A database with a company and three people: two employees and a supervisor. */
export async function openTestDesk(): Promise<TestDesk> {
  const db = await openTestDb()
  const by = systemAct(NOON)
  const people = await db.transaction().execute(async (tx) => {
    const { id } = await addLegalEntity(tx, by, {
      legalName: 'Acme SAS',
      country: 'FR',
      address: 'Paris',
      details: NO_DETAILS,
      logoDigest: null,
    })
    const chief = await addUser(tx, by, {
      ...ANN,
      email: 'chief@acme.example',
      firstName: 'Cleo',
      lastName: 'Chief',
      roles: [SUPERVISOR, SIGNATORY, STAMP_USER],
    })
    const department = { id: 'dep_sales', parentId: null, name: 'Sales', supervisorId: chief.id, createdAt: NOON }
    await tx.insertInto('department').values(department).execute()
    const member = async (details: NewUser) => {
      const user = await addUser(tx, by, details)
      await tx.updateTable('user').set({ departmentId: department.id }).where('id', '=', user.id).execute()
      return { ...user, departmentId: department.id }
    }
    return {
      entityId: id,
      ann: await member(ANN),
      bob: await member({ ...ANN, email: 'bob@acme.example', firstName: 'Bob', lastName: 'Baker' }),
      chief,
    }
  })
  return {
    db,
    ...people,
    act: (user = people.ann, at = NOON) => ({ actor: { kind: 'user', id: user.id }, at, ip: '192.0.2.7', userAgent: 'test' }),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

export const person = (envelopeId: string, id: string, over: Partial<Recipient> = {}): Recipient => ({
  id,
  envelopeId,
  position: 0,
  side: 'other',
  role: 'signer',
  firstName: id.toUpperCase(),
  lastName: 'Person',
  email: `${id}@client.example`,
  phone: null,
  channel: 'email',
  language: 'fr',
  routingOrder: 1,
  company: '',
  companyDetails: '',
  jobTitle: '',
  userId: null,
  contactId: null,
  roleName: null,
  asksStamp: 0,
  status: 'waiting',
  openedAt: null,
  consentedAt: null,
  consentDisclosureId: null,
  identifiedAt: null,
  identifiedHow: null,
  signedAt: null,
  declinedAt: null,
  declineReason: null,
  certificateSerial: null,
  remindAt: null,
  ...over,
})

/** An envelope on its way, with one document whose first two revisions stand, and its first recipients invited. */
export async function sentEnvelope(
  desk: TestDesk,
  recipients: readonly Partial<Recipient>[] = [{}],
): Promise<{ envelope: Envelope; documentId: string }> {
  const { db, ann, entityId } = desk
  const envelope: Envelope = {
    id: 'env_1',
    title: 'Lease',
    senderId: ann.id,
    legalEntityId: entityId,
    status: 'sent',
    subject: '',
    message: '',
    language: 'en',
    deadline: later(NOON, 30 * DAY),
    reminders: '{}',
    delegation: 'nobody',
    version: 1,
    isSample: 0,
    createdAt: NOON,
    updatedAt: NOON,
    dispatchedAt: NOON,
    completedAt: null,
    endedAt: null,
    endReason: null,
    endedBy: null,
    dispatchFailure: null,
    responsibleId: null,
    isPublic: 0,
    templateId: null,
    templateVersion: null,
    deadlineDays: null,
  }
  await db.insertInto('envelope').values(envelope).execute()
  const digest = 'a'.repeat(64) as Digest
  await db
    .insertInto('document')
    .values({
      id: 'doc_1',
      envelopeId: envelope.id,
      position: 0,
      title: 'Lease',
      fileName: 'lease.pdf',
      documentId: newDocumentId(),
      originalDigest: digest,
      sourceDigest: digest,
      pages: '[]',
      shownPages: null,
      findings: '{}',
      createdAt: NOON,
    })
    .execute()
  for (const [number, kind] of (['prepared', 'certified'] as const).entries())
    await db
      .insertInto('revision')
      .values({
        documentId: 'doc_1',
        number,
        kind,
        objectDigest: digest,
        size: 9,
        recipientId: null,
        head: '{}',
        facts: '{}',
        createdAt: NOON,
      })
      .execute()
  for (const [at, over] of recipients.entries())
    await db
      .insertInto('recipient')
      .values(person(envelope.id, `r${at + 1}`, { position: at, ...over }))
      .execute()
  await db.transaction().execute((tx) => inviteNext(tx, desk.act(), envelope))
  return { envelope, documentId: 'doc_1' }
}

/** What signing would have stored: the next revision of the only document. */
export const signedRevision = (number: number, recipientId: string): ReadonlyMap<string, Revision> =>
  new Map([
    [
      'doc_1',
      {
        number,
        kind: 'signed',
        object: { digest: String(number).repeat(64) as Digest, size: 10 },
        head: {} as Revision['head'],
        recipientId,
        facts: { serial: `0${number}` },
      },
    ],
  ])

export const byRecipient = (id: string, at: Instant = NOON): Act => ({ actor: { kind: 'recipient', id }, at, ip: null, userAgent: null })

export const statusesOf = async (db: Db): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await db.selectFrom('recipient').select(['id', 'status']).orderBy('id').execute()).map(({ id, status }) => [id, status]),
  )

export const messagesOf = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('message').select(['kind', 'address', 'status']).orderBy('createdAt').orderBy('kind').execute()).map(
    ({ kind, address, status }) => `${kind} ${address}${status === 'waiting' ? '' : ` ${status}`}`,
  )

export const eventsOf = async (db: Db, envelopeId = 'env_1'): Promise<string[]> =>
  (await db.selectFrom('auditLeaf').select('type').where('envelopeId', '=', envelopeId).orderBy('seq').execute()).map(({ type }) => type)
