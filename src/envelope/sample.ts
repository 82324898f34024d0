import { readFileSync } from 'node:fs'
import type { User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { newId } from '../base/id.ts'
import { ownFile } from '../base/program.ts'
import type { Config } from '../config/config.ts'
import type { FieldKind, Language, RecipientSide } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { addDocuments } from './documents.ts'
import { changeDraft, findDraft, startDraft } from './drafting.ts'
import { type Envelope, listRecipients } from './envelope.ts'
import { type PlacedField, placeFields } from './fields.ts'
import { addRecipient } from './recipients.ts'

/** The contract that an empty installation offers, to try the whole job in five minutes. In `static/sample`. */
export const SAMPLE_FILES: Readonly<Record<Language, { file: string; title: string }>> = {
  en: { file: 'contract.en.pdf', title: 'Consulting agreement' },
  fr: { file: 'contract.fr.pdf', title: 'Contrat de prestation de conseil' },
}

/** Where its signatures go: page from 0, points from the top left. Both languages are laid out alike. */
export interface SampleField {
  readonly kind: FieldKind
  readonly side: RecipientSide
  readonly page: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const column = (side: RecipientSide, x: number): SampleField[] => [
  { kind: 'full-name', side, page: 1, x: x + 44, y: 411, width: 165, height: 17 },
  { kind: 'job-title', side, page: 1, x: x + 44, y: 436.5, width: 165, height: 17 },
  { kind: 'date-signed', side, page: 1, x: x + 44, y: 462, width: 165, height: 17 },
  { kind: 'signature', side, page: 1, x, y: 502, width: 200, height: 62 },
]

export const SAMPLE_FIELDS: readonly SampleField[] = [
  ...column('company', 68.25),
  { kind: 'stamp', side: 'company', page: 1, x: 68.25, y: 586, width: 130, height: 64 },
  { kind: 'checkbox', side: 'other', page: 1, x: 68.25, y: 333, width: 12, height: 12 },
  ...column('other', 318),
]

/** As the page says beside the box. */
const TERMS_READ: Readonly<Record<Language, string>> = {
  en: 'I have read and accept the annexed terms of service',
  fr: 'J’ai lu et j’accepte les conditions de service annexées',
}

const CLIENT: Readonly<Record<Language, { firstName: string; lastName: string; company: string; jobTitle: string; address: string }>> = {
  en: {
    firstName: 'Maria',
    lastName: 'Sample',
    company: 'Sample & Partners Ltd',
    jobTitle: 'Managing director',
    address: '12 Harbour Street\nLondon',
  },
  fr: {
    firstName: 'Marie',
    lastName: 'Exemple',
    company: 'Exemple et Associés SARL',
    jobTitle: 'Gérante',
    address: '12 rue du Port\nNantes',
  },
}

/**
 * A draft of the sample contract, ready to be sent: the user signs for the company, then an invented client, whose messages come to the user's
 * own address, so that one person can try the whole job.
 */
export async function startSample(
  tools: { readonly db: Db; readonly config: Pick<Config, 'dataDirectory' | 'libreOffice'> },
  act: UserAct,
  user: User,
  language: Language,
): Promise<Envelope> {
  const { db } = tools
  const { file, title } = SAMPLE_FILES[language]
  const draft = await startDraft(db, act, user, language)
  const bytes = new Uint8Array(readFileSync(ownFile(`static/sample/${file}`)))
  const [document] = await addDocuments(tools, act, user, draft.id, { files: [{ name: file, bytes }] })
  const { address, ...client } = CLIENT[language]
  const other = await addRecipient(db, act, user, draft.id, {
    ...client,
    side: 'other',
    role: 'signer',
    email: user.email,
    phone: null,
    channel: 'email',
    language,
    routingOrder: 2,
    companyDetails: `${client.company}\n${address}`,
    userId: null,
    contactId: null,
  })
  const [own] = (await listRecipients(db, draft.id)).filter(({ side }) => side === 'company')
  const fields = SAMPLE_FIELDS.flatMap(({ side, ...field }): PlacedField[] => {
    const recipient = side === 'company' ? own : other
    if (!recipient || !document) return []
    return [
      {
        ...field,
        id: newId('fld'),
        documentId: document.id,
        recipientId: recipient.id,
        required: field.kind !== 'stamp',
        readOnly: false,
        label: field.kind === 'checkbox' ? TERMS_READ[language] : '',
        value: '',
        fontSize: 10,
      },
    ]
  })
  await changeDraft(db, act, user, draft.id, { title })
  const { version } = await findDraft(db, user, draft.id)
  await placeFields(db, act, user, draft.id, { version, fields })
  await db.updateTable('envelope').set({ isSample: 1 }).where('id', '=', draft.id).execute()
  return findDraft(db, user, draft.id)
}
