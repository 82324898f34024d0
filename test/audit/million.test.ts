import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { type Act, systemAct } from '../../src/audit/act.ts'
import { checkpoint } from '../../src/audit/checkpoint.ts'
import { exportLog } from '../../src/audit/exporting.ts'
import { append } from '../../src/audit/trail.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import { later, SECOND } from '../../src/base/instant.ts'
import { ANN, NOON } from '../support/database.ts'
import { openTestLog, ORIGIN } from './support.ts'

/** A million takes some minutes to write: `PARAPHE_AUDIT_ENTRIES=1000000 bun test test/audit/million.test.ts`. */
const ENTRIES = Number(process.env['PARAPHE_AUDIT_ENTRIES'] ?? 20_000)
const BROWSER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'

test(`${ENTRIES} entries are verified here and by the script, at a speed that makes a million take less than ten seconds`, async () => {
  await using log = await openTestLog()
  for (let written = 0; written < ENTRIES; written += 10_000) {
    await log.db.transaction().execute(async (tx) => {
      // Of four entries, two are by people, with address, browser and a name; two are the server's own.
      for (let at = written; at < Math.min(written + 10_000, ENTRIES); at++) {
        const act: Act = at % 2 ? systemAct(later(NOON, at * SECOND)) : { ...ANN, at: later(NOON, at * SECOND), userAgent: BROWSER }
        await append(tx, act, {
          type: at % 2 ? 'message.sent' : 'ceremony.opened',
          envelopeId: `env_${(at >> 5).toString(32).padStart(20, '0')}`,
          detail: { recipient: `rec_${(at >> 4).toString(32).padStart(20, '0')}` },
          ...(at % 2 ? {} : { clear: { name: `Person ${at >> 4}` } }),
        })
      }
    })
    await checkpoint(log.db, NOON, ORIGIN, log.key)
  }
  const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const began = performance.now()
    return [await work(), (performance.now() - began) / SECOND]
  }
  const [report, here] = await timed(() => verifyLog(log.db, log.kept))
  expect(report).toMatchObject({ size: ENTRIES, signedUpTo: ENTRIES, clear: (ENTRIES / 2) * 3, count: 0 })
  const out = join(log.folder, 'out')
  const [, exporting] = await timed(() => exportLog(log.db, out))
  const [told, script] = await timed(async () => {
    const child = Bun.spawn(['python3', join(out, 'verify.py')], { stdout: 'pipe' })
    return new Response(child.stdout).text()
  })
  expect(told).toEndWith('WHOLE\n')
  console.log(
    `${ENTRIES} entries: verified in ${here.toFixed(2)} s, exported in ${exporting.toFixed(2)} s, by the script in ${script.toFixed(2)} s`,
  )
  // Three times the promise, for a machine that is busy with other things, and what starting takes.
  const bound = 2 + (30 * ENTRIES) / 1_000_000
  expect(here).toBeLessThan(bound)
  expect(script).toBeLessThan(bound)
}, 3_600_000)
