import type { User } from '../../src/access/roles.ts'
import { findUserByAddress } from '../../src/access/users.ts'
import { addDocuments } from '../../src/envelope/documents.ts'
import { changeDraft, findDraft } from '../../src/envelope/drafting.ts'
import { type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import { addRecipient, NOBODY, type RecipientDetails, recipientOfUser } from '../../src/envelope/recipients.ts'
import { defaultLegalEntity } from '../../src/setting/legal-entity.ts'
import { startTemplate, type Template } from '../../src/template/templates.ts'
import { publishTemplate } from '../../src/template/versions.ts'
import type { TestHouse } from '../support/house.ts'
import { actOf, CLAIRE, CONTRACT } from '../support/signing.ts'

export const CLIENT: RecipientDetails = { ...CLAIRE, ...NOBODY, side: 'other', routingOrder: 2, language: 'fr', roleName: 'Client' }

export const bob = async ({ house }: TestHouse): Promise<User> => (await findUserByAddress(house.db, 'bob@acme.example'))!

/** A template of the sample contract, published: the user signs for the company, then each of the roles; `rent` is written beforehand. */
export async function templateFor(
  { house }: TestHouse,
  user: User,
  roles: readonly RecipientDetails[] = [CLIENT],
  { withUser = true, publish = true } = {},
): Promise<Template> {
  const { db } = house
  const act = actOf(house, user)
  const template = await startTemplate(db, act, user, { name: 'Consulting', folderId: null })
  const [document] = await addDocuments(house, act, user, template.designId, { files: [{ name: 'contract.pdf', bytes: CONTRACT }] })
  const people: RecipientDetails[] = [...(withUser ? [recipientOfUser(user, (await defaultLegalEntity(db))!)] : []), ...roles]
  const fields: PlacedField[] = []
  const place = (at: number, recipientId: string, kind: PlacedField['kind'], y: number, label = '', value = ''): PlacedField => ({
    id: `${kind}${at}${label}`,
    documentId: document!.id,
    recipientId,
    kind,
    page: 1,
    x: 20 + at * 190,
    y,
    width: kind === 'signature' ? 180 : 165,
    height: kind === 'signature' ? 62 : 17,
    required: true,
    readOnly: label !== '',
    label,
    value,
    fontSize: 10,
  })
  for (const [at, details] of people.entries()) {
    const { id } = await addRecipient(db, act, user, template.designId, details)
    fields.push(place(at, id, 'full-name', 60), place(at, id, 'signature', 100))
    if (details.roleName) fields.push(place(at, id, 'text', 200, `Rent ${details.roleName}`, '900'))
  }
  await changeDraft(db, act, user, template.designId, { title: 'Consulting agreement', message: 'Dear client' })
  const { version } = await findDraft(db, user, template.designId)
  await placeFields(db, act, user, template.designId, { version, fields })
  if (publish) {
    const design = await findDraft(db, user, template.designId)
    await publishTemplate(house, act, user, template.id, { version: design.version, note: '' })
  }
  return db.selectFrom('template').selectAll().where('id', '=', template.id).executeTakeFirstOrThrow()
}
