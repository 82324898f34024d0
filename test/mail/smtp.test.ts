import { expect, test } from 'bun:test'
import { sendEmail, type Email, type SmtpChannel } from '../../src/mail/smtp.ts'
import { makeOwnAuthority } from '../support/own-authority.ts'
import { openMailServer } from '../support/smtp.ts'

const { authority, server: certificate, stranger } = await makeOwnAuthority()
const CODE = '480913'
const LINK = 'https://sign.example.com/s/inv_1.very-secret'
const EMAIL: Email = {
  id: 'msg_1',
  to: 'marie@dupont.example',
  replyTo: null,
  subject: 'Lease',
  text: `Your code is ${CODE}. Open ${LINK}`,
  html: `<p>${CODE} ${LINK}</p>`,
  logo: null,
}
const channel = (port: number, more: Partial<SmtpChannel> = {}): SmtpChannel => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  user: null,
  password: null,
  fromAddress: 'sign@acme.example',
  fromName: 'Acme',
  caPem: null,
  ...more,
})
const heard = async (settings: SmtpChannel) => {
  const dialogue: string[] = []
  const outcome = await sendEmail(settings, EMAIL, (line) => dialogue.push(line))
  return { ...outcome, dialogue: dialogue.join('\n') }
}

for (const security of ['starttls', 'tls'] as const) {
  const implicit = security === 'tls'
  test(`${security}: a server of the company's own authority is trusted where its certificate is given`, async () => {
    await using server = await openMailServer({ certificate, implicit })
    const { outcome, detail } = await heard(channel(server.port, { security, caPem: authority }))
    expect([outcome, detail]).toEqual(['sent', '250 OK: message queued'])
    expect(server.encrypted).toEqual([true])
  })

  test(`${security}: it is refused where it is not given, or where the certificate is another server's`, async () => {
    await using own = await openMailServer({ certificate, implicit })
    await using other = await openMailServer({ certificate: stranger, implicit })
    expect((await heard(channel(own.port, { security }))).outcome).toBe('deferred')
    expect((await heard(channel(other.port, { security, caPem: authority }))).outcome).toBe('deferred')
    expect([own.mails, other.mails]).toEqual([[], []])
  })

  test(`${security}: signs in, and neither the password nor its encodings stand in the dialogue`, async () => {
    const login = { user: 'sign@acme.example', password: 'blue kettle 42' }
    await using server = await openMailServer({ certificate, implicit, login })
    const good = await heard(channel(server.port, { security, caPem: authority, ...login }))
    expect([good.outcome, server.logins]).toEqual(['sent', [login.user]])
    const wrong = await heard(channel(server.port, { security, caPem: authority, user: login.user, password: 'red kettle 43' }))
    expect([wrong.outcome, wrong.detail.includes('535')]).toEqual(['deferred', true])
    for (const { dialogue, detail } of [good, wrong]) {
      expect(dialogue).toContain('AUTH')
      for (const password of [login.password, 'red kettle 43'])
        for (const secret of [password, btoa(password), btoa(`\0${login.user}\0${password}`)])
          expect(dialogue + detail).not.toContain(secret)
    }
    const nobody = await heard(channel(server.port, { security, caPem: authority }))
    expect([nobody.outcome, server.mails.length]).toEqual(['deferred', 1])
  })
}

test('where STARTTLS was taken out of the answer, nothing is sent, and no password either', async () => {
  await using server = await openMailServer()
  const { outcome, dialogue } = await heard(
    channel(server.port, { security: 'starttls', caPem: authority, user: 'sign', password: 'blue kettle 42' }),
  )
  expect([outcome, server.mails]).toEqual(['deferred', []])
  expect(dialogue).not.toMatch(/AUTH|MAIL FROM/)
})

test.each([
  ['421 at the greeting', { greeting: [421] }, 'deferred'],
  ['450, greylisting', { recipient: [450] }, 'deferred'],
  ['451 after the mail', { data: [451] }, 'deferred'],
  ['550, nobody of that name', { recipient: [550] }, 'failed'],
  ['552, too large', { data: [552] }, 'failed'],
] as const)('%s', async (_name, options, outcome) => {
  await using server = await openMailServer(options as never)
  expect((await heard(channel(server.port))).outcome).toBe(outcome)
  expect((await heard(channel(server.port))).outcome).toBe('sent')
  expect(server.mails).toHaveLength(1)
})

test('a refusal that repeats the mail gives away neither link nor code', async () => {
  await using server = await openMailServer({ data: [554], words: (text) => `blocked for: ${text}` })
  const { outcome, detail, dialogue } = await heard(channel(server.port))
  expect([outcome, detail.includes('blocked for')]).toEqual(['failed', true])
  expect(detail).not.toMatch(new RegExp(`${CODE}|very-secret`))
  expect(detail).toContain('••••')
  expect(dialogue).not.toMatch(new RegExp(`${CODE}|very-secret`))
})
