import type { EventType } from '../../src/audit/event.ts'
import { systemAct } from '../../src/audit/act.ts'
import { append } from '../../src/audit/trail.ts'
import { newDocumentId } from '../../src/base/document-id.ts'
import type { Digest } from '../../src/base/digest.ts'
import { newId } from '../../src/base/id.ts'
import { DAY, later } from '../../src/base/instant.ts'
import { followTrail } from '../../src/board/following.ts'
import type { EnvelopeRow, EnvelopeStatus } from '../../src/db/database.ts'
import type { House } from '../../src/house.ts'
import { person } from '../envelope/support.ts'

export interface Seed {
  readonly title: string
  readonly status?: EnvelopeStatus
  /** First name of who sends. */
  readonly by?: string
  readonly company?: string
  /** 0, 1: the company's side, 2: both. */
  readonly signed?: 0 | 1 | 2
  readonly deadlineIn?: number
  /** How long ago it was made. */
  readonly ago?: number
  /** Left to whoever follows the trail later. */
  readonly isUnread?: boolean
}

const EVENT_OF: Readonly<Partial<Record<EnvelopeStatus, EventType>>> = {
  sent: 'envelope.dispatched',
  completed: 'envelope.completed',
  declined: 'ceremony.declined',
  voided: 'envelope.voided',
  expired: 'envelope.expired',
}

/** An envelope as it would stand after so much of its life, with the entries that the board reads. Answers its id. */
export async function seedEnvelope({ db, clock }: Pick<House, 'db' | 'clock'>, seed: Seed): Promise<string> {
  const { title, status = 'sent', by = 'Ann', company = 'Dupont SARL', signed = 0, deadlineIn = 30 * DAY, ago = 0 } = seed
  const at = later(clock(), -ago)
  const id = newId('env')
  const { id: senderId } = await db.selectFrom('user').select('id').where('firstName', '=', by).executeTakeFirstOrThrow()
  const { id: legalEntityId } = await db.selectFrom('legalEntity').select('id').executeTakeFirstOrThrow()
  await db.transaction().execute(async (tx) => {
    const isOut = status !== 'draft'
    const envelope: Partial<EnvelopeRow> = {
      id,
      title,
      senderId,
      legalEntityId,
      status,
      subject: '',
      message: '',
      language: 'en',
      deadline: isOut ? later(clock(), deadlineIn) : null,
      reminders: JSON.stringify({ firstAfterDays: 3, everyDays: 3, most: 3 }),
      version: 2,
      isSample: 0,
      createdAt: at,
      updatedAt: at,
      dispatchedAt: isOut ? at : null,
      completedAt: status === 'completed' ? at : null,
      responsibleId: null,
    }
    await tx
      .insertInto('envelope')
      .values(envelope as EnvelopeRow)
      .execute()
    const digest = 'a'.repeat(64) as Digest
    const document = { id: newId('doc'), envelopeId: id, position: 0, title, fileName: 'a.pdf', documentId: newDocumentId() }
    await tx
      .insertInto('document')
      .values({ ...document, originalDigest: digest, sourceDigest: digest, pages: '[]', findings: '{}', createdAt: at } as never)
      .execute()
    const sides = [
      person(id, newId('rcp'), { side: 'company', firstName: 'Cora', lastName: 'Chief', company: 'Acme' }),
      person(id, newId('rcp'), { side: 'other', firstName: 'Marie', lastName: 'Dupont', company, position: 1 }),
    ]
    for (const [place, one] of sides.entries()) {
      const hasSigned = status === 'completed' || place < signed
      await tx
        .insertInto('recipient')
        .values({ ...one, status: hasSigned ? 'signed' : isOut ? 'invited' : 'waiting', signedAt: hasSigned ? at : null })
        .execute()
    }
    const happened = (type: EventType, recipient?: string) =>
      append(tx, systemAct(at), { type, envelopeId: id, ...(recipient ? { detail: { recipient } } : {}) })
    await happened('envelope.drafted')
    if (isOut) await happened('envelope.dispatched')
    for (const one of sides.slice(0, signed)) await happened('ceremony.signed', one.id)
    if (status !== 'sent' && EVENT_OF[status]) await happened(EVENT_OF[status])
  })
  while (!seed.isUnread && (await followTrail({ db, clock })));
  return id
}
