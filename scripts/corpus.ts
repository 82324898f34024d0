/**
 * Takes every PDF of a folder through the whole job (inspected, prepared, certified, signed by two, sealed, verified) and prints a line for each:
 * `bun scripts/corpus.ts FOLDER`. For trying real documents; the product's own tests do not need them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTask } from '../src/sandbox/run.ts'
import { readObject } from '../src/store/object.ts'
import { verifyFile } from '../src/verification/verify-file.ts'
import { fieldsOf, now, openTestSeal, signedByAll } from '../test/seal/installation.ts'

const folder = process.argv[2]
if (!folder) throw new Error('usage: bun scripts/corpus.ts FOLDER')
await using seal = await openTestSeal()
const SIGNERS = [
  { name: 'S1', title: 'Claire Martin' },
  { name: 'S2', title: 'Marie Dupont' },
]
for (const name of readdirSync(folder)
  .filter((file) => file.endsWith('.pdf'))
  .sort()) {
  const start = performance.now()
  let outcome: string
  try {
    const source = new Uint8Array(readFileSync(join(folder, name)))
    const { signed, xfa, pages } = await runTask(seal.tools.config, 'inspect', { pdf: source })
    if (signed) outcome = 'refused: signed already'
    else if (xfa === 'dynamic') outcome = 'refused: dynamic form'
    else {
      const revisions = await signedByAll(seal.tools, source, SIGNERS, [...fieldsOf('S1', 20), ...fieldsOf('S2', 220)])
      const report = await verifyFile(await readObject(seal.tools.db, revisions.at(-1)!.object.digest), {
        roots: [seal.authority.certificates().root],
        at: now(),
      })
      outcome = `${report.answer} ${report.level ?? ''} ${pages.length} pages ${report.faults.join(' ')}`
    }
  } catch (error) {
    outcome = `refused: ${error instanceof Error ? error.message : error}`
  }
  console.log(`${name}\t${Math.round(performance.now() - start)} ms\t${outcome}`)
}
process.exit(0)
