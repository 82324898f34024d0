import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { OwnCertificate } from './own-authority.ts'

export interface TestMailServer extends AsyncDisposable {
  readonly port: number
  readonly mails: ParsedMail[]
  /** Who signed in, in order. */
  readonly logins: string[]
  /** Whether each mail came over an encrypted connection. */
  readonly encrypted: boolean[]
  /** The next mail to the address that has not been taken yet, waiting for it. */
  next(to: string, seconds?: number): Promise<ParsedMail>
}

export interface MailServerOptions {
  /** With it, the server offers STARTTLS; with `implicit`, it speaks TLS from the start. */
  readonly certificate?: OwnCertificate
  readonly implicit?: boolean
  /** Nobody else may send, and nobody without encryption. */
  readonly login?: { readonly user: string; readonly password: string }
  /** What the server answers in place of yes, as often as there are answers. */
  readonly greeting?: number[]
  readonly recipient?: (number | null)[]
  readonly data?: (number | null)[]
  /** The connection ends: when DATA begins, or when the whole mail was taken but the yes was not said. As often as there are entries. */
  readonly drop?: ('data' | 'dot')[]
  /** What a refusal says. */
  readonly words?: (text: string) => string
}

/** A real SMTP server on a free port that keeps what it is given, and fails where it is told to. */
export async function openMailServer(options: MailServerOptions = {}): Promise<TestMailServer> {
  const { certificate, login, words = () => 'no' } = options
  const mails: ParsedMail[] = []
  const logins: string[] = []
  const encrypted: boolean[] = []
  const taken = new Set<ParsedMail>()
  const [greeting, recipient, data, drop] = [options.greeting, options.recipient, options.data, options.drop].map((list) => [
    ...(list ?? []),
  ]) as [number[], (number | null)[], (number | null)[], ('data' | 'dot')[]]
  const no = (code: number, text = ''): Error => Object.assign(new Error(words(text)), { responseCode: code })
  const server: SMTPServer = new SMTPServer({
    ...(certificate ? { key: certificate.key, cert: certificate.certificate } : {}),
    secure: options.implicit ?? false,
    authOptional: !login,
    disabledCommands: [...(login ? [] : ['AUTH' as const]), ...(certificate && !options.implicit ? [] : ['STARTTLS' as const])],
    onConnect(_session, done) {
      const code = greeting.shift()
      done(code ? no(code) : undefined)
    },
    onAuth({ username, password }, _session, done) {
      if (!username || username !== login?.user || password !== login?.password) return done(no(535))
      logins.push(username)
      done(null, { user: username })
    },
    onRcptTo(_address, _session, done) {
      const code = recipient.shift()
      done(code ? no(code) : undefined)
    },
    onData(stream, session, done) {
      const dropped = drop.shift()
      if (dropped === 'data') return cut(session)
      simpleParser(stream).then((mail) => {
        const code = data.shift()
        if (code) return done(no(code, mail.text))
        mails.push(Object.assign(mail, { envelopeTo: session.envelope.rcptTo.map(({ address }) => address) }))
        encrypted.push(Boolean(session.secure))
        if (dropped === 'dot') return cut(session)
        done()
      }, done)
    },
  })
  const cut = ({ id }: SMTPServerSession): void => {
    for (const connection of server.connections as Set<{ id: string; _socket: { destroy(): void } }>)
      if (connection.id === id) connection._socket.destroy()
  }
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    logins,
    encrypted,
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
