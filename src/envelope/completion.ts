import { systemAct } from '../audit/act.ts'
import { CHECKPOINT, checkpoint } from '../audit/checkpoint.ts'
import { append } from '../audit/trail.ts'
import { openAuthority } from '../authority/authority.ts'
import { hex } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Instant } from '../base/instant.ts'
import { enqueue } from '../jobs/queue.ts'
import { sealForm } from '../pdf/appearance.ts'
import type { Form } from '../pdf/form.ts'
import type { Head } from '../pdf/head.ts'
import { isReceived } from '../pdf/received-head.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { runTask } from '../sandbox/run.ts'
import type { Revision } from '../seal/revision.ts'
import { sealDocument } from '../seal/sealing.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { logName, originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { laidAside } from '../store/object.ts'
import { trustOf } from '../verification/uploaded.ts'
import { isSoundContinuation } from '../verification/received.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, words } from '../view/words.ts'
import { inEach, languagesOf } from './completion-words.ts'
import type { DispatchTools } from './dispatch.ts'
import { advance, type Document, type Envelope, findEnvelope, listDocuments, listRecipients } from './envelope.ts'
import { fileInVault } from './filing.ts'
import { acts } from './naming.ts'
import { baseOf, headRevision, linkRevisions } from './revisions.ts'
import { nameOf, tellRecipient, tellSender } from './telling.ts'
import { createVaultLink } from './vault-link.ts'

/** Our own verifier does not call the sealed file genuine: it is not released, and an alarm says so. */
export class NotGenuine extends Error {
  override name = 'NotGenuine'
}

/**
 * The job `envelope.seal`: seal, security store and time stamp of every document, judged by our own verifier, then one transaction: linked,
 * completed, told. Every signature stands already; a crash anywhere before that commit leaves orphans, and the job is done again.
 */
export async function completeEnvelope(tools: DispatchTools, { envelope: id }: { envelope: string }): Promise<void> {
  const { db, clock } = tools
  const envelope = await findEnvelope(db, id)
  if (envelope.status !== 'sealing') return
  const sealed: { document: Document; revisions: readonly Revision[] }[] = []
  // A certificate of its own names the digest of the file that it speaks of: that one is sealed first.
  const documents = (await listDocuments(db, id)).toSorted((a, b) => Number(a.certifies !== null) - Number(b.certifies !== null))
  for (const document of documents) {
    failpoint('completion.before-seal')
    const certified = sealed.find((one) => one.document.id === document.certifies)?.revisions.at(-1)?.object.digest ?? null
    const revisions = await sealOne(tools, envelope, document, certified)
    await refuseUnlessGenuine(tools, document, revisions.at(-1)!)
    sealed.push({ document, revisions })
  }
  failpoint('completion.before-link')
  await db.transaction().execute(async (tx) => {
    const act = systemAct(clock())
    const current = await findEnvelope(tx, id)
    for (const { document, revisions } of sealed) {
      await linkRevisions(tx, act.at, document.id, revisions)
      await append(tx, act, {
        type: 'document.sealed',
        envelopeId: id,
        detail: { documentId: document.documentId, digest: revisions.at(-1)!.object.digest, level: 'B-LTA' },
      })
    }
    await advance(tx, act.at, current, 'completed', { completedAt: act.at })
    await append(tx, act, { type: 'envelope.completed', envelopeId: id })
    await fileInVault(tx, act.at, id)
    const told = await listRecipients(tx, id)
    for (const recipient of told) {
      const link = await createVaultLink(tx, act, current, recipient)
      await tellRecipient(tx, act, 'completed', current, recipient, { link: link.id })
      if (acts(recipient)) continue
      await tx.updateTable('recipient').set({ status: 'notified' }).where('id', '=', recipient.id).execute()
      await append(tx, act, {
        type: 'recipient.notified',
        envelopeId: id,
        detail: { recipient: recipient.id },
        clear: { name: nameOf(recipient) },
      })
    }
    // Who sent it and signed it too gets one message, as the others do.
    const isToldAnyhow = told.some(({ userId }) => userId === current.senderId)
    await tellSender(tx, act, 'completed', current, { ...(isToldAnyhow ? { mailing: 'never' as const } : {}) })
    // No key: the one that is under way may have begun before this seal.
    await enqueue(tx, act.at, { kind: CHECKPOINT, payload: {} })
    failpoint('completion.before-commit')
  })
  failpoint('completion.after-commit')
  tools.wake()
}

async function sealOne(
  tools: DispatchTools,
  envelope: Envelope,
  document: Document,
  certified: Digest | null,
): Promise<readonly Revision[]> {
  const { db, config, keys, clock } = tools
  const head = await headRevision(db, document.id)
  if (!head) throw new Error(`the document ${document.id} has no revision`)
  const base = baseOf(head)
  const entity = await findLegalEntity(db, envelope.legalEntityId)
  const appearance = isReceived(base.head)
    ? null
    : await sealAppearance(tools, envelope, { company: entity.legalName, certified }, base.head, clock())
  return sealDocument({ db, config, authority: await openAuthority({ db, keys, clock }) }, clock, base, {
    name: entity.legalName,
    appearance,
  })
}

/** What the company's seal says: when everybody had signed, the state of the audit log, who receives a copy. */
export async function sealAppearance(
  tools: DispatchTools,
  envelope: Envelope,
  { company, certified }: { readonly company: string; readonly certified: Digest | null },
  head: Head,
  at: Instant,
): Promise<Form | null> {
  const { db, config, keys } = tools
  const place = head.fields['seal']
  if (!place) return null
  const installation = await readSetting(db, 'installation')
  const recipients = await listRecipients(db, envelope.id)
  const languages = languagesOf(envelope, recipients)
  const each = (tell: Parameters<typeof inEach>[1]): string => inEach(languages, tell, installation.timeZone)
  const own = words(envelope.language).completion
  const formats = formatsFor(envelope.language, installation.timeZone)
  const { size, root } = await checkpoint(db, at, logName(originsOf(config, installation)), keys.checkpointKey())
  const copies = recipients.filter((recipient) => !acts(recipient)).map(nameOf)
  return sealForm(
    fontSet(),
    {
      initials: initialsOf(company),
      title: each((w) => fill(w.sealedBy, { company })),
      lines: [
        fill(own.sealedAt, { at: formats.exact(at) }),
        fill(own.auditLog, { size, root: hex(root) }),
        ...(certified ? [fill(own.certified, { digest: certified })] : []),
        ...(copies.length ? [fill(own.copies, { names: formats.list(copies) })] : []),
      ],
    },
    place.width,
    place.height,
  )
}

export const initialsOf = (company: string): string =>
  company
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]!.toUpperCase())
    .join('')

/** What leaves is what our own verifier calls genuine, at the level of the archive. */
export async function refuseUnlessGenuine(
  { db, config, clock }: Pick<DispatchTools, 'db' | 'config' | 'clock'>,
  document: Pick<Document, 'pages' | 'documentId'>,
  revision: Pick<Revision, 'object' | 'head'>,
): Promise<void> {
  const pdf = await laidAside(db, revision.object.digest)
  const pages = (JSON.parse(document.pages) as unknown[]).length
  const report = await runTask(config, 'verify', { pdf, ...(await trustOf(db)), at: clock() }, { pages })
  if (isReceived(revision.head)) {
    const names = Object.values(revision.head.received.places).map(({ name }) => name)
    if (isSoundContinuation(report, names)) return
    const told = report.signatures.map(({ field, indication, faults }) => `${field} ${indication} ${faults.join(' ')}`)
    throw new NotGenuine(`${document.documentId} is ${report.answer}: ${[...report.faults, ...told].join('; ')}`)
  }
  if (report.answer !== 'genuine' || report.level !== 'B-LTA')
    throw new NotGenuine(`${document.documentId} is ${report.answer}, ${report.level}: ${report.faults.join(' ')}`)
}
