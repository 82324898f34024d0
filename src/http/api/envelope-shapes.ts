import type { EnvelopeStatus } from '../../db/database.ts'
import { DELEGATIONS } from '../../envelope/drafting.ts'
import { GROUPS } from '../../envelope/list.ts'
import { HIGHEST_ORDER } from '../../envelope/recipients.ts'
import { z } from './route.ts'
import {
  digest,
  drawnText,
  email,
  FieldRules,
  fieldKind,
  id,
  language,
  longText,
  moment,
  page,
  phone,
  text,
  told,
  toldOrNull,
} from './shapes.ts'

export const STATUSES = [
  'draft',
  'sending',
  'sent',
  'sealing',
  'completed',
  'declined',
  'voided',
  'expired',
] as const satisfies readonly EnvelopeStatus[]
const status = z.enum(STATUSES).openapi({ description: '`sending` and `sealing` are the server’s own work, and end by themselves.' })
const STAGES = ['draft', 'sending', 'with-us', 'with-them', 'sealing', 'completed', 'annulled', 'declined', 'voided', 'expired'] as const
const role = z.enum(['signer', 'approver', 'witness', 'copy'], 'form.invalid')
const side = z.enum(['company', 'other'], 'form.invalid').openapi({ description: 'Signs for this company, or is the other party.' })
const channel = z.enum(['email', 'sms'], 'form.invalid')
const delegation = z.enum(DELEGATIONS).openapi({ description: 'Whose recipients may hand over to somebody else.' })
const Reminders = z
  .strictObject({
    firstAfterDays: z.int().min(1).max(60),
    everyDays: z.int().min(1).max(60),
    most: z.int().min(0).max(50).openapi({ description: '0: none.' }),
    workingDays: z.boolean().optional(),
  })
  .openapi('Reminders')

export const ShownDocument = z
  .object({
    id: id('doc'),
    documentId: z.string().openapi({ description: 'The public identifier that stands on every page.', example: '7K2M-9QXD-4TRA-C' }),
    title: z.string(),
    fileName: z.string(),
    originalDigest: digest,
    pages: z
      .array(z.object({ number: z.int(), width: z.number(), height: z.number() }))
      .openapi({ description: 'In points, as a reader sees them; fields are placed on them from the top left.' }),
    needsConsent: z.boolean().openapi({ description: 'Something in it acts (a script, say), and is removed once the sender agrees.' }),
    isCertificate: z.boolean().openapi({ description: 'A certificate of completion that is a document of its own.' }),
  })
  .openapi('Document')

export const ShownRecipient = z
  .object({
    id: id('rcp'),
    role: z.string(),
    side: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    email: z.union([z.string(), z.null()]),
    phone: z.union([z.string(), z.null()]),
    channel: z.string(),
    language: z.string(),
    routingOrder: z.int(),
    company: z.string(),
    jobTitle: z.string(),
    roleName: z.union([z.string(), z.null()]),
    userId: z.union([z.string(), z.null()]),
    contactId: z.union([z.string(), z.null()]),
    status: z.string().openapi({ description: '`waiting`, `invited` (it is their turn), `signed`, `declined`, `notified`.' }),
    openedAt: toldOrNull,
    consentedAt: toldOrNull,
    signedAt: toldOrNull,
    declinedAt: toldOrNull,
    declineReason: z.union([z.string(), z.null()]),
  })
  .openapi('Recipient', { description: 'Nobody but a recipient ever sees their own link: it is in no answer.' })

export const ShownField = z
  .object({
    id: id('fld'),
    documentId: id('doc'),
    recipientId: z.union([z.string(), z.null()]),
    kind: fieldKind,
    page: z.int().openapi({ description: 'From 1.' }),
    x: z.number(),
    y: z.number(),
    width: z.number(),
    height: z.number(),
    required: z.boolean(),
    readOnly: z.boolean(),
    label: z.string(),
    value: z.string().openapi({ description: 'What the sender wrote beforehand.' }),
    entry: z.union([z.string(), z.null()]).openapi({ description: 'What the recipient filled in, once they have signed.' }),
    fontSize: z.number(),
  })
  .openapi('Field')

export const ShownEnvelope = z
  .object({
    id: id('env'),
    title: z.string(),
    status,
    stage: z.enum(STAGES).openapi({ description: 'As a person says it: of a sent one, whose turn it is.' }),
    subject: z.string(),
    message: z.string(),
    language,
    legalEntityId: id('ent'),
    senderId: id('usr'),
    deadline: toldOrNull,
    reminders: Reminders,
    delegation,
    templateId: z.union([z.string(), z.null()]),
    createdAt: told,
    updatedAt: told,
    sentAt: toldOrNull,
    completedAt: toldOrNull,
    endedAt: toldOrNull,
    endReason: z.union([z.string(), z.null()]),
    failure: z
      .union([z.object({ code: z.string(), detail: z.string() }), z.null()])
      .openapi({ description: 'Why it came back as a draft after it was sent.' }),
    documents: z.array(ShownDocument),
    recipients: z.array(ShownRecipient),
    fields: z.array(ShownField),
  })
  .openapi('Envelope')

export const ListedEnvelope = z
  .object({
    id: id('env'),
    title: z.string(),
    status,
    stage: z.enum(STAGES),
    updatedAt: told,
    deadline: toldOrNull,
    documentIds: z.array(z.string()),
    signed: z.int(),
    signers: z.int(),
  })
  .openapi('ListedEnvelope')
export const EnvelopePage = page(ListedEnvelope).openapi('EnvelopePage')

export const ListQuery = {
  group: z
    .enum(GROUPS)
    .default('all')
    .openapi({ param: { name: 'group', in: 'query' } }),
  search: text(200)
    .optional()
    .openapi({
      param: { name: 'search', in: 'query' },
      type: 'string',
      description: 'Words of a title, a name, an address or a document ID.',
    }),
  template: z
    .string()
    .max(60)
    .optional()
    .openapi({ param: { name: 'template', in: 'query' }, description: 'Made from this template.' }),
  from: moment.optional().openapi({ param: { name: 'from', in: 'query' }, description: 'Made at this moment or later.' }),
  until: moment.optional().openapi({ param: { name: 'until', in: 'query' }, description: 'Made before.' }),
}

export const NewDocument = z
  .strictObject({
    title: drawnText(200).optional(),
    fileName: text(200).optional().openapi({ example: 'lease.pdf' }),
    content: z
      .string()
      .optional()
      .openapi({ format: 'byte', description: 'The file in base64: PDF, Word, OpenDocument, PNG, JPEG or WebP.' }),
    upload: z
      .string()
      .max(60)
      .optional()
      .openapi({ description: 'Or the id of an upload of the last day.', example: 'upl_7k2m9qxd4tra0c3n8p5w' }),
  })
  .openapi('NewDocument')

export const RecipientDetails = z.strictObject({
  role: role.default('signer'),
  side: side.default('other'),
  firstName: drawnText(80).default(''),
  lastName: drawnText(80).default(''),
  email: z.union([email, z.null()]).optional(),
  phone: z.union([phone, z.null()]).optional(),
  channel: channel.default('email'),
  language: language.optional(),
  routingOrder: z
    .int('number.invalid')
    .min(1, 'number.invalid')
    .max(HIGHEST_ORDER, 'number.invalid')
    .optional()
    .openapi({ description: 'Equal numbers act at the same time; left out: as usual for the side and the role.' }),
  company: drawnText(160).default(''),
  jobTitle: drawnText(120).default(''),
  companyDetails: longText(1_000).default(''),
})
export const NewRecipient = RecipientDetails.extend({
  key: text(60)
    .optional()
    .openapi({ description: 'What fields of this request call them; left out: their place in the list, from 0.', example: 'client' }),
}).openapi('NewRecipient')

const placed = {
  kind: fieldKind,
  page: z.int('field.page-unknown').min(1, 'field.page-unknown').openapi({ description: 'From 1.' }),
  x: z.number('field.outside').openapi({ description: 'Points from the left.' }),
  y: z.number('field.outside').openapi({ description: 'Points from the top.' }),
  width: z.number('field.outside').optional().openapi({ description: 'Left out: as usual for its kind.' }),
  height: z.number('field.outside').optional(),
  required: z.boolean().optional(),
  readOnly: z.boolean().default(false),
  label: text(200).default(''),
  value: longText(2_000).default('').openapi({ description: 'Written beforehand.' }),
  fontSize: z.number('field.size').optional(),
  rules: FieldRules.optional(),
}
export const ComposedField = z
  .strictObject({
    document: z.int().min(0).default(0).openapi({ description: 'Its place in `documents`, from 0.' }),
    recipient: z
      .union([z.string().max(60), z.int(), z.null()])
      .openapi({ description: 'The key of a recipient of this request, or their place; null: nobody’s.', example: 'client' }),
    ...placed,
  })
  .openapi('NewField')
export const PlacedField = z
  .strictObject({
    id: z.string().max(60).optional().openapi({ description: 'Of a field that stands there; left out: a new one.' }),
    documentId: z.string().max(60),
    recipientId: z.union([z.string().max(60), z.null()]),
    ...placed,
  })
  .openapi('PlacedField')

export const Details = z.strictObject({
  title: drawnText(200).optional(),
  subject: text(200).optional(),
  message: longText(4_000).optional(),
  language: language.optional(),
  legalEntityId: z.string().max(60).optional(),
  deadline: z.union([moment, z.null()]).optional(),
  reminders: Reminders.optional(),
  delegation: delegation.optional(),
})
export const ChangedEnvelope = Details.openapi('ChangedEnvelope')
export const NewEnvelope = Details.extend({
  documents: z.array(NewDocument).max(20, 'document.too-many').default([]),
  recipients: z.array(NewRecipient).max(60, 'recipient.too-many').default([]),
  fields: z.array(ComposedField).max(2_000, 'field.too-many').default([]),
  textTags: z
    .boolean()
    .default(true)
    .openapi({ description: 'Fields are made of the text tags in the documents, such as {{signature;client}}.' }),
  agreeToRemoval: z.boolean().default(false).openapi({ description: 'What acts in the documents (a script, say) is removed.' }),
  send: z.boolean().default(false).openapi({ description: 'It goes to the first recipients at once; otherwise it is a draft.' }),
}).openapi('NewEnvelope', {
  example: {
    title: 'Consulting agreement',
    documents: [{ fileName: 'agreement.pdf', content: 'JVBERi0xLjcK…' }],
    recipients: [{ key: 'client', firstName: 'Marie', lastName: 'Dupont', email: 'marie.dupont@client.example', language: 'fr' }],
    fields: [{ recipient: 'client', kind: 'signature', page: 1, x: 72, y: 640, width: 180, height: 60 }],
    send: true,
  },
})
