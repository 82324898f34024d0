import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDb } from '../../src/db/open.ts'

async function life(folder: string, failpoint = ''): Promise<number | null> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'bulk-life.ts'), folder, failpoint], {
    stdout: 'ignore',
    stderr: 'pipe',
  })
  await child.exited
  if (child.signalCode === 'SIGKILL') return null
  if (child.exitCode !== 0) throw new Error(await new Response(child.stderr).text())
  return child.exitCode
}

test.each(['bulk.before-commit:4', 'bulk.after-row:10', 'dispatch.before-commit:3'])(
  'killed at %s, a bulk send goes on by itself: every line once, none twice',
  async (failpoint) => {
    const home = await mkdtemp(join(tmpdir(), 'paraphe-bulk-'))
    const folder = join(home, 'data')
    try {
      expect(await life(folder, failpoint)).toBeNull()
      expect(await life(folder)).toBe(0)
      const db = openDb(join(folder, 'paraphe.db'))
      try {
        const rows = await db.selectFrom('bulkRow').selectAll().execute()
        expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 'sent'))
        const envelopes = await db
          .selectFrom('envelope')
          .select(['id', 'status'])
          .where('status', 'not in', ['design', 'published'])
          .execute()
        expect(envelopes.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 'sent'))
        expect(new Set(rows.map(({ envelopeId }) => envelopeId))).toEqual(new Set(envelopes.map(({ id }) => id)))
        const clients = await db
          .selectFrom('recipient')
          .innerJoin('envelope', 'envelope.id', 'recipient.envelopeId')
          .select('recipient.email')
          .where('envelope.status', '=', 'sent')
          .where('recipient.roleName', '=', 'Client')
          .execute()
        expect(new Set(clients.map(({ email }) => email)).size).toBe(12)
        const invitations = await db.selectFrom('message').select('envelopeId').where('kind', '=', 'invitation').execute()
        expect(invitations).toHaveLength(12)
      } finally {
        await db.destroy()
      }
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  },
  400_000,
)
