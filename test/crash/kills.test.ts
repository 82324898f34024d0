import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from 'bun:sqlite'
import { latestCheckpoint } from '../../src/audit/checkpoint.ts'
import { keptCheckpointIn } from '../../src/audit/kept.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import { openDb } from '../../src/db/open.ts'
import { readObject } from '../../src/store/object.ts'
import { openMailServer } from '../support/smtp.ts'

/** Every named place between two steps of sending, signing, sealing and telling; `name:k` is its k-th passage. */
const FAILPOINTS = [
  'seal.before-store',
  'seal.after-store',
  'dispatch.before-link',
  'dispatch.before-commit',
  'dispatch.after-commit',
  'ceremony.before-sign',
  'seal.before-store:2',
  'seal.after-store:2',
  'ceremony.after-sign',
  'signature.before-record',
  'signature.between-records',
  'ceremony.before-commit',
  'ceremony.after-commit',
  'ceremony.before-sign:2',
  'seal.after-store:3',
  'signature.between-records:2',
  'ceremony.before-commit:2',
  'ceremony.after-commit:2',
  'completion.before-seal',
  'seal.before-store:4',
  'seal.after-store:4',
  'seal.between-seal-and-store',
  'seal.after-store:5',
  'completion.before-link',
  'completion.before-commit',
  'completion.after-commit',
  'checkpoint.before-keep',
  'checkpoint.after-keep',
  'checkpoint.after-record',
  'checkpoint.before-keep:2',
  'checkpoint.after-keep:2',
  'checkpoint.after-record:2',
  'mail.before-send',
  'mail.after-send',
  'mail.after-send:4',
] as const

async function life(folder: string, port: number, failpoint = '', killAfter = 0): Promise<number | null> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'life.ts'), folder, String(port), failpoint], {
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const timer = killAfter ? setTimeout(() => child.kill('SIGKILL'), killAfter) : null
  await child.exited
  if (timer) clearTimeout(timer)
  if (child.signalCode === 'SIGKILL') return null
  if (child.exitCode !== 0) throw new Error(await new Response(child.stderr).text())
  return child.exitCode
}

/** What must be true after any number of deaths, once one life has reached its end. */
async function judge(folder: string, mails: readonly { messageId?: string | undefined }[]): Promise<void> {
  const acknowledged = existsSync(join(folder, 'acknowledged')) ? readFileSync(join(folder, 'acknowledged'), 'utf8').trim().split('\n') : []
  const db = openDb(join(folder, 'paraphe.db'))
  try {
    const count = async (kind: string): Promise<number> =>
      (
        await db
          .selectFrom('revision')
          .select('number')
          .where('kind', '=', kind as never)
          .execute()
      ).length
    expect((await db.selectFrom('envelope').select('status').execute()).map(({ status }) => status)).toEqual(['completed'])
    // One of each, whatever was begun again: nothing twice, and nothing that a person was told is missing.
    for (const [kind, times] of Object.entries({ prepared: 1, certified: 1, signed: 2, sealed: 1, 'security-store': 1, 'time-stamped': 1 }))
      expect([kind, await count(kind)]).toEqual([kind, times])
    const events = (await db.selectFrom('auditLeaf').select('type').execute()).map(({ type }) => type)
    const times = (type: string): number => events.filter((one) => one === type).length
    expect([times('ceremony.signed'), times('document.sealed'), times('envelope.completed'), times('envelope.dispatched')]).toEqual([
      2, 1, 1, 1,
    ])
    // That it is completed is what each life finds at its end; everything else is done once.
    for (const line of new Set(acknowledged.filter((one) => one !== 'completed')))
      expect(acknowledged.filter((one) => one === line)).toHaveLength(1)
    expect((await verifyLog(db, keptCheckpointIn(join(folder, 'audit-checkpoint.db')))).findings).toEqual([])
    // After the seal the log was signed.
    const sealed = await db.selectFrom('auditLeaf').select('seq').where('type', '=', 'document.sealed').executeTakeFirstOrThrow()
    expect((await latestCheckpoint(db))?.size).toBeGreaterThanOrEqual(sealed.seq)
    const head = await db.selectFrom('revision').select('objectDigest').orderBy('number', 'desc').executeTakeFirstOrThrow()
    expect((await readObject(db, head.objectDigest)).length).toBeGreaterThan(50_000)
    const messages = await db.selectFrom('message').select(['id', 'status', 'kind']).execute()
    expect(messages.filter(({ status }) => status === 'waiting' || status === 'sending')).toEqual([])
    expect(messages.filter(({ kind, status }) => kind === 'completed' && status === 'sent')).toHaveLength(2)
    // Every message that was sent arrived, and a second copy of one is known by its name.
    const arrived = new Set(mails.map(({ messageId }) => messageId))
    for (const { id, status } of messages) if (status === 'sent') expect(arrived.has(`<${id}@acme.example>`)).toBe(true)
    expect(
      await db
        .selectFrom('job')
        .select('kind')
        .where('doneAt', 'is', null)
        .where('kind', 'not in', ['envelope.expire', 'envelope.ending-soon', 'code.erase'])
        .execute(),
    ).toEqual([])
  } finally {
    await db.destroy()
  }
  const file = new Database(join(folder, 'paraphe.db'))
  expect([file.query('pragma integrity_check').get(), file.query('pragma foreign_key_check').all()]).toEqual([
    { integrity_check: 'ok' },
    [],
  ])
  file.close()
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-crash-'))
  try {
    await use(join(folder, 'data'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test.each(FAILPOINTS)(
  'killed at %s: nothing acknowledged is lost, nothing is done twice, it goes on by itself',
  async (failpoint) => {
    await using mail = await openMailServer()
    await withFolder(async (folder) => {
      expect(await life(folder, mail.port, failpoint)).toBeNull()
      expect(await life(folder, mail.port)).toBe(0)
      await judge(folder, mail.mails)
    })
  },
  120_000,
)

const RANDOM_KILLS = Number(process.env['PARAPHE_RANDOM_KILLS'] ?? 12)

test(`killed ${RANDOM_KILLS} times at random`, async () => {
  await using mail = await openMailServer()
  for (let killed = 0; killed < RANDOM_KILLS;)
    await withFolder(async (folder) => {
      // The job begins once there is a draft to send: a life that ends before is begun from nothing.
      while (killed < RANDOM_KILLS && (await life(folder, mail.port, '', 300 + Math.floor(Math.random() * 2_500))) === null)
        if (existsSync(join(folder, 'acknowledged'))) killed++
        else await rm(folder, { recursive: true, force: true })
      while ((await life(folder, mail.port)) === null);
      await judge(folder, mail.mails)
    })
}, 3_600_000)
