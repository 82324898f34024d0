/** The server of `scripts/large.ts`: a real folder of data, the real pages, and one step of the job for each line that it is told. */
import { join } from 'node:path'
import { openInstallation } from '../src/cli/bench/installation.ts'
import { addDocuments } from '../src/envelope/documents.ts'
import { findDraft, startDraft } from '../src/envelope/drafting.ts'
import { type Document, listDocuments, listRecipients } from '../src/envelope/envelope.ts'
import { placeFields } from '../src/envelope/fields.ts'
import { pageImage, shownDigest } from '../src/envelope/page-images.ts'
import { addRecipient, removeRecipient } from '../src/envelope/recipients.ts'
import { headRevision } from '../src/envelope/revisions.ts'
import { createAssets } from '../src/http/assets.ts'
import { createServer } from '../src/http/server.ts'
import type { Views } from '../src/http/views.ts'
import { startRunner } from '../src/jobs/runner.ts'
import { readObject } from '../src/store/object.ts'
import { verifyUploaded } from '../src/verification/uploaded.ts'
import { createView } from '../src/view/eta.ts'
import { handlersOf } from '../src/worker/handlers.ts'
import type { TestHouse } from '../test/support/house.ts'
import { actOf, CLAIRE, CONTRACT, send, sign } from '../test/support/signing.ts'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('this is started by scripts/large.ts')
const { house, origin, user } = await openInstallation(folder)
const { db } = house
const root = join(import.meta.dir, '..')
const server = await createServer({
  house,
  view: createView<Views & Record<string, object>>(join(root, 'views'), { cache: true }),
  assets: await createAssets(join(root, 'static')),
})
const { port, hostname } = new URL(origin)
Bun.serve({
  port,
  hostname,
  maxRequestBodySize: 200_000_000,
  fetch: (request, bun) => server.fetch(request, bun.requestIP(request)!.address),
})

const runner = startRunner(db, house.clock, handlersOf(house), {
  lanes: 0,
  onError: (job, error) => {
    throw new Error(`the job ${job.kind} failed`, { cause: error })
  },
})
const test = { house, drain: () => runner.drain() } as unknown as TestHouse
let envelope = ''
/** What is uploaded first; null: the large file. */
let file: Uint8Array<ArrayBuffer> | null = CONTRACT
const theDocument = async (): Promise<Document> => (await listDocuments(db, envelope))[0]!
const act = () => actOf(house, user)

const STEPS: Readonly<Record<string, () => Promise<void>>> = {
  async upload() {
    envelope = (await startDraft(db, act(), user)).id
    for (const { id } of await listRecipients(db, envelope)) await removeRecipient(db, act(), user, envelope, id)
    await addDocuments(house, act(), user, envelope, {
      files: [{ name: 'large.pdf', bytes: file ?? (await Bun.file(join(folder, 'large.pdf')).bytes()) }],
    })
  },
  async dispatch() {
    const { id } = await addRecipient(db, act(), user, envelope, CLAIRE)
    const place = { page: 0, x: 60, y: 60, width: 180, height: 50, required: true, readOnly: false, label: '', value: '', fontSize: 10 }
    const { version } = await findDraft(db, user, envelope)
    const fields = [{ ...place, id: 's', documentId: (await theDocument()).id, recipientId: id, kind: 'signature' as const }]
    await placeFields(db, act(), user, envelope, { version, fields })
    await send(test, user, await findDraft(db, user, envelope))
  },
  async view() {
    const digest = await shownDigest(db, await theDocument())
    for (const page of [0, 1_000, 1_999]) await pageImage(house, digest, page, 800).catch(() => {})
  },
  async sign() {
    await sign(test, (await listRecipients(db, envelope))[0]!.id)
  },
  async seal() {
    await test.drain()
  },
  async verify() {
    const head = await headRevision(db, (await theDocument()).id)
    const { report } = await verifyUploaded(house, await readObject(db, head!.objectDigest), house.clock())
    if (report.answer !== 'genuine') throw new Error(`it is ${report.answer}: ${report.faults.join(' ')}`)
  },
}

console.log(JSON.stringify({ origin }))
for (const step of Object.values(STEPS)) await step()
file = null
console.log(JSON.stringify({ ready: true }))
for await (const line of console) {
  const start = performance.now()
  try {
    await STEPS[line.trim()]!()
    console.log(JSON.stringify({ milliseconds: Math.round(performance.now() - start) }))
  } catch (error) {
    console.log(JSON.stringify({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
  }
}
process.exit(0)
