import { maySign } from '../../access/roles.ts'
import { later } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { type KnownPerson, listKnownPeople } from '../../envelope/choosing.ts'
import { type Problem, problemsOf } from '../../envelope/dispatch.ts'
import { DEFAULT_DEADLINE, findDraft } from '../../envelope/drafting.ts'
import { type Envelope, listDocuments, listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { acts } from '../../envelope/naming.ts'
import { type Offer, offersOf } from '../../envelope/offers.ts'
import { type TagHelp, tagHelp } from '../../envelope/text-tags.ts'
import { addressOf, isOpenRole, nameOrRole } from '../../envelope/telling.ts'
import { listEnvelopes } from '../../envelope/list.ts'
import { turnsOf } from '../../envelope/turns.ts'
import { officeProgram } from '../../sandbox/office.ts'
import { listLegalEntities } from '../../setting/legal-entity.ts'
import { readSetting } from '../../setting/setting.ts'
import { findTemplateFor, listTemplates } from '../../template/templates.ts'
import { isUnpublished } from '../../template/versions.ts'
import { LANGUAGE_NAMES } from '../../view/words.ts'
import { requireUser } from '../access.ts'
import { blankForm, type Form } from '../answers.ts'
import type { Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import type { EditorView } from '../views.ts'
import { deadlineValues } from './deadline-fields.ts'
import { type DraftDocument, draftDocuments } from './draft-documents.ts'
import { reminderValues } from './reminder-fields.ts'
import { editorView } from './fields.ts'
import { toldFaultOf } from './told-fault.ts'

export interface DraftPerson {
  readonly id: string
  readonly name: string
  readonly role: Recipient['role']
  readonly side: Recipient['side']
  readonly note: string
  readonly address: string
  readonly channel: Recipient['channel']
  readonly language: Recipient['language']
  readonly turn: number | null
  /** As the editor shows them; null for a copy. */
  readonly mark: { readonly letter: string; readonly hue: number } | null
  readonly isMe: boolean
  readonly isFirst: boolean
  readonly isLast: boolean
  readonly sharesTurn: boolean
  /** The role of a template that they stand in; `isOpen`: nobody does yet. */
  readonly roleName: string | null
  readonly isOpen: boolean
}

export interface DraftView {
  readonly draft: { readonly id: string; readonly title: string; readonly version: number; readonly legalEntityId: string }
  /** A sentence: why its last dispatch came back, or what has just been refused. */
  readonly cameBack: string | null
  readonly refused: string | null
  readonly documents: readonly DraftDocument[]
  readonly upload: Form
  /** How tags are written, in the reader’s language. */
  readonly tags: TagHelp
  readonly limits: { readonly bytes: number; readonly megabytes: number; readonly pages: number; readonly office: boolean }
  readonly people: readonly DraftPerson[]
  /** `asRole`: the form is about a role of a template. */
  readonly person: {
    readonly id: string | null
    readonly name: string
    readonly isOpen: boolean
    readonly asRole: boolean
    readonly form: Form
  }
  readonly openRoles: readonly { readonly id: string; readonly name: string }[]
  /** The draft is the design of a template. */
  readonly template: { readonly id: string; readonly name: string; readonly latest: number; readonly isUnpublished: boolean } | null
  /** What an empty draft may begin from instead. */
  readonly starts: {
    readonly templates: readonly { readonly id: string; readonly name: string }[]
    readonly earlier: readonly { readonly id: string; readonly title: string }[]
  } | null
  readonly known: readonly KnownPerson[]
  readonly mayAddMe: string | null
  readonly companies: readonly { readonly id: string; readonly legalName: string }[]
  readonly details: Form
  readonly deadlineShown: string
  readonly problems: readonly { readonly part: Problem['part']; readonly sentence: string }[]
  readonly editor: EditorView
  readonly offers: readonly Offer[]
  readonly languages: typeof LANGUAGE_NAMES
}

interface Refused {
  readonly refused?: string
  readonly upload?: Form
  readonly person?: { readonly id: string | null; readonly form: Form }
  readonly details?: Form
}

/** In the address of the page: the form of a person rather than of a role. */
export const BY_HAND = 'by-hand'
export const PERSON_STARTS = { side: 'other', role: 'signer', channel: 'email' } as const
const STARTS = 6

async function startsFor(c: Ctx): Promise<DraftView['starts']> {
  const { db } = c.var.house
  const user = requireUser(c)
  const { entries } = await listEnvelopes(db, user, { group: 'all', after: null }, c.var.act.at)
  return {
    templates: (await listTemplates(db, user, { published: true, most: STARTS })).map(({ id, name }) => ({ id, name })),
    earlier: entries
      .filter(({ title, stage }) => title && stage !== 'draft')
      .slice(0, STARTS)
      .map(({ id, title }) => ({ id, title })),
  }
}

/** The whole page of a draft, with what was refused, if something was. */
export async function draftPage(c: Ctx, envelope: Envelope, refused: Refused = {}): Promise<string> {
  const { db } = c.var.house
  const user = requireUser(c)
  const [documents, recipients, problems, limits, companies, editor, offers] = await Promise.all([
    listDocuments(db, envelope.id),
    listRecipients(db, envelope.id),
    problemsOf(c.var.house, user, envelope.id),
    readSetting(db, 'limits'),
    listLegalEntities(db),
    editorView(c, envelope),
    offersOf(db, user, envelope),
  ])
  const sentence = (reason: string, params: Problem['params'] = {}): string => refusalSentence(c.var.lang, { reason, params })
  const { person } = refused
  const template = envelope.status === 'design' ? await findTemplateFor(db, user, envelope.templateId ?? '', 'edit') : null
  const edited = recipients.find(({ id }) => id === person?.id)
  const deadline = await deadlineValues(c, envelope.deadline ?? later(c.var.act.at, DEFAULT_DEADLINE))
  if (!envelope.deadline) deadline['deadlineTime'] = ''
  return c.var.render('envelopes/draft', {
    draft: { id: envelope.id, title: envelope.title, version: envelope.version, legalEntityId: envelope.legalEntityId },
    cameBack: envelope.dispatchFailure && sentence(envelope.dispatchFailure, { name: envelope.title }),
    refused: refused.refused ?? null,
    documents: draftDocuments(documents, editor),
    upload: refused.upload ?? blankForm(),
    tags: tagHelp(c.var.lang),
    limits: {
      bytes: limits.uploadBytes,
      megabytes: Math.floor(limits.uploadBytes / 1_000_000),
      pages: limits.pages,
      office: officeProgram(c.var.house.config) !== null,
    },
    people: draftPeople(recipients, editor, user.id),
    person: {
      id: edited?.id ?? null,
      name: edited ? nameOrRole(edited) : '',
      isOpen: person !== undefined || (template !== null && !recipients.length),
      asRole: template !== null && (person ? (person.form.values['as'] ?? (edited?.roleName ? 'role' : 'person')) === 'role' : true),
      form: person?.form ?? blankForm({ ...PERSON_STARTS, language: envelope.language }),
    },
    openRoles: template ? [] : recipients.filter(isOpenRole).map((recipient) => ({ id: recipient.id, name: nameOrRole(recipient) })),
    template: template && {
      id: template.id,
      name: template.name,
      latest: template.latest,
      isUnpublished: await isUnpublished(db, template),
    },
    starts: template || documents.length ? null : await startsFor(c),
    known: (await listKnownPeople(db, user)).filter(
      ({ id }) => !recipients.some(({ userId, contactId }) => id === userId || id === contactId),
    ),
    mayAddMe: maySign(user) && !recipients.some(({ userId }) => userId === user.id) ? user.id : null,
    companies: companies.map(({ id, legalName }) => ({ id, legalName })),
    details:
      refused.details ??
      blankForm({
        ...deadline,
        subject: envelope.subject,
        message: envelope.message,
        delegation: envelope.delegation,
        deadlineDays: envelope.deadlineDays === null ? '' : String(envelope.deadlineDays),
        ...reminderValues(envelope, (await readSetting(db, 'reminders')).most),
      }),
    deadlineShown: envelope.deadline ? '' : `${deadline['deadlineDay']} ${deadline['deadlineTime']}`,
    problems: problems.map(({ part, reason, params, field }) => ({
      part,
      sentence: field ? toldFaultOf(c.var.lang, { reason, params, field }) : sentence(reason, params),
    })),
    editor,
    offers,
    languages: LANGUAGE_NAMES,
  })
}

function draftPeople(recipients: readonly Recipient[], editor: EditorView, userId: string): DraftPerson[] {
  const turns = turnsOf(recipients)
  // Copies act last, for they do not act at all.
  return [...recipients.filter(acts), ...recipients.filter((recipient) => !acts(recipient))].map((recipient) => {
    const turn = turns.findIndex((ids) => ids.includes(recipient.id))
    const mark = editor.recipients.find(({ id }) => id === recipient.id)
    const sharesTurn = (turns[turn]?.length ?? 0) > 1
    return {
      id: recipient.id,
      name: nameOrRole(recipient),
      roleName: recipient.roleName,
      isOpen: isOpenRole(recipient),
      role: recipient.role,
      side: recipient.side,
      note: [recipient.jobTitle, recipient.company].filter(Boolean).join(', '),
      address: addressOf(recipient),
      channel: recipient.channel,
      language: recipient.language,
      turn: turn < 0 ? null : turn + 1,
      mark: mark ? { letter: mark.letter, hue: mark.hue } : null,
      isMe: recipient.userId === userId,
      isFirst: turn === 0 && !sharesTurn,
      isLast: turn === turns.length - 1 && !sharesTurn,
      sharesTurn,
    }
  })
}

/** What was refused as a whole: its sentence stands at the top of the page. */
export async function refusedPage(c: Ctx, envelopeId: string, error: unknown): Promise<Response> {
  const status = refusalStatus(error)
  if (!(error instanceof Refusal) || error.code === 'not_found') throw error
  const draft = await findDraft(c.var.house.db, requireUser(c), envelopeId)
  return c.html(await draftPage(c, draft, { refused: refusalSentence(c.var.lang, error) }), status)
}
