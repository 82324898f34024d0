/**
 * One life of an installation that sends a template to many, to be killed anywhere and begun again: `bun test/crash/bulk-life.ts FOLDER [failpoint:k]`. It
 * ends when every line of the table has been dealt with.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { addUser } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { createAuthority } from '../../src/authority/creating.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { armFailpoint } from '../../src/base/failpoint.ts'
import { openHouse } from '../../src/cli/open-house.ts'
import { readConfig } from '../../src/config/config.ts'
import { releaseLeases } from '../../src/jobs/queue.ts'
import { startRunner } from '../../src/jobs/runner.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import { DEFAULTS, readSetting, writeSetting } from '../../src/setting/setting.ts'
import { beginBulk, startBulk, steerBulk } from '../../src/template/bulk/bulk.ts'
import { handlersOf } from '../../src/worker/handlers.ts'
import { ANN, type TestHouse } from '../support/house.ts'
import { actOf, ann } from '../support/signing.ts'
import { CLIENT, templateFor } from '../template/support.ts'

const [folder = '', failpoint = ''] = process.argv.slice(2)
const ORIGIN = 'http://127.0.0.1:8080'
const ROWS = 12
if (!existsSync(folder)) mkdirSync(folder, { recursive: true })

const { house, close } = await openHouse(readConfig({ PARAPHE_DATA: folder }))
const { db } = house
const test = { house } as unknown as TestHouse

async function found(): Promise<void> {
  const act = systemAct(house.clock())
  await db.transaction().execute(async (tx) => {
    await addLegalEntity(tx, act, { legalName: 'Acme Ltd', country: 'FR', address: 'Paris', details: NO_DETAILS, logoDigest: null })
    await addUser(tx, act, ANN)
    await writeSetting(tx, act, 'installation', { ...DEFAULTS.installation, setUpAt: act.at, staffUrl: ORIGIN, publicUrl: ORIGIN })
  })
  await createAuthority(house, act, {
    algorithm: 'ecdsa-p256',
    organization: 'Acme Ltd',
    country: 'FR',
    rootName: 'Root',
    issuingName: 'Issuing',
    sealName: 'Acme Ltd',
    keyProtection: 'key-file',
    publicOrigin: ORIGIN,
  })
  const user = await ann(test)
  const template = await templateFor(test, user, [CLIENT])
  const lines = Array.from({ length: ROWS }, (_, at) => `Marie,Dupont ${at},marie${at}@client.example`)
  const table = utf8(['First name,Last name,E-mail', ...lines].join('\r\n'))
  const bulk = await startBulk(db, actOf(house, user), user, template.id, { name: 'people.csv', bytes: table })
  await beginBulk(house, actOf(house, user), user, bulk.id, false)
}

if (!(await readSetting(db, 'installation')).setUpAt) await found()
if (failpoint) armFailpoint(failpoint, () => process.kill(process.pid, 'SIGKILL'))
await releaseLeases(db)
const runner = startRunner(db, house.clock, handlersOf(house), { lanes: 0 })
for (;;) {
  await runner.drain()
  const { id, status } = await db.selectFrom('bulkSend').select(['id', 'status']).executeTakeFirstOrThrow()
  const open = await db.selectFrom('envelope').select('id').where('status', '=', 'sending').execute()
  // On a machine that is too busy to prepare a document in time, it comes back to its sender, who tries again.
  const back = await db.selectFrom('envelope').select('id').where('status', '=', 'draft').execute()
  if (status === 'done' && !open.length && !back.length) break
  if (status === 'done' && back.length) {
    const user = await ann(test)
    await steerBulk(house, actOf(house, user), user, id, 'retries')
  }
  await Bun.sleep(200)
}
closeSandbox()
await close()
