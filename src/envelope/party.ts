import type { Db } from '../db/open.ts'
import type { Source } from '../field/rules.ts'
import { bankOf, findLegalEntity } from '../setting/legal-entity.ts'
import type { Recipient } from './envelope.ts'

/** What is known of a recipient and of their company: what contact fields begin with. */
export type Party = Readonly<Partial<Record<Source, string>>>

/** Of our own side from the legal entity that the envelope is of, of the other side from the directory; the recipient's own details first. */
export async function partyOf(db: Db, recipient: Recipient): Promise<Party> {
  const own: Party = {
    'first-name': recipient.firstName,
    'last-name': recipient.lastName,
    email: recipient.email ?? '',
    phone: recipient.phone ?? '',
    'job-title': recipient.jobTitle,
    company: recipient.company,
    'company-details': recipient.companyDetails,
  }
  const known = recipient.side === 'company' ? await ourDetails(db, recipient) : await directoryDetails(db, recipient)
  const filled = Object.entries(own).filter(([, value]) => value)
  return { ...known, ...Object.fromEntries(filled) }
}

async function ourDetails(db: Db, { envelopeId }: Recipient): Promise<Party> {
  const envelope = await db.selectFrom('envelope').select('legalEntityId').where('id', '=', envelopeId).executeTakeFirstOrThrow()
  const { legalName, address, details } = await findLegalEntity(db, envelope.legalEntityId)
  return {
    company: legalName,
    address,
    email: details.email,
    phone: details.phone,
    'registration-number': details.registrationNumber,
    'vat-number': details.vatNumber,
    bank: bankOf(details),
  }
}

async function directoryDetails(db: Db, { contactId }: Recipient): Promise<Party> {
  if (!contactId) return {}
  const contact = await db.selectFrom('contact').selectAll().where('id', '=', contactId).executeTakeFirst()
  if (!contact) return {}
  return {
    email: contact.email ?? '',
    phone: contact.phone ?? '',
    'job-title': contact.jobTitle,
    company: contact.company,
    'company-details': contact.companyDetails,
  }
}
