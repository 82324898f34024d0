import { ownFile } from '../../base/program.ts'
import { startSession, sessionCookie } from '../../access/session.ts'
import { systemAct } from '../../audit/act.ts'
import { base64url, randomBytes } from '../../base/bytes.ts'
import { newDocumentId } from '../../base/document-id.ts'
import { newId } from '../../base/id.ts'
import { instant } from '../../base/instant.ts'
import { fileInVault } from '../../envelope/filing.ts'
import type { Db } from '../../db/open.ts'
import { createAssets } from '../../http/assets.ts'
import { createApp } from '../../http/env.ts'
import { listen } from '../../http/listen.ts'
import { createServer } from '../../http/server.ts'
import type { Views } from '../../http/views.ts'
import { createView } from '../../view/eta.ts'
import { linkOf, sendContract, signAndSeal } from './contract.ts'
import { best, type Figure, perSecond } from './figure.ts'
import { MEGABYTE, scan } from './file.ts'
import type { Installation } from './installation.ts'

const REQUESTS = 200
const AT_ONCE = 8
const ENTRIES = 300

/** The page that a recipient's link opens. */
export async function signingPage(installation: Installation): Promise<Figure> {
  const { house, user } = installation
  const { signers } = await sendContract(house, user, await scan(MEGABYTE), 2)
  const { invitationId, secret } = await linkOf(house, signers[0]!.id)
  return served(installation, 'page.sign', { path: `/s/${invitationId}`, cookies: { link: secret }, holds: 'Consulting agreement' })
}

/** The first page of a list of some hundred finished contracts. */
export async function vaultPage(installation: Installation): Promise<Figure> {
  const { house, user } = installation
  const contract = await sendContract(house, user, await scan(10_000), 2)
  await signAndSeal(house, contract)
  await copyFinished(house.db, contract.id, ENTRIES)
  const { token } = await house.db.transaction().execute((tx) => startSession(tx, systemAct(house.clock()), user))
  return served(installation, 'page.vault', { path: '/vault', cookies: { [sessionCookie(false)]: token }, holds: 'Consulting agreement' })
}

interface Visit {
  readonly path: string
  readonly cookies: Readonly<Record<string, string>>
  readonly holds: string
}

/** Through the sockets of the real server, over an empty handler behind a socket of its own; one client in this process asks both. */
async function served({ house, origin }: Installation, name: string, { path, cookies, holds }: Visit): Promise<Figure> {
  const server = await createServer({
    house,
    view: createView<Views & Record<string, object>>(ownFile('views'), { cache: true }),
    assets: await createAssets(ownFile('static')),
  })
  const listener = listen(server, house.config.listen)
  const empty = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: createApp().get('/', (c) => c.body(null)).fetch })
  try {
    const cookie = Object.entries({ visit: base64url(randomBytes(16)), ...cookies })
      .map(([key, value]) => `${key}=${value}`)
      .join('; ')
    const page = await fetch(`${origin}${path}`, { headers: { cookie } })
    if (page.status !== 200 || !(await page.text()).includes(holds)) throw new Error(`${path} is answered with ${page.status}`)
    const measured = await best(
      12,
      { run: () => ask(`${origin}${path}`, cookie) },
      { run: () => ask(`http://127.0.0.1:${empty.port}/`, cookie) },
    )
    return perSecond(name, 'req/s', measured, REQUESTS, 'an empty handler: so many times slower')
  } finally {
    await Promise.all([listener.stop(true), empty.stop(true)])
  }
}

/** So many requests over a few connections that stay open. */
async function ask(url: string, cookie: string): Promise<void> {
  let left = REQUESTS
  const line = async (): Promise<void> => {
    while (left-- > 0) await (await fetch(url, { headers: { cookie }, redirect: 'manual' })).arrayBuffer()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, line))
}

/** The rows that a vault shows of a finished contract, again and again under new ids. */
async function copyFinished(db: Db, id: string, count: number): Promise<void> {
  const envelope = await db.selectFrom('envelope').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const recipients = await db.selectFrom('recipient').selectAll().where('envelopeId', '=', id).execute()
  const document = await db.selectFrom('document').selectAll().where('envelopeId', '=', id).executeTakeFirstOrThrow()
  const revisions = await db.selectFrom('revision').selectAll().where('documentId', '=', document.id).execute()
  await db.transaction().execute(async (tx) => {
    for (let at = 1; at <= count; at++) {
      const [envelopeId, documentId] = [newId('env'), newId('doc')]
      const completedAt = instant(Date.parse(envelope.completedAt!) - at * 60_000)
      await tx
        .insertInto('envelope')
        .values({ ...envelope, id: envelopeId, completedAt })
        .execute()
      const people = recipients.map((recipient) => ({ ...recipient, id: newId('rcp'), envelopeId }))
      await tx.insertInto('recipient').values(people).execute()
      await tx
        .insertInto('document')
        .values({ ...document, id: documentId, envelopeId, documentId: newDocumentId() })
        .execute()
      await tx
        .insertInto('revision')
        .values(revisions.map((revision) => ({ ...revision, documentId, recipientId: null })))
        .execute()
      await fileInVault(tx, completedAt, envelopeId)
    }
  })
}
