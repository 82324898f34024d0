import type { User } from '../../../src/access/roles.ts'
import type { UserAct } from '../../../src/audit/act.ts'
import { addDocuments } from '../../../src/envelope/documents.ts'
import { startDraft } from '../../../src/envelope/drafting.ts'
import { type Document, type Envelope, findEnvelope, type Recipient } from '../../../src/envelope/envelope.ts'
import { addRecipient, recipientOfUser } from '../../../src/envelope/recipients.ts'
import { defaultLegalEntity } from '../../../src/setting/legal-entity.ts'
import { findUserByAddress } from '../../../src/access/users.ts'
import { ANN, type TestHouse } from '../../support/house.ts'

export interface PreparedDraft {
  readonly ann: User
  readonly act: UserAct
  readonly envelope: Envelope
  readonly document: Document
  readonly us: Recipient
  readonly marie: Recipient
}

/** Ann's draft: the sample contract of two pages, Ann for the company, Marie Dupont for the other party. */
export async function prepareDraft({ house }: TestHouse): Promise<PreparedDraft> {
  const { db } = house
  const ann = (await findUserByAddress(db, ANN.email))!
  const act: UserAct = { actor: { kind: 'user', id: ann.id }, at: house.clock(), ip: null, userAgent: null }
  const { id } = await startDraft(db, act, ann, 'en')
  const bytes = new Uint8Array(await Bun.file('static/sample/contract.en.pdf').arrayBuffer())
  const [document] = await addDocuments(house, act, ann, id, { files: [{ name: 'contract.pdf', bytes }] })
  const marie = await addRecipient(db, act, ann, id, {
    ...recipientOfUser(ann, (await defaultLegalEntity(db))!),
    side: 'other',
    firstName: 'Marie',
    lastName: 'Dupont',
    email: 'marie@dupont.example',
    company: 'Dupont SARL',
    routingOrder: 2,
  })
  const us = await db
    .selectFrom('recipient')
    .selectAll()
    .where('envelopeId', '=', id)
    .where('side', '=', 'company')
    .executeTakeFirstOrThrow()
  return { ann, act, envelope: await findEnvelope(db, id), document: document!, us, marie }
}
