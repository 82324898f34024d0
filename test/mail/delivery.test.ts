import { expect, test } from 'bun:test'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type SMTPServerOptions, SMTPServer } from 'smtp-server'
import { secretKeyOf } from '../../src/config/secret-key.ts'
import type { Db } from '../../src/db/open.ts'
import { keepEmailChannel } from '../../src/mail/channel.ts'
import { Deferred, deliverMessage } from '../../src/mail/delivery.ts'
import type { MessageSources } from '../../src/mail/message.ts'
import { queueMessage } from '../../src/mail/outbox.ts'
import { ANN, NOON, openTestDb } from '../support/database.ts'
import { openMailServer } from '../support/smtp.ts'

const secretKey = secretKeyOf(new Uint8Array(32))
const LINK = 'https://sign.example.com/s/inv_1.very-secret'
const sources: MessageSources = {
  factsOf: async () => ({
    company: 'Atelier Nord <SAS>',
    logo: null,
    timeZone: 'UTC',
    sender: 'Ann Archer',
    replyTo: 'ann@acme.example',
    title: 'Lease & <loan>',
    name: 'Marie',
    link: LINK,
  }),
  handedOver: async () => {},
}
const queue = (db: Db) =>
  db
    .transaction()
    .execute((tx) => queueMessage(tx, ANN, { kind: 'invitation', channel: 'email', address: 'marie@dupont.example', language: 'fr' }))
const configure = (db: Db, port: number) =>
  db.transaction().execute((tx) =>
    keepEmailChannel(tx, ANN, secretKey, {
      host: '127.0.0.1',
      port,
      security: 'none',
      user: null,
      password: null,
      fromAddress: 'sign@acme.example',
      fromName: 'Acme',
      caPem: null,
    }),
  )
const tools = (db: Db) => ({ db, clock: () => NOON, secretKey, sources })
const statusOf = async (db: Db, id: string) =>
  (await db.selectFrom('message').select('status').where('id', '=', id).executeTakeFirstOrThrow()).status

/** A server that answers one command otherwise. */
async function refusing(options: SMTPServerOptions) {
  const server = new SMTPServer({ disabledCommands: ['AUTH', 'STARTTLS'], ...options })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

test('an invitation arrives once, in the reader’s language, escaped, with replies to the sender', async () => {
  await using db = await openTestDb()
  await using server = await openMailServer()
  await configure(db, server.port)
  const id = await queue(db)
  await deliverMessage(tools(db), id)
  const mail = await server.next('marie@dupont.example')
  expect([mail.messageId?.includes(id), mail.replyTo?.text, mail.from?.text]).toEqual([
    true,
    'ann@acme.example',
    '"Acme" <sign@acme.example>',
  ])
  expect(mail.html || '').toContain('Lease &#38; &#60;loan&#62;')
  expect(mail.html || '').not.toContain('<loan>')
  expect(mail.text).toContain(LINK)
  expect(await statusOf(db, id)).toBe('sent')
  await deliverMessage(tools(db), id)
  expect(server.mails).toHaveLength(1)
})

test('a server that is down, or says later, leaves the message waiting; one that says never ends it', async () => {
  await using db = await openTestDb()
  await using later = await refusing({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('busy'), { responseCode: 450 })),
  })
  await using never = await refusing({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('unknown'), { responseCode: 550 })),
  })
  const id = await queue(db)
  for (const port of [1, later.port]) {
    await configure(db, port)
    await expect(deliverMessage(tools(db), id)).rejects.toThrow(Deferred)
    expect(await statusOf(db, id)).toBe('waiting')
  }
  await configure(db, never.port)
  await deliverMessage(tools(db), id)
  expect(await statusOf(db, id)).toBe('failed')
  expect((await db.selectFrom('messageAttempt').select('outcome').execute()).map(({ outcome }) => outcome).sort()).toEqual([
    'deferred',
    'deferred',
    'failed',
  ])
})

test('a connection lost in the middle, or before the last yes, loses nothing: the same mail is sent again under the same name', async () => {
  await using db = await openTestDb()
  await using server = await openMailServer({ drop: ['data', 'dot'] })
  await configure(db, server.port)
  const id = await queue(db)
  await expect(deliverMessage(tools(db), id)).rejects.toThrow(Deferred)
  expect(server.mails).toHaveLength(0)
  await expect(deliverMessage(tools(db), id)).rejects.toThrow(Deferred)
  expect(await statusOf(db, id)).toBe('waiting')
  await deliverMessage(tools(db), id)
  expect(await statusOf(db, id)).toBe('sent')
  expect(server.mails.map(({ messageId }) => messageId)).toEqual([`<${id}@acme.example>`, `<${id}@acme.example>`])
})

test('a server that asks for patience is tried again until it takes the mail; one that is full for good is not', async () => {
  await using db = await openTestDb()
  await using server = await openMailServer({ greeting: [421], recipient: [450, 451], data: [452, null, 552] })
  await configure(db, server.port)
  const id = await queue(db)
  for (let n = 0; n < 4; n++) await expect(deliverMessage(tools(db), id)).rejects.toThrow(Deferred)
  await deliverMessage(tools(db), id)
  expect([await statusOf(db, id), server.mails.length]).toEqual(['sent', 1])
  const other = await queue(db)
  await deliverMessage(tools(db), other)
  expect([await statusOf(db, other), server.mails.length]).toEqual(['failed', 1])
})

test('what was under way when the server stopped waits again where its channel has ended meanwhile', async () => {
  await using db = await openTestDb()
  const id = await queue(db)
  await db.updateTable('message').set({ status: 'sending' }).execute()
  await deliverMessage(tools(db), id)
  expect(await statusOf(db, id)).toBe('waiting')
})

test('without a channel a message waits, and its delivery comes back when there is one', async () => {
  await using db = await openTestDb()
  await using server = await openMailServer()
  const id = await queue(db)
  await deliverMessage(tools(db), id)
  expect(await statusOf(db, id)).toBe('waiting')
  await db.updateTable('job').set({ doneAt: NOON }).execute()
  await configure(db, server.port)
  expect(await db.selectFrom('job').select('kind').where('doneAt', 'is', null).execute()).toEqual([{ kind: 'message.deliver' }])
})

test('no row of the database and no line of the log holds the link', async () => {
  await using db = await openTestDb()
  await using server = await openMailServer()
  await configure(db, server.port)
  await deliverMessage(tools(db), await queue(db))
  for (const table of ['message', 'messageAttempt', 'auditLeaf', 'auditClear', 'job', 'setting'] as const)
    expect(JSON.stringify(await db.selectFrom(table).selectAll().execute())).not.toContain('very-secret')
})

test('two addresses in one, a line end or nothing at all is no address', async () => {
  await using db = await openTestDb()
  for (const address of ['', 'a@b.example, c@d.example', 'a@b.example\r\nBcc: c@d.example', '"x y"@b.example', '<a@b.example>'])
    await expect(
      db.transaction().execute((tx) => queueMessage(tx, ANN, { kind: 'test', channel: 'email', address, language: 'en' })),
    ).rejects.toThrow('address-invalid')
  expect(await db.selectFrom('message').select('id').execute()).toEqual([])
})
