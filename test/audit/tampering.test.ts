import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from 'bun:sqlite'
import { sql } from 'kysely'
import type { FindingKind } from '../../src/audit/checking/finding.ts'
import { checkpoint, signedNote } from '../../src/audit/checkpoint.ts'
import { exportLog } from '../../src/audit/exporting.ts'
import { keptCheckpointIn } from '../../src/audit/kept.ts'
import { sha256 } from '../../src/audit/trail.ts'
import { leafHash, nodeHash } from '../../src/audit/tree.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import { checkpointKeyOf, generateAuditKey } from '../../src/authority/audit-key.ts'
import { openDb } from '../../src/db/open.ts'
import { NOON } from '../support/database.ts'
import { openTestLog, ORIGIN, type TestLog } from './support.ts'

/** 40 entries, checkpoints at 10, 20, 30 and 37, the last one kept outside too; `old.db` is the file as it was at 20. */
let log: TestLog

beforeAll(async () => {
  log = await openTestLog()
  for (const count of [10, 10, 10, 7]) {
    await log.write(count)
    await checkpoint(log.db, NOON, ORIGIN, log.key)
    if ((await log.kept.read())?.size === 20) await sql`vacuum into ${join(log.folder, 'old.db')}`.execute(log.db)
  }
  await log.write(3)
  await sql`vacuum into ${join(log.folder, 'whole.db')}`.execute(log.db)
})
afterAll(async () => {
  await log[Symbol.asyncDispose]()
})

/** Somebody with the file and all the time in the world, but without the key. */
const tampered = (change: (db: Database) => void, from = 'whole.db') => {
  const path = join(log.folder, 'tampered.db')
  copyFileSync(join(log.folder, from), path)
  const db = new Database(path)
  for (const verb of ['update', 'delete']) db.run(`drop trigger audit_leaf_no_${verb}`)
  change(db)
  db.close()
  return path
}

/** The tree made anew over whatever stands in the entries, numbers and columns included. */
function regrown(db: Database): void {
  const rows = db.query<{ seq: number; entry: string }, []>('select seq, entry from audit_leaf order by seq').all()
  db.run('delete from audit_node')
  const put = db.query('insert into audit_node (level, position, hash) values (?, ?, ?)')
  const stack: Uint8Array[] = []
  rows.forEach(({ seq, entry }, index) => {
    let hash: Uint8Array = leafHash(sha256, entry)
    const { at, type } = JSON.parse(entry) as { at: string; type: string }
    db.query('update audit_leaf set seq = ?, hash = ?, at = ?, type = ? where seq = ?').run(index + 1, hash, at, type, seq)
    for (let level = 0, position = index; ; level++, position = (position - 1) / 2) {
      if (level) hash = nodeHash(sha256, stack.pop()!, hash)
      put.run(level, position, hash)
      if (position % 2 === 0) break
    }
    stack.push(hash)
  })
}
const edit = (db: Database, seq: number, change: (entry: string) => string): void => {
  const { entry } = db.query<{ entry: string }, [number]>('select entry from audit_leaf where seq = ?').get(seq)!
  db.query('update audit_leaf set entry = ? where seq = ?').run(change(entry), seq)
}
const voided = (entry: string) => entry.replace('envelope.voided', 'envelope.expired')
const renote = (db: Database, size: number, change: (note: string) => string): void => {
  const { note } = db.query<{ note: string }, [number]>('select note from checkpoint where size = ?').get(size)!
  db.query('update checkpoint set note = ? where size = ?').run(change(note), size)
}

interface Tampering {
  readonly does: string
  readonly change: (db: Database) => void
  readonly from?: string
  readonly found: FindingKind
  /** Whether the exported data alone must tell; null where the export itself is no longer possible. */
  readonly byScript: boolean | null
}

const otherNotes: Record<string, string> = {}
beforeAll(async () => {
  const { pkcs8, spki } = await generateAuditKey()
  const other = await checkpointKeyOf(pkcs8, spki, log.kept)
  const { root } = await log.db.selectFrom('checkpoint').select('root').where('size', '=', 20).executeTakeFirstOrThrow()
  otherNotes['key'] = await signedNote(ORIGIN, 20, root, other)
  otherNotes['origin'] = await signedNote('elsewhere.example/log', 20, root, log.key)
  otherNotes['log'] = await signedNote(ORIGIN, 20, new Uint8Array(32).fill(5), other)
  otherNotes['replay'] = await signedNote(ORIGIN, 20, new Uint8Array(32).fill(5), log.key)
})

const TAMPERINGS: readonly Tampering[] = [
  { does: 'edits an entry', change: (db) => edit(db, 7, voided), found: 'entry-altered', byScript: true },
  {
    does: 'edits an entry and its hash',
    change: (db) => {
      edit(db, 7, voided)
      const { entry } = db.query<{ entry: string }, []>('select entry from audit_leaf where seq = 7').get()!
      db.query(`update audit_leaf set hash = ?, type = 'envelope.expired' where seq = 7`).run(leafHash(sha256, entry))
    },
    found: 'node-altered',
    byScript: true,
  },
  {
    does: 'edits an entry and makes the whole tree anew',
    change: (db) => (edit(db, 7, voided), regrown(db)),
    found: 'checkpoint-inconsistent',
    byScript: true,
  },
  { does: 'deletes an entry', change: (db) => db.run('delete from audit_leaf where seq = 7'), found: 'entry-missing', byScript: true },
  {
    does: 'deletes an entry, numbers the rest anew and makes the tree anew',
    change: (db) => {
      db.run('delete from audit_leaf where seq = 7')
      db.run('delete from audit_clear')
      regrown(db)
      for (const { seq } of db.query<{ seq: number }, []>('select seq from audit_leaf').all())
        edit(db, seq, (entry) => entry.replace(/"seq":\d+/, `"seq":${seq}`).replace(/"clear":\{[^}]*\},/, ''))
      regrown(db)
    },
    found: 'checkpoint-inconsistent',
    byScript: true,
  },
  {
    does: 'puts an entry in',
    change: (db) => {
      db.run('update audit_leaf set seq = seq + 1000 where seq > 6')
      const { entry } = db.query<{ entry: string }, []>('select entry from audit_leaf where seq = 6').get()!
      db.query(`insert into audit_leaf select 7, at, type, actor_kind, actor_id, envelope_id, ?, hash from audit_leaf where seq = 6`).run(
        entry,
      )
      regrown(db)
    },
    found: 'entry-misfiled',
    byScript: true,
  },
  {
    does: 'swaps two entries',
    change: (db) => {
      const [first, second] = db.query<{ entry: string }, []>('select entry from audit_leaf where seq in (7, 8) order by seq').all()
      edit(db, 7, () => second!.entry)
      edit(db, 8, () => first!.entry)
      regrown(db)
    },
    found: 'entry-misfiled',
    byScript: true,
  },
  {
    does: 'cuts off the end',
    change: (db) => (db.run('delete from audit_leaf where seq > 33'), db.run('delete from audit_clear where seq > 33'), regrown(db)),
    found: 'checkpoint-ahead',
    byScript: true,
  },
  {
    does: 'cuts off the end and the checkpoints of it',
    change: (db) => {
      for (const table of ['audit_leaf', 'audit_clear']) db.run(`delete from ${table} where seq > 33`)
      db.run('delete from checkpoint where size > 33')
      regrown(db)
    },
    found: 'kept-behind',
    byScript: false, // nothing in the export is wrong: a checkpoint that a witness has tells, below
  },
  { does: 'puts an older copy back', change: () => {}, from: 'old.db', found: 'kept-behind', byScript: false },
  {
    does: 'goes on with an older copy: a fork',
    change: (db) => {
      const insert = db.query(
        `insert into audit_leaf select ?, at, type, actor_kind, actor_id, envelope_id, ?, hash from audit_leaf where seq = 20`,
      )
      const { entry } = db.query<{ entry: string }, []>('select entry from audit_leaf where seq = 20').get()!
      const bare = entry.replace(/"clear":\{[^}]*\},/, '')
      for (let seq = 21; seq <= 50; seq++) insert.run(seq, bare.replace('"seq":20', `"seq":${seq}`))
      regrown(db)
    },
    from: 'old.db',
    found: 'kept-forked',
    byScript: false,
  },
  {
    does: 'signs a checkpoint with another key',
    change: (db) => renote(db, 20, () => otherNotes['key']!),
    found: 'checkpoint-unsigned',
    byScript: true,
  },
  {
    does: 'gives a checkpoint another origin',
    change: (db) => renote(db, 20, () => otherNotes['origin']!),
    found: 'checkpoint-foreign',
    byScript: true,
  },
  {
    does: 'lies about the size of a checkpoint',
    change: (db) => (renote(db, 20, (note) => note.replace('\n20\n', '\n21\n')), db.run('update checkpoint set size = 21 where size = 20')),
    found: 'checkpoint-unsigned',
    byScript: true,
  },
  {
    does: 'says another size beside a checkpoint',
    change: (db) => db.run('update checkpoint set size = 21 where size = 20'),
    found: 'checkpoint-unreadable',
    byScript: false,
  },
  {
    does: 'replays the checkpoint of another log',
    change: (db) => {
      renote(db, 20, () => otherNotes['log']!)
      db.query('update checkpoint set root = ? where size = 20').run(new Uint8Array(32).fill(5))
    },
    found: 'checkpoint-inconsistent',
    byScript: true,
  },
  {
    does: 'replays a checkpoint that this key signed over another tree',
    change: (db) => {
      renote(db, 20, () => otherNotes['replay']!)
      db.query('update checkpoint set root = ? where size = 20').run(new Uint8Array(32).fill(5))
    },
    found: 'checkpoint-inconsistent',
    byScript: true,
  },
  {
    does: 'edits a clear text',
    change: (db) => db.run(`update audit_clear set value = 'yes' where seq = 7 and name = 'reason'`),
    found: 'clear-altered',
    byScript: true,
  },
  {
    does: 'removes a clear text',
    change: (db) => db.run(`delete from audit_clear where seq = 7 and name = 'ip'`),
    found: 'clear-missing',
    byScript: true,
  },
  {
    does: 'removes all clear texts of an entry',
    change: (db) => db.run(`delete from audit_clear where seq = 7`),
    found: 'clear-missing',
    byScript: true,
  },
  {
    does: 'puts a clear text in',
    change: (db) => db.run(`insert into audit_clear (seq, name, salt, value) values (7, 'name', x'00', 'Eve')`),
    found: 'clear-extra',
    byScript: true,
  },
  {
    does: 'erases a clear text without saying so',
    change: (db) => db.run(`update audit_clear set value = null, salt = x'', erased_by = 40 where seq = 7 and name = 'ip'`),
    found: 'erasure-unrecorded',
    byScript: true,
  },
  {
    does: 'sets the clock back after the last checkpoint',
    change: (db) => (edit(db, 39, (entry) => entry.replace(/"at":"[^"]+"/, '"at":"2020-01-01T00:00:00.000Z"')), regrown(db)),
    found: 'clock-back',
    byScript: true,
  },
  {
    does: 'hides an entry from whoever looks for a person',
    change: (db) => db.run(`delete from audit_subject where seq = 7`),
    found: 'entry-unindexed',
    byScript: false,
  },
  {
    does: 'files an entry under another person',
    change: (db) => db.run(`update audit_leaf set actor_id = 'bob' where seq = 7`),
    found: 'entry-misfiled',
    byScript: false,
  },
  {
    does: 'changes a node',
    change: (db) => db.run(`update audit_node set hash = zeroblob(32) where level = 3 and position = 1`),
    found: 'node-altered',
    byScript: false,
  },
  {
    does: 'adds a node',
    change: (db) => db.run(`insert into audit_node (level, position, hash) values (2, 30, zeroblob(32))`),
    found: 'node-extra',
    byScript: false,
  },
]

const exported = async (path: string): Promise<string> => {
  const out = join(log.folder, 'out')
  rmSync(out, { recursive: true, force: true })
  const db = openDb(path)
  try {
    await exportLog(db, out)
  } finally {
    await db.destroy()
  }
  return out
}
const script = (out: string, ...args: string[]) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['python3', join(out, 'verify.py'), ...args], {
    env: { PATH: process.env['PATH'] ?? '' },
  })
  return { status: exitCode, told: stdout.toString() + stderr.toString() }
}
const outside = () => keptCheckpointIn(join(log.folder, 'kept.db'))

test('untouched, the log is whole, here and by the script', async () => {
  const report = await verifyLog(log.db, outside())
  expect(report.findings).toEqual([])
  expect(report).toMatchObject({ size: 40, checkpoints: 4, signedUpTo: 37, clear: 120, erased: 0, count: 0 })
  const { status, told } = script(await exported(join(log.folder, 'whole.db')))
  expect([status, told]).toEqual([0, expect.stringContaining('WHOLE')])
  expect(told).toContain('read   40 entries, 5 checkpoints (5 signatures tried), 120 clear texts')
}, 60_000)

test.each(TAMPERINGS.map((tampering) => [tampering.does, tampering] as const))(
  'somebody %s: found',
  async (_does, { change, from, found, byScript }) => {
    const path = tampered(change, from)
    const db = openDb(path)
    try {
      const report = await verifyLog(db, outside())
      expect(report.findings.map(({ kind }) => kind)).toContain(found)
      // One change is not told a hundred times.
      expect(report.count).toBeLessThan(80)
    } finally {
      await db.destroy()
    }
    const { status, told } = script(await exported(path))
    expect(told).not.toContain('Traceback')
    expect([status, told]).toEqual([byScript ? 1 : 0, expect.stringContaining(byScript ? 'NOT WHOLE' : '\nWHOLE')])
    // Whatever the export hides, a checkpoint that a witness kept brings to light.
    if (found.startsWith('kept-')) {
      const mail = join(log.folder, 'mail.txt')
      writeFileSync(mail, `Dear auditor,\r\n\r\n${log.kept.read()!.note!.replaceAll('\n', '\r\n')}\r\nYours\r\n`)
      expect(script(join(log.folder, 'out'), mail)).toMatchObject({ status: 1, told: expect.stringContaining(mail) })
    }
  },
  60_000,
)

test('a key exchanged in the export is found by whoever knows the right one', async () => {
  const out = await exported(join(log.folder, 'whole.db'))
  const fingerprint = new Bun.CryptoHasher('sha256').update(log.spki).digest('hex')
  expect(script(out, '--key', fingerprint).status).toBe(0)
  const forged = join(log.folder, 'forged')
  cpSync(out, forged, { recursive: true })
  const { pkcs8, spki } = await generateAuditKey()
  const other = await checkpointKeyOf(pkcs8, spki, log.kept)
  const { root } = await log.db.selectFrom('checkpoint').select('root').where('size', '=', 37).executeTakeFirstOrThrow()
  const note = await signedNote(ORIGIN, 37, root, other)
  for (const name of ['checkpoint', 'checkpoints']) writeFileSync(join(forged, name), note)
  writeFileSync(
    join(forged, 'log.pub.pem'),
    `-----BEGIN PUBLIC KEY-----\n${Buffer.from(spki).toString('base64')}\n-----END PUBLIC KEY-----\n`,
  )
  expect(script(forged).status).toBe(0)
  expect(script(forged, '--key', fingerprint)).toMatchObject({ status: 1, told: expect.stringContaining('not the one that you know') })
}, 60_000)

test('the script is short and uses python3 and openssl alone', () => {
  const text = readFileSync('static/audit/verify.py', 'utf8')
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(100)
  expect(/^import (.*)$/m.exec(text)?.[1]).toBe(
    'base64, functools, hashlib, hmac, itertools, json, multiprocessing, os, pathlib, re, subprocess, sys, tempfile',
  )
  expect([...text.matchAll(/run\(\['(\w+)'/g)].map(([, program]) => program)).toEqual(['openssl', 'openssl'])
})
