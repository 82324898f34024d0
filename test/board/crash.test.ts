import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addUser } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { treeSize } from '../../src/audit/trail.ts'
import { systemClock } from '../../src/base/instant.ts'
import { addRule } from '../../src/board/rules.ts'
import { addStage } from '../../src/board/stages.ts'
import { addTarget } from '../../src/integration/webhooks/targets.ts'
import { readConfig } from '../../src/config/config.ts'
import { migrate } from '../../src/db/migrate.ts'
import { type Db, openDb } from '../../src/db/open.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import { SECRET } from '../envelope/support.ts'
import { ANN } from '../support/house.ts'
import { RULE_OF } from './support.ts'
import { seedEnvelope } from './seed.ts'

const FAILPOINTS = [
  'board.between:1',
  'board.before-commit:1',
  'board.between:5',
  'board.before-commit:7',
  'board.rule-before-commit:1',
  'board.rule-before-commit:2',
  'board.rule-before-commit:4',
  'board.after-call:1',
  'board.after-call:2',
] as const
const CARDS = 4

/** Envelopes that were sent while nobody followed; in "Sent" a note, a move and a call wait for them, behind the move a message. */
async function found(db: Db, host: string): Promise<void> {
  await migrate(db)
  const by = systemAct(systemClock())
  const ann = await db.transaction().execute(async (tx) => {
    await addLegalEntity(tx, by, { legalName: 'Acme', country: 'FR', address: 'Paris', details: NO_DETAILS, logoDigest: null })
    return addUser(tx, by, ANN)
  })
  const act = { ...by, actor: { kind: 'user', id: ann.id } } as const
  const own = await addStage(db, act, { names: { en: 'Own' }, colour: 'blue', icon: 'eye', isHidden: false })
  const config = readConfig({ PARAPHE_DATA: '/tmp/none', PARAPHE_WEBHOOK_HOSTS: host })
  const target = await addTarget({ db, config, secretKey: SECRET }, act, { name: 'CRM', url: `http://${host}/` })
  await addRule(db, act, 'stg_sent', { ...RULE_OF, action: { kind: 'note', text: '{title}' } })
  await addRule(db, act, 'stg_sent', { ...RULE_OF, stays: true, action: { kind: 'webhook', target: target.id } })
  await addRule(db, act, 'stg_sent', { ...RULE_OF, action: { kind: 'move', stage: own.id } })
  const words = { subject: { en: 'In {stage}', fr: '' }, text: { en: '{title}', fr: '' } }
  await addRule(db, act, own.id, { ...RULE_OF, action: { kind: 'tell', to: 'responsible', address: '', ...words } })
  for (let at = 0; at < CARDS; at++) await seedEnvelope({ db, clock: systemClock }, { title: `Lease ${at}`, isUnread: true })
}

async function life(folder: string, host: string, failpoint = ''): Promise<boolean> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'life.ts'), folder, host, failpoint], {
    stdout: 'ignore',
    stderr: 'pipe',
  })
  await child.exited
  if (child.signalCode === 'SIGKILL') return false
  if (child.exitCode !== 0) throw new Error(await new Response(child.stderr).text())
  return true
}

test('killed at any line, whoever follows does each entry and each rule once', async () => {
  for (const failpoint of FAILPOINTS) {
    const folder = await mkdtemp(join(tmpdir(), 'paraphe-board-'))
    const calls: string[] = []
    const target = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch(request) {
        calls.push(request.headers.get('paraphe-delivery') ?? '')
        return new Response('ok')
      },
    })
    try {
      const host = `127.0.0.1:${target.port}`
      const path = join(folder, 'board.db')
      let db = openDb(path)
      await found(db, host)
      await db.destroy()
      expect([failpoint, await life(folder, host, failpoint)]).toEqual([failpoint, false])
      expect(await life(folder, host)).toBe(true)
      db = openDb(path)
      const count = async (table: 'envelopeNote' | 'message' | 'cardMove') => (await db.selectFrom(table).select('id').execute()).length
      // From the draft to "Sent" by a trigger, from there by a rule.
      expect([failpoint, await count('envelopeNote'), await count('message'), await count('cardMove')]).toEqual([
        failpoint,
        CARDS,
        CARDS,
        2 * CARDS,
      ])
      const runs = await db.selectFrom('ruleRun').select('status').execute()
      expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 4 * CARDS }, () => 'done'))
      const events = await db.selectFrom('auditLeaf').select('type').where('type', '=', 'rule.acted').execute()
      expect(events).toHaveLength(4 * CARDS)
      // Called again only under the same name.
      expect(new Set(calls).size).toBe(CARDS)
      const { seq } = await db.selectFrom('boardState').select('seq').executeTakeFirstOrThrow()
      expect(seq).toBe(await treeSize(db))
      await db.destroy()
    } finally {
      await target.stop(true)
      await rm(folder, { recursive: true, force: true })
    }
  }
}, 180_000)
