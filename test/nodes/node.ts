/**
 * One of several nodes, to be killed at any time: `bun test/nodes/node.ts FOLDER PORT MAIL-PORT [CEREMONIES]`, with PARAPHE_DATABASE_URL. It is a whole
 * server; beside it people do what is next in an envelope of their choice, whichever node sent it. With CEREMONIES it founds the house and
 * ends. What a person would have been told stands in FOLDER/acknowledged, on the disk.
 */
import { appendFileSync, closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { addUser } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { createAuthority } from '../../src/authority/creating.ts'
import { startRunning } from '../../src/cli/running.ts'
import { readConfig } from '../../src/config/config.ts'
import { dispatch } from '../../src/envelope/dispatch.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { keepEmailChannel } from '../../src/mail/channel.ts'
import { publishDisclosure } from '../../src/setting/disclosure.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import { DEFAULTS, writeSetting } from '../../src/setting/setting.ts'
import { ANN, type TestHouse } from '../support/house.ts'
import { actOf, ann, CLAIRE, draftFor, MARIE, sign } from '../support/signing.ts'

const [folder = '', port = '', mailPort = '', ceremonies = ''] = process.argv.slice(2)
const running = await startRunning(
  readConfig({
    PARAPHE_DATA: folder,
    PARAPHE_LISTEN: `127.0.0.1:${port}`,
    PARAPHE_DATABASE_URL: process.env['PARAPHE_DATABASE_URL'],
    PARAPHE_LOG_LEVEL: 'error',
  }),
)
const { house } = running
const { db } = house
const test = { house, drain: async () => {} } as unknown as TestHouse

function acknowledge(what: string): void {
  const path = join(folder, 'acknowledged')
  appendFileSync(path, `${what}\n`)
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}

async function found(): Promise<void> {
  const act = systemAct(house.clock())
  const origin = `http://127.0.0.1:${port}`
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
    await writeSetting(tx, act, 'installation', { ...DEFAULTS.installation, setUpAt: act.at, staffUrl: origin, publicUrl: origin })
  })
  await createAuthority(house, act, {
    algorithm: 'ecdsa-p256',
    organization: 'Acme Ltd',
    country: 'FR',
    rootName: 'Root',
    issuingName: 'Issuing',
    sealName: 'Acme Ltd',
    keyProtection: 'key-file',
    publicOrigin: origin,
  })
  const user = await ann(test)
  for (let at = 0; at < Number(ceremonies); at++)
    await draftFor(test, user, [
      { ...CLAIRE, email: `c${at}@acme.example` },
      { ...MARIE, email: `m${at}@client.example` },
    ])
}

/** True where somebody could do something. */
async function next(): Promise<boolean> {
  const open = await db.selectFrom('envelope').select(['id', 'status']).where('status', 'in', ['draft', 'sent']).execute()
  const one = open[Math.floor(Math.random() * open.length)]
  if (!one) return (await db.selectFrom('envelope').select('id').where('status', '!=', 'completed').executeTakeFirst()) !== undefined
  if (one.status === 'draft') {
    const user = await ann(test)
    const { version } = await findDraft(db, user, one.id)
    await dispatch(house, actOf(house, user), user, one.id, version)
    acknowledge(`sent ${one.id}`)
    return true
  }
  const invited = await db
    .selectFrom('recipient')
    .select('id')
    .where('envelopeId', '=', one.id)
    .where('status', '=', 'invited')
    .executeTakeFirst()
  if (!invited) return true
  // A person whose browser lost its answer waits half a minute for another code.
  await db.updateTable('oneTimeCode').set({ replacedAt: house.clock() }).where('recipientId', '=', invited.id).execute()
  await sign(test, invited.id)
  acknowledge(`signed ${invited.id}`)
  return true
}

if (ceremonies) {
  await found()
  await running.stop()
  process.exit(0)
}
for (let goesOn = true; goesOn;) {
  try {
    goesOn = await next()
  } catch (error) {
    // Another node was quicker; what must be true in the end is judged from the database.
    appendFileSync(join(folder, 'errors'), `${String(error)}\n`)
    // Those whom the deaths made ask for too many codes would wait for a quarter of an hour.
    if (String(error).includes('code.too-many')) await db.deleteFrom('oneTimeCode').where('replacedAt', 'is not', null).execute()
  }
  await Bun.sleep(20)
}
await running.stop()
process.exit(0)
