import type { Bytes } from '../base/bytes.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { SECOND } from '../base/instant.ts'
import { noteOutbound } from '../base/outbound.ts'
import type { Outcome } from './outcome.ts'
import { scrubbed, waysIn } from './scrubbed.ts'

export interface SmtpChannel {
  readonly host: string
  readonly port: number
  readonly security: 'none' | 'starttls' | 'tls'
  readonly user: string | null
  readonly password: string | null
  readonly fromAddress: string
  readonly fromName: string
  readonly caPem: string | null
}

export interface Email {
  /** Stays the same over every attempt, so that a second copy is known as one. */
  readonly id: string
  readonly to: string
  readonly replyTo: string | null
  readonly subject: string
  readonly html: string
  readonly text: string
  /** PNG; the HTML names it `cid:logo`. */
  readonly logo: Bytes | null
}

/** One attempt, all of it, may take this long: less than half a job's lease. */
const BUDGET = 50 * SECOND

/** Greets the server, encrypts as asked and signs in; sends nothing. Null where all of it went well, else why not, without the login. */
export async function tryLogin(channel: SmtpChannel): Promise<string | null> {
  const transport = await transportTo(channel, () => {})
  try {
    noteOutbound('mail', channel)
    await transport.verify()
    return null
  } catch (error) {
    return oneLine(scrubbed((error as Error).message, loginsOf(channel))).slice(0, 200)
  } finally {
    transport.close()
  }
}

async function transportTo(channel: SmtpChannel, say: (line: string) => void) {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    host: channel.host,
    port: channel.port,
    secure: channel.security === 'tls',
    requireTLS: channel.security === 'starttls',
    ignoreTLS: channel.security === 'none',
    ...(channel.user ? { auth: { user: channel.user, pass: channel.password ?? '' } } : {}),
    tls: { minVersion: 'TLSv1.2', ...(channel.caPem ? { ca: channel.caPem } : {}) },
    connectionTimeout: 10 * SECOND,
    greetingTimeout: 10 * SECOND,
    socketTimeout: 20 * SECOND,
    disableFileAccess: true,
    disableUrlAccess: true,
    debug: true,
    logger: dialogueLogger(say) as never,
  })
}

/** `say` is told every line of the dialogue, its secrets taken out. */
export async function sendEmail(channel: SmtpChannel, email: Email, say: (line: string) => void = () => {}): Promise<Outcome> {
  // One mailbox a field, by our own rule: a mail library makes of two addresses in one what it likes.
  const [from, to] = [readEmailAddress(channel.fromAddress), readEmailAddress(email.to)]
  if (!from || !to) return { outcome: 'failed', detail: 'the address is no e-mail address' }
  const replyTo = email.replyTo ? readEmailAddress(email.replyTo) : null
  const secrets = [...loginsOf(channel), ...waysIn(email.text)]
  const transport = await transportTo(channel, (line) => say(scrubbed(line, secrets).slice(0, 500)))
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(Object.assign(new Error('the mail server is too slow'), { code: 'ETIMEDOUT' })), BUDGET)
  try {
    noteOutbound('mail', channel)
    const sending = transport.sendMail({
      envelope: { from, to: [to] },
      from: { name: plain(channel.fromName), address: from },
      to: { name: '', address: to },
      ...(replyTo ? { replyTo: { name: '', address: replyTo } } : {}),
      messageId: `<${email.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
      subject: plain(email.subject),
      text: email.text,
      html: email.html,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      ...(email.logo
        ? {
            attachments: [
              {
                filename: 'logo.png',
                content: Buffer.from(email.logo),
                cid: 'logo',
                contentType: 'image/png',
                contentDisposition: 'inline' as const,
              },
            ],
          }
        : {}),
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    const { response } = await Promise.race([sending, late.promise])
    return { outcome: 'sent', detail: oneLine(scrubbed(response, secrets)) }
  } catch (error) {
    const { outcome, detail } = refusedOrLater(error as SmtpError)
    return { outcome, detail: oneLine(scrubbed(detail, secrets)) }
  } finally {
    clearTimeout(timer)
    transport.close()
  }
}

interface SmtpError extends Error {
  readonly code?: string
  readonly responseCode?: number
  readonly command?: string
}

/** RFC 5321 §4.2.1: 5yz about this mail is a no for good. About the connection or the login it is the administrator's to put right. */
function refusedOrLater({ code, responseCode, command, message }: SmtpError): Outcome {
  const aboutThisMail = /^(MAIL|RCPT|DATA)/.test(command ?? '') || code === 'EENVELOPE' || code === 'EMESSAGE'
  const forGood = aboutThisMail && responseCode !== undefined && responseCode >= 500 && responseCode !== 530 && responseCode !== 535
  return { outcome: forGood ? 'failed' : 'deferred', detail: message }
}

const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
const oneLine = (text: string): string => plain(text).slice(0, 500)

/** The password as it is, and as the kinds of AUTH write it. */
const loginsOf = ({ user, password }: SmtpChannel): string[] =>
  password ? [password, ...[password, `\0${user ?? ''}\0${password}`].map((text) => Buffer.from(text).toString('base64'))] : []

/** The library's log as dialogue lines: `C: EHLO …`, `S: 250 …`. The mail's own text and the login are not repeated. */
function dialogueLogger(
  say: (line: string) => void,
): Record<string, (entry: { tnx?: string }, message?: unknown, ...rest: unknown[]) => void> {
  const log = (entry: { tnx?: string } | undefined, message?: unknown): void => {
    const side = { client: 'C', server: 'S' }[entry?.tnx ?? '']
    if (!side || typeof message !== 'string') return
    for (const line of message.split('\n')) {
      const told = line.replace(/\r$/, '')
      say(`${side}: ${/^AUTH /i.test(told) ? told.replace(/^(AUTH \S+).*/i, '$1 ••••') : told}`)
    }
  }
  const quiet = (): void => {}
  return { debug: log, info: quiet, warn: quiet, error: quiet, trace: quiet, fatal: quiet, level: quiet }
}
