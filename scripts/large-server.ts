/** The server of `scripts/large.ts`: a real folder of data, the real pages, and one step of the job for each line that it is told. */
import { join } from 'node:path'
import { openInstallation } from '../src/cli/bench/installation.ts'
import { startSession, sessionCookie } from '../src/access/session.ts'
import { findDraft, startDraft } from '../src/envelope/drafting.ts'
import { type Document, listDocuments, listRecipients } from '../src/envelope/envelope.ts'
import { placeFields } from '../src/envelope/fields.ts'
import { pageImage, shownDigest } from '../src/envelope/page-images.ts'
import { addRecipient, removeRecipient } from '../src/envelope/recipients.ts'
import { headRevision } from '../src/envelope/revisions.ts'
import { createAssets } from '../src/http/assets.ts'
import { listen } from '../src/http/listen.ts'
import { createServer } from '../src/http/server.ts'
import type { Views } from '../src/http/views.ts'
import { startRunner } from '../src/jobs/runner.ts'
import { laidAside } from '../src/store/object.ts'
import { verifyUploaded } from '../src/verification/uploaded.ts'
import { createView } from '../src/view/eta.ts'
import { handlersOf } from '../src/worker/handlers.ts'
import type { TestHouse } from '../test/support/house.ts'
import { actOf, CLAIRE, send, sign } from '../test/support/signing.ts'

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
listen(server, { host: hostname, port: Number(port) })

const runner = startRunner(db, house.clock, handlersOf(house), {
  lanes: 0,
  onError: (job, error) => {
    throw new Error(`the job ${job.kind} failed`, { cause: error })
  },
})
const test = { house, drain: () => runner.drain() } as unknown as TestHouse
let envelope = ''
const theDocument = async (): Promise<Document> => (await listDocuments(db, envelope))[0]!
const act = () => actOf(house, user)

const STEPS: Readonly<Record<string, () => Promise<string | void>>> = {
  /** What is uploaded goes to the draft that this tells. */
  async draft() {
    envelope = (await startDraft(db, act(), user)).id
    for (const { id } of await listRecipients(db, envelope)) await removeRecipient(db, act(), user, envelope, id)
    return `/envelopes/${envelope}`
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
    const { report } = await verifyUploaded(house, await laidAside(db, head!.objectDigest), house.clock())
    if (report.answer !== 'genuine') throw new Error(`it is ${report.answer}: ${report.faults.join(' ')}`)
  },
}

const { token } = await db.transaction().execute((tx) => startSession(tx, act(), user))
console.log(JSON.stringify({ origin, session: `${sessionCookie(false)}=${token}` }))
for await (const line of console) {
  try {
    console.log(JSON.stringify({ told: (await STEPS[line.trim()]!()) ?? '' }))
  } catch (error) {
    console.log(JSON.stringify({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
  }
}
process.exit(0)
