import type { Reader } from '../access/reach.ts'
import { holdersOf } from '../access/rights.ts'
import { fullName } from '../access/roles.ts'
import { systemAct, type UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { openAuthority } from '../authority/authority.ts'
import type { KeyStore } from '../authority/key-store.ts'
import { failpoint } from '../base/failpoint.ts'
import { type Clock, type Instant, later } from '../base/instant.ts'
import { Refusal, type RefusalParams } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { prepareAndCertify } from '../seal/certifying.ts'
import { receiveDocument } from '../seal/receiving.ts'
import type { Revision } from '../seal/revision.ts'
import { isTheirs } from './entitlement.ts'
import { type EnvelopeFault, faultsIn } from './design-check.ts'
import { needsConsent } from './documents.ts'
import { DEFAULT_DEADLINE, findDraft, SHORTEST_DEADLINE } from './drafting.ts'
import {
  advance,
  type Document,
  type Envelope,
  findEnvelope,
  listDocuments,
  listFields,
  listRecipients,
  type Recipient,
} from './envelope.ts'
import { watchDeadline } from './expiry.ts'
import { acts } from './naming.ts'
import { assignNumber } from './numbering.ts'
import { preparationOf } from './preparation.ts'
import { withCertificates } from './certificate-document.ts'
import { placeProblems, receivedIn, wantedPlaces } from './received.ts'
import { refuseUnlessSealable } from './readiness.ts'
import { linkRevisions } from './revisions.ts'
import { inviteNext } from './routing.ts'
import { addressOf, isOpenRole, nameOf, nameOrRole } from './telling.ts'

/** The job that prepares and certifies what was sent, and invites. */
export const DISPATCH = 'envelope.dispatch'

export interface DispatchTools {
  readonly db: Db
  readonly config: Config
  readonly keys: KeyStore
  readonly clock: Clock
  readonly wake: () => void
}

export interface Problem {
  readonly reason: string
  readonly params: RefusalParams
  /** The part of the page on which it is put right. */
  readonly part: 'documents' | 'people' | 'fields' | 'send'
  /** The one that it is about. */
  readonly field?: EnvelopeFault['field']
}

/** What stands in the way of sending a draft, or of publishing a template's design; empty: nothing does. */
export async function problemsOf(tools: DispatchTools, user: Reader, envelopeId: string): Promise<Problem[]> {
  const draft = await findDraft(tools.db, user, envelopeId)
  const at = tools.clock()
  const problems = await contentProblems(tools.db, draft, at)
  if (draft.status === 'design') return problems
  try {
    await refuseUnlessSealable(tools, at, deadlineOf(draft, at))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    problems.push({ reason: error.reason, params: error.params, part: 'send' })
  }
  return problems
}

/** Of what stands in it; whether it can be sealed is asked beside it, outside any transaction. */
export async function contentProblems(db: Db, draft: Envelope, at: Instant): Promise<Problem[]> {
  const envelopeId = draft.id
  const problems: Problem[] = []
  const found = (part: Problem['part'], reason: string, params: RefusalParams = {}): void => void problems.push({ reason, params, part })
  const documents = await listDocuments(db, envelopeId)
  if (!documents.length) found('documents', 'dispatch.no-document')
  for (const document of documents) if (needsConsent(document)) found('documents', 'dispatch.needs-consent', { name: document.title })
  const recipients = await listRecipients(db, envelopeId)
  if (!recipients.some(acts)) found('people', 'dispatch.nobody-signs')
  const isDesign = draft.status === 'design'
  for (const recipient of recipients) {
    if (isOpenRole(recipient)) {
      if (!isDesign) found('people', 'dispatch.role-open', { name: nameOrRole(recipient) })
    } else if (!addressOf(recipient)) found('people', 'dispatch.address-missing', { name: nameOf(recipient) })
  }
  for (const { name, reason } of await unentitled(db, recipients)) found('people', reason, { name })
  const fields = (await Promise.all(documents.map(({ id }) => listFields(db, id)))).flat()
  const signed = new Set(fields.flatMap(({ kind, recipientId }) => (kind === 'signature' ? [recipientId] : [])))
  // Where every document is certified by somebody else, who has no empty field signs without being seen.
  const isBoundToSign = !documents.length || documents.some((document) => !receivedIn(document)?.certified)
  for (const recipient of recipients)
    if (isBoundToSign && recipient.role === 'signer' && !signed.has(recipient.id))
      found('fields', 'dispatch.signature-missing', { name: nameOrRole(recipient) })
  for (const document of documents) {
    const received = receivedIn(document)
    const own = fields.filter(({ documentId }) => documentId === document.id)
    for (const { reason, name } of received ? placeProblems(received, recipients, own) : [])
      found('fields', reason, { name, title: document.title })
  }
  for (const { reason, params, field } of await faultsIn(db, fields, recipients, draft.language))
    problems.push({ reason, params, part: 'fields', field })
  if (documents.length && !draft.title.trim()) found('documents', 'dispatch.no-title')
  if (!isDesign && draft.deadline && draft.deadline < later(at, SHORTEST_DEADLINE)) found('send', 'dispatch.deadline')
  return problems
}

/** Company signers who are people of the house and have no right to sign for it, or are reached at another place than their own. */
async function unentitled(db: Db, recipients: readonly Recipient[]): Promise<{ name: string; reason: string }[]> {
  const signers = recipients.filter(({ userId, side, role }) => userId && side === 'company' && role === 'signer')
  if (!signers.length) return []
  const users = await db
    .selectFrom('user')
    .selectAll()
    .where(
      'id',
      'in',
      signers.map(({ userId }) => userId!),
    )
    .execute()
  const may = await holdersOf(db, ({ signing }) => signing.sign)
  return signers.flatMap((signer) => {
    const user = users.find(({ id }) => id === signer.userId)
    if (!user) return []
    const name = fullName(user)
    if (user.disabledAt || !may.has(user.id)) return [{ name, reason: 'dispatch.may-not-sign' }]
    return isTheirs(signer, user) ? [] : [{ name, reason: 'recipient.number-not-theirs' }]
  })
}

export const deadlineOf = (draft: Pick<Envelope, 'deadline'>, at: Instant): Instant => draft.deadline ?? later(at, DEFAULT_DEADLINE)

/**
 * The sender lets it go: from here on nobody changes it. Refused with the first reason that stands in the way, or where somebody has changed
 * it since the sender looked. The pages are prepared by the worker: a crash in between loses nothing, for the job stands in the same commit.
 */
export async function dispatch(tools: DispatchTools, act: UserAct, user: Reader, envelopeId: string, version: number): Promise<void> {
  const [problem] = await problemsOf(tools, user, envelopeId)
  if (problem) throw new Refusal('invalid', problem.reason, problem.params)
  await tools.db.transaction().execute(async (tx) => {
    const draft = await findDraft(tx, user, envelopeId)
    if (draft.version !== version) throw new Refusal('conflict', 'envelope.moved-on')
    await letGo(tx, act, draft)
  })
  tools.wake()
}

/** In the transaction of whoever has made the draft whole and proved that it can be sealed. */
export async function letGo(tx: Tx, act: UserAct, draft: Envelope): Promise<void> {
  const { id } = draft
  await assignNumber(tx, draft, act.at)
  await advance(tx, act.at, draft, 'sending')
  await tx
    .updateTable('envelope')
    .set({ deadline: deadlineOf(draft, act.at), dispatchFailure: null })
    .where('id', '=', id)
    .execute()
  await append(tx, act, { type: 'envelope.sending', envelopeId: id })
  // Without a key: the job of an earlier sending, come back a moment ago and not yet marked done, must not stand for this one.
  await enqueue(tx, act.at, { kind: DISPATCH, payload: { envelope: id, by: act.actor.id } })
}

interface Made {
  readonly document: Document
  readonly revisions: readonly Revision[]
}

/**
 * The job: revisions 0 and 1 of each document, made and stored outside any transaction, then one short transaction that links them, invites
 * and queues the messages. What cannot be prepared comes back to its sender as a draft, with the reason; what only cannot be done now is tried again.
 */
export async function carryOutDispatch(tools: DispatchTools, { envelope: id, by }: { envelope: string; by: string }): Promise<void> {
  const { db, clock } = tools
  const envelope = await findEnvelope(db, id)
  if (envelope.status !== 'sending') return
  const at = clock()
  let made: readonly Made[]
  try {
    made = await prepareAll(tools, envelope, at)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'unavailable') throw error
    return comeBack(tools, envelope, error.reason.startsWith('document.') ? error.reason : 'dispatch.failed')
  }
  failpoint('dispatch.before-link')
  await db.transaction().execute(async (tx) => {
    const act = { ...systemAct(clock()), actor: { kind: 'user' as const, id: by } }
    const current = await stillAsRead(tx, envelope)
    for (const [position, { document, revisions }] of made.entries()) {
      if (document.certifies)
        await tx
          .insertInto('document')
          .values({ ...document, position })
          .execute()
      else await tx.updateTable('document').set({ position }).where('id', '=', document.id).execute()
      await linkRevisions(tx, act.at, document.id, revisions)
      await tx
        .updateTable('document')
        .set({ shownPages: String(revisions[0]?.facts['pages'] ?? document.pages) })
        .where('id', '=', document.id)
        .execute()
      await append(tx, act, {
        type: 'document.prepared',
        envelopeId: id,
        detail: { documentId: document.documentId, original: document.originalDigest, digest: revisions.at(-1)!.object.digest },
      })
    }
    await advance(tx, act.at, current, 'sent', { dispatchedAt: at })
    await append(tx, act, { type: 'envelope.dispatched', envelopeId: id, detail: { documents: made.length } })
    if (current.deadline) await watchDeadline(tx, act, id, current.deadline)
    await inviteNext(tx, act, { ...current, status: 'sent', dispatchedAt: at })
    failpoint('dispatch.before-commit')
  })
  failpoint('dispatch.after-commit')
  tools.wake()
}

/**
 * Another node may have brought it back meanwhile, and its sender changed it and sent it again: what was made of the earlier content is dropped, and
 * the job is tried again on the newer.
 */
async function stillAsRead(tx: Tx, { id, version }: Envelope): Promise<Envelope> {
  const current = await findEnvelope(tx, id)
  if (current.status !== 'sending' || current.version !== version) throw new Refusal('conflict', 'envelope.moved-on')
  return current
}

async function prepareAll(tools: DispatchTools, envelope: Envelope, at: Instant): Promise<Made[]> {
  const { db, config, keys, clock } = tools
  const sealTools = { db, config, authority: await openAuthority({ db, keys, clock }) }
  const documents = withCertificates(await listDocuments(db, envelope.id), envelope.language, at)
  const recipients = await listRecipients(db, envelope.id)
  const made: Made[] = []
  for (const document of documents) {
    const pages = (JSON.parse(document.pages) as unknown[]).length
    const received = receivedIn(document)
    if (received) {
      const wanted = wantedPlaces(received, recipients, await listFields(db, document.id))
      made.push({ document, revisions: [await receiveDocument(sealTools, document.sourceDigest, wanted, pages)] })
      continue
    }
    const input = await preparationOf(tools, envelope, { document, documents }, at)
    const revisions = await prepareAndCertify(sealTools, at, input, pages)
    const { digest } = revisions[0].object
    made.push({ document: document.certifies ? { ...document, originalDigest: digest, sourceDigest: digest } : document, revisions })
  }
  return made
}

async function comeBack({ db, clock }: DispatchTools, envelope: Envelope, reason: string): Promise<void> {
  const at = clock()
  await db.transaction().execute(async (tx) => {
    await advance(tx, at, await stillAsRead(tx, envelope), 'draft')
    await tx.updateTable('envelope').set({ dispatchFailure: reason }).where('id', '=', envelope.id).execute()
    await append(tx, systemAct(at), { type: 'envelope.dispatch-failed', envelopeId: envelope.id, detail: { reason } })
  })
}
