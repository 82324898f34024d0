import { systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { openAuthority } from '../authority/authority.ts'
import { newDocumentId } from '../base/document-id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { initialsOf } from '../envelope/completion.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { runTask } from '../sandbox/run.ts'
import { prepareAndCertify } from '../seal/certifying.ts'
import { sealPicture } from '../seal/seal-picture.ts'
import { sealDocument } from '../seal/sealing.ts'
import { defaultLegalEntity } from '../setting/legal-entity.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { laidAside } from '../store/object.ts'
import { trustOf } from '../verification/uploaded.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, words } from '../view/words.ts'
import type { DestroyTools } from './destroying.ts'

/**
 * A PDF that says what was disposed of, when, by whom and why, with the digest of each file, sealed by the company and judged by our own verifier before it
 * is kept. Made once; nothing where nothing was disposed of.
 */
export async function certifyDestruction({ db, config, clock, keys }: DestroyTools, id: string): Promise<void> {
  const disposal = await db.selectFrom('disposal').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  if (disposal.doneAt) return
  const documents = await db.selectFrom('disposedDocument').selectAll().where('disposalId', '=', id).orderBy('documentId').execute()
  if (!documents.length) {
    await db.updateTable('disposal').set({ doneAt: clock() }).where('id', '=', id).execute()
    return
  }
  if (keys.isLocked()) throw new Refusal('unavailable', 'authority.locked')
  const entity = await defaultLegalEntity(db)
  if (!entity) throw new Refusal('conflict', 'setup.incomplete')
  const installation = await readSetting(db, 'installation')
  const w = words(installation.language)
  const formats = formatsFor(installation.language, installation.timeZone)
  const authority = await openAuthority({ db, keys, clock })
  const at = clock()
  const documentId = newDocumentId()
  const tools = { db, config, authority }
  const names = await namesOf(db, [disposal.askedBy, disposal.decidedBy!])
  const [, certified] = await prepareAndCertify(
    tools,
    at,
    {
      source: null,
      removeActive: true,
      title: w.retention.certificate.title,
      documentId,
      verifyUrl: `${originsOf(config, installation).public}/verify`,
      language: installation.language,
      pageOf: w.completion.pageOf,
      company: { name: entity.legalName },
      siblings: [],
      fields: [],
      words: {
        title: w.retention.certificate.title,
        documentId: w.completion.documentId,
        recipients: w.retention.certificate.documents,
        seal: w.completion.seal,
        siblings: '',
        scan: w.completion.scan,
        check: [w.retention.certificate.check],
      },
      facts: [
        { label: w.retention.certificate.asked, value: `${names.get(disposal.askedBy) ?? ''} · ${formats.exact(disposal.askedAt)}` },
        { label: w.retention.certificate.reason, value: disposal.reason },
        {
          label: w.retention.certificate.approved,
          value: `${names.get(disposal.decidedBy!) ?? ''} · ${formats.exact(disposal.decidedAt!)}`,
        },
        { label: w.retention.certificate.reason, value: disposal.decisionReason ?? '' },
        { label: w.retention.certificate.destroyed, value: w.retention.certificate.what },
      ],
      recipients: documents.map((document, index) => ({
        name: `D${index + 1}`,
        title: `${document.documentId} · ${document.title}`,
        subtitle: `${fill(w.retention.certificate.line, { completed: formats.date(document.completedAt), disposed: formats.exact(document.disposedAt) })} · SHA-256 ${document.digest}`,
        signs: false,
      })),
    },
    Math.ceil(documents.length / 6) + 1,
  )
  const appearance = sealPicture(fontSet(), certified.head, {
    initials: initialsOf(entity.legalName),
    title: fill(w.completion.sealedBy, { company: entity.legalName }),
    lines: [fill(w.completion.sealedAt, { at: formats.exact(at) })],
  })
  const sealed = (await sealDocument(tools, clock, certified, { name: entity.legalName, appearance })).at(-1)!
  const pages = Math.ceil(documents.length / 6) + 1
  const report = await runTask(
    config,
    'verify',
    { pdf: await laidAside(db, sealed.object.digest), ...(await trustOf(db)), at: clock() },
    { pages },
  )
  if (report.answer !== 'genuine') throw new Error(`the certificate of destruction ${id} is ${report.answer}: ${report.faults.join(' ')}`)
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('disposal')
      .set({ doneAt: clock(), certificateDigest: sealed.object.digest, certificateDocumentId: documentId })
      .where('id', '=', id)
      .where('doneAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return
    await append(tx, systemAct(clock()), {
      type: 'disposal.certified',
      detail: { disposal: id, documentId, digest: sealed.object.digest, count: documents.length },
    })
  })
}

async function namesOf(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('user')
    .select(['id', 'firstName', 'lastName'])
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map(({ id, firstName, lastName }) => [id, `${firstName} ${lastName}`.trim()]))
}
