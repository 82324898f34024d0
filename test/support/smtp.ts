import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface TestMailServer extends AsyncDisposable {
  readonly port: number
  readonly mails: ParsedMail[]
  /** The next mail to the address that has not been taken yet, waiting for it. */
  next(to: string, seconds?: number): Promise<ParsedMail>
}

/** A real SMTP server on a free port that keeps what it is given. */
export async function openMailServer(): Promise<TestMailServer> {
  const mails: ParsedMail[] = []
  const taken = new Set<ParsedMail>()
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      simpleParser(stream).then((mail) => {
        mails.push(Object.assign(mail, { envelopeTo: session.envelope.rcptTo.map(({ address }) => address) }))
        done()
      }, done)
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    async next(to, seconds = 20) {
      for (const end = Date.now() + seconds * 1_000; Date.now() < end; await Bun.sleep(100)) {
        const mail = mails.find((mail) => !taken.has(mail) && (mail as ParsedMail & { envelopeTo: string[] }).envelopeTo.includes(to))
        if (mail) {
          taken.add(mail)
          return mail
        }
      }
      throw new Error(
        `no mail to ${to}; there were: ${mails.map((mail) => `${(mail as ParsedMail & { envelopeTo: string[] }).envelopeTo.join()} “${mail.subject}”`).join(', ') || 'none'}`,
      )
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
