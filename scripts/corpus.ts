/**
 * Takes every PDF of a folder through the whole job, as the rooms do it for people (uploaded, agreed to, sent, signed by two, sealed, verified), and
 * prints a line for each: `bun scripts/corpus.ts FOLDER [PASSWORD]`. For trying real documents; the product's own tests do not need them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../src/base/refusal.ts'
import { addDocuments, consentToRemoval, needsConsent } from '../src/envelope/documents.ts'
import { findDraft, startDraft } from '../src/envelope/drafting.ts'
import { listRecipients } from '../src/envelope/envelope.ts'
import { pagesOf, type PlacedField, placeFields } from '../src/envelope/fields.ts'
import { addRecipient, removeRecipient } from '../src/envelope/recipients.ts'
import { receivedIn } from '../src/envelope/received.ts'
import { headRevision } from '../src/envelope/revisions.ts'
import { readObject } from '../src/store/object.ts'
import { verifyUploaded } from '../src/verification/uploaded.ts'
import { openTestHouse } from '../test/support/house.ts'
import { pdfsig } from '../test/support/pdfsig.ts'
import { actOf, ann, CLAIRE, MARIE, recipientNamed, send, sign } from '../test/support/signing.ts'

const [folder, password] = process.argv.slice(2)
if (!folder) throw new Error('usage: bun scripts/corpus.ts FOLDER [PASSWORD]')
await using test = await openTestHouse({ authority: true, realTime: true })
const { house } = test
const { db } = house
const user = await ann(test)

async function wholeJob(name: string): Promise<string> {
  const act = () => actOf(house, user)
  const draft = await startDraft(db, act(), user)
  for (const { id } of await listRecipients(db, draft.id)) await removeRecipient(db, act(), user, draft.id, id)
  const files = [{ name, bytes: new Uint8Array(readFileSync(join(folder!, name))) }]
  const [document] = await addDocuments(house, act(), user, draft.id, { files, ...(password ? { password } : {}) })
  if (needsConsent(document!)) await consentToRemoval(db, act(), user, draft.id, document!.id)
  const [page] = pagesOf(document!)
  const fields: PlacedField[] = []
  for (const [at, person] of [CLAIRE, MARIE].entries()) {
    const { id } = await addRecipient(db, act(), user, draft.id, person)
    const width = Math.min(180, page!.width / 2 - 2)
    const box = { page: 0, x: at * (page!.width / 2), required: true, readOnly: false, label: '', value: '', fontSize: 8 }
    const common = { ...box, documentId: document!.id, recipientId: id, width }
    const height = Math.min(40, page!.height / 3)
    fields.push({ ...common, id: `s${at}`, kind: 'signature', y: page!.height - height, height })
    fields.push({ ...common, id: `n${at}`, kind: 'full-name', y: 0, height: Math.min(14, page!.height / 3) })
  }
  const { version } = await findDraft(db, user, draft.id)
  await placeFields(db, act(), user, draft.id, { version, fields })
  await send(test, user, await findDraft(db, user, draft.id))
  const { status, dispatchFailure } = await db
    .selectFrom('envelope')
    .select(['status', 'dispatchFailure'])
    .where('id', '=', draft.id)
    .executeTakeFirstOrThrow()
  if (status !== 'sent') return `refused at dispatch: ${dispatchFailure}`
  for (const firstName of ['Claire', 'Marie']) await sign(test, (await recipientNamed(test, draft.id, firstName)).id)
  await test.drain()
  const head = await headRevision(db, document!.id)
  const sealed = await readObject(db, head!.objectDigest)
  const { report, register } = await verifyUploaded(house, sealed, house.clock())
  const earlier = receivedIn(document!) ? ` ${await comparedByPdfsig(files[0]!.bytes, sealed)}` : ''
  return `${report.answer} ${report.level ?? ''} ${register?.state ?? 'unknown'} ${pagesOf(document!).length} pages${earlier} ${report.faults.join(' ')}`
}

/** What the signatures were worth to poppler when the file arrived, and whether they are worth the same now. */
async function comparedByPdfsig(arrived: Uint8Array, sealed: Uint8Array): Promise<string> {
  if (!Buffer.from(sealed.subarray(0, arrived.length)).equals(arrived)) return 'REWRITTEN'
  const before = await pdfsig(arrived)
  const after = await pdfsig(sealed)
  const same = before.every((one) => after.some((other) => JSON.stringify(other) === JSON.stringify(one)))
  const ours = after.filter(({ field }) => field.startsWith('Paraphe')).map(({ validation }) => validation)
  const told = [...new Set(before.map(({ validation }) => validation))].join(', ')
  return `pdfsig: ${before.length} earlier ${same ? 'as before' : 'NOT AS BEFORE'} (${told}), ${ours.length} ours (${[...new Set(ours)].join(', ')})`
}

for (const name of readdirSync(folder)
  .filter((file) => file.endsWith('.pdf'))
  .sort()) {
  const start = performance.now()
  const outcome = await wholeJob(name).catch((error: unknown) =>
    error instanceof Refusal ? `refused: ${error.reason}` : `accident: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
  )
  console.log(`${name}\t${Math.round(performance.now() - start)} ms\t${outcome}`)
}
process.exit(0)
