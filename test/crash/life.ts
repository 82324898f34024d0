/**
 * One life of an installation, to be killed anywhere and begun again: `bun test/crash/life.ts FOLDER MAIL-PORT [failpoint:k]`. It looks where the
 * contract stands and goes on from there, until it is completed and every message is sent. What a person would have been told is done is
 * written to FOLDER/acknowledged, flushed to the disk, after the verb has answered.
 */
import { appendFileSync, existsSync, fsyncSync, openSync, closeSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { addUser } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { createAuthority } from '../../src/authority/creating.ts'
import { armFailpoint } from '../../src/base/failpoint.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { openHouse } from '../../src/cli/open-house.ts'
import { readConfig } from '../../src/config/config.ts'
import { dispatch } from '../../src/envelope/dispatch.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { listRecipients } from '../../src/envelope/envelope.ts'
import { releaseLeases } from '../../src/jobs/queue.ts'
import { startRunner } from '../../src/jobs/runner.ts'
import { keepEmailChannel } from '../../src/mail/channel.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { publishDisclosure } from '../../src/setting/disclosure.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import { DEFAULTS, readSetting, writeSetting } from '../../src/setting/setting.ts'
import { handlersOf } from '../../src/worker/handlers.ts'
import { ANN, type TestHouse } from '../support/house.ts'
import { actOf, ann, draftFor, sign } from '../support/signing.ts'

const [folder = '', mailPort = '', failpoint = ''] = process.argv.slice(2)
const ORIGIN = 'http://127.0.0.1:8080'
if (!existsSync(folder)) mkdirSync(folder, { recursive: true })

const { house, close } = await openHouse(readConfig({ PARAPHE_DATA: folder }))
const { db } = house
const test = { house, drain: work } as unknown as TestHouse

/** Told to a person, and therefore true whatever happens next. */
function acknowledge(what: string): void {
  const path = join(folder, 'acknowledged')
  appendFileSync(path, `${what}\n`)
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}

async function work(): Promise<void> {
  await startRunner(db, house.clock, handlersOf(house), { lanes: 0 }).drain()
}

async function found(): Promise<void> {
  const act = systemAct(house.clock())
  await db.transaction().execute(async (tx) => {
    await addLegalEntity(tx, act, { legalName: 'Acme Ltd', country: 'FR', address: 'Paris', details: NO_DETAILS, logoDigest: null })
    await addUser(tx, act, ANN)
    for (const language of ['en', 'fr'] as const) await publishDisclosure(tx, act, language, 'I agree.')
    await keepEmailChannel(tx, act, house.secretKey, {
      host: '127.0.0.1',
      port: Number(mailPort),
      security: 'none',
      user: null,
      password: null,
      fromAddress: 'sign@acme.example',
      fromName: 'Acme',
      caPem: null,
    })
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
  await draftFor(test, await ann(test))
}

if (!(await readSetting(db, 'installation')).setUpAt) {
  await found()
  acknowledge('founded')
}
if (failpoint) armFailpoint(failpoint, () => process.kill(process.pid, 'SIGKILL'))
await releaseLeases(db)
for (;;) {
  const envelope = await db.selectFrom('envelope').selectAll().executeTakeFirstOrThrow()
  await work()
  const { status } = await db.selectFrom('envelope').select('status').executeTakeFirstOrThrow()
  if (status === 'completed') break
  if (status === 'draft') {
    const user = await ann(test)
    const { version } = await findDraft(db, user, envelope.id)
    await dispatch(house, actOf(house, user), user, envelope.id, version)
    acknowledge('sent')
  }
  if (status !== 'sent') continue
  for (const { id, status: stands, firstName } of await listRecipients(db, envelope.id)) {
    if (stands !== 'invited') continue
    // A person whose browser lost its answer waits half a minute for another code.
    await db.updateTable('oneTimeCode').set({ replacedAt: house.clock() }).where('recipientId', '=', id).execute()
    try {
      await sign(test, id)
      acknowledge(`signed ${firstName}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
}
await work()
acknowledge('completed')
closeSandbox()
await close()
