import { expect, test } from 'bun:test'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { keptCheckpointIn } from '../../src/audit/kept.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import { freePort } from '../../src/cli/free-port.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { openMailServer } from '../support/smtp.ts'
import { startCluster } from '../support/postgres.ts'

/** The short form is part of every run of the tests; `npm run nodes` is the long one. */
const CEREMONIES = Number(process.env['PARAPHE_NODE_CEREMONIES'] ?? 6)
const NODES = 3
/** Once every node answers, one of them dies within so many milliseconds. */
const WITHIN = CEREMONIES > 20 ? 6_000 : 2_500
const MOST_DEATHS = Math.max(3, Math.ceil(CEREMONIES / 2))

test(`three nodes on one database, killed while ${CEREMONIES} ceremonies go on: nothing lost, nothing twice`, async () => {
  await using cluster = await startCluster()
  await using mail = await openMailServer()
  const root = mkdtempSync(join(tmpdir(), 'paraphe-nodes-'))
  const server = postgres(cluster.url('postgres'), { max: 1, onnotice: () => {} })
  await server.unsafe('create database house')
  await server.end()
  const folderOf = (node: number): string => join(root, String(node))
  const ports = new Map<number, number>()
  const start = (node: number, ...more: string[]) => {
    const port = freePort()
    ports.set(node, port)
    return Bun.spawn([process.execPath, join(import.meta.dir, 'node.ts'), folderOf(node), String(port), String(mail.port), ...more], {
      env: { ...process.env, PARAPHE_DATABASE_URL: cluster.url('house') },
      stdout: 'ignore',
      stderr: 'inherit',
    })
  }
  const answers = (node: number): Promise<boolean> =>
    fetch(`http://127.0.0.1:${ports.get(node)}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  try {
    expect(await start(0, String(CEREMONIES)).exited).toBe(0)
    // What must be the same on every node: the secret key, and what opens the authority's keys.
    for (let node = 1; node < NODES; node++) {
      mkdirSync(folderOf(node))
      for (const file of readdirSync(folderOf(0)).filter((name) => name.endsWith('.key')))
        copyFileSync(join(folderOf(0), file), join(folderOf(node), file))
    }
    const nodes = Array.from({ length: NODES }, (_, node) => start(node))
    let kills = 0
    const db = openPostgres(cluster.url('house'), 2)
    const isOver = async (): Promise<boolean> =>
      (await db.selectFrom('envelope').select('id').where('status', '!=', 'completed').executeTakeFirst()) === undefined
    while (kills < MOST_DEATHS && !(await isOver())) {
      while (!(await isOver()) && !(await Promise.all(nodes.map((_, node) => answers(node)))).every(Boolean)) await Bun.sleep(200)
      await Bun.sleep(Math.random() * WITHIN)
      if (await isOver()) break
      const node = Math.floor(Math.random() * NODES)
      nodes[node]!.kill('SIGKILL')
      await nodes[node]!.exited
      kills++
      nodes[node] = start(node)
      // As if their leases had ended too: nobody waits for those of the dead, and what a living node is at work on is taken up by another beside it.
      await db.updateTable('job').set({ leaseUntil: null }).where('doneAt', 'is', null).execute()
    }
    for (const child of nodes) expect(await child.exited).toBe(0)
    console.log(`${CEREMONIES} ceremonies, ${kills} deaths`)
    await judge(db, folderOf, mail.mails)
    await db.destroy()
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}, 3_600_000)

async function judge(
  db: ReturnType<typeof openPostgres>,
  folderOf: (node: number) => string,
  mails: readonly { messageId?: string | undefined }[],
): Promise<void> {
  const lines = (name: string): string[] =>
    Array.from({ length: NODES }, (_, node) => join(folderOf(node), name)).flatMap((path) =>
      existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [],
    )
  const acknowledged = lines('acknowledged')
  const envelopes = (await db.selectFrom('envelope').selectAll().execute()).map(({ id }) => id)
  expect(envelopes).toHaveLength(CEREMONIES)
  // Told once, and true: nothing came back as a draft, to be sent again.
  expect(acknowledged.toSorted()).toEqual([...new Set(acknowledged)].toSorted())
  const signed = new Set((await db.selectFrom('recipient').select('id').where('signedAt', 'is not', null).execute()).map(({ id }) => id))
  for (const line of acknowledged) if (line.startsWith('signed ')) expect(signed.has(line.slice(7))).toBe(true)
  const revisions = await db
    .selectFrom('revision')
    .innerJoin('document', 'document.id', 'revision.documentId')
    .select(['document.envelopeId', 'revision.kind'])
    .execute()
  const events = await db.selectFrom('auditLeaf').select(['envelopeId', 'type']).execute()
  for (const id of envelopes) {
    expect(
      revisions
        .filter(({ envelopeId }) => envelopeId === id)
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['prepared', 'certified', 'signed', 'signed', 'sealed', 'security-store', 'time-stamped'].toSorted() as never)
    const times = (type: string): number => events.filter((event) => event.envelopeId === id && event.type === type).length
    const once = ['envelope.sending', 'document.prepared', 'envelope.dispatched', 'document.sealed', 'envelope.completed']
    expect(once.map(times)).toEqual(once.map(() => 1))
    expect([times('ceremony.signed'), times('envelope.dispatch-failed')]).toEqual([2, 0])
  }
  for (let node = 0; node < NODES; node++)
    expect((await verifyLog(db, keptCheckpointIn(join(folderOf(node), 'audit-checkpoint.db')))).findings).toEqual([])
  // No person was ever told of two nodes that got in each other's way.
  expect(lines('errors').filter((line) => /serializ|deadlock|duplicate key|database\.|aborted/i.test(line))).toEqual([])
  const messages = await db.selectFrom('message').select(['id', 'status', 'kind']).execute()
  for (const kind of ['invitation', 'completed']) expect(messages.filter((message) => message.kind === kind)).toHaveLength(2 * CEREMONIES)
  const arrived = new Set(mails.map(({ messageId }) => messageId))
  for (const { id, status } of messages) if (status === 'sent') expect(arrived.has(`<${id}@acme.example>`)).toBe(true)
}
