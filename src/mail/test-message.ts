import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { readEmailChannel, readSmsChannel } from './channel.ts'
import { letterHtml } from './letter-html.ts'
import { letterText } from './letter-text.ts'
import { letterOf, smsOf } from './letter.ts'
import { masked } from './masked.ts'
import type { MessageFacts } from './message.ts'
import type { Outcome } from './outcome.ts'
import { Refusal } from '../base/refusal.ts'
import { type SmsGateway, sendSms } from './sms-gateway.ts'
import { type SmtpChannel, sendEmail } from './smtp.ts'

export interface TestResult {
  readonly outcome: Outcome['outcome']
  readonly detail: string
  /** The dialogue line by line, secrets taken out. */
  readonly dialogue: readonly string[]
}

export type TestFacts = Pick<MessageFacts, 'company' | 'timeZone'>

/** Sends at once, past the outbox, and tells the whole dialogue. */
export async function testEmail(channel: SmtpChannel, to: string, language: Language, facts: TestFacts): Promise<TestResult> {
  const dialogue: string[] = []
  const letter = letterOf('test', language, { ...facts, logo: null })
  const email = {
    id: newId('tst'),
    to,
    replyTo: null,
    subject: letter.subject,
    text: letterText(letter),
    html: letterHtml(letter, null),
    logo: null,
  }
  const outcome = await sendEmail(channel, email, (line) => dialogue.length < 200 && dialogue.push(line))
  return { ...outcome, dialogue }
}

export async function testSms(gateway: SmsGateway, to: string, language: Language, facts: TestFacts): Promise<TestResult> {
  const dialogue: string[] = []
  const outcome = await sendSms(gateway, to, smsOf('test', language, { ...facts, logo: null }), (line) => dialogue.push(line))
  return { ...outcome, dialogue }
}

/** Tests the channel as it is set and records that it was tested. */
export async function testChannel(
  tools: { readonly db: Db; readonly secretKey: SecretKey },
  act: Act,
  channel: 'email' | 'sms',
  to: string,
  language: Language,
  facts: TestFacts,
): Promise<TestResult> {
  const result = channel === 'email' ? await testSetEmail(tools, to, language, facts) : await testSetSms(tools, to, language, facts)
  await tools.db
    .transaction()
    .execute((tx) => append(tx, act, { type: 'channel.tested', detail: { channel, outcome: result.outcome, address: masked(to) } }))
  return result
}

type Tools = { readonly db: Db; readonly secretKey: SecretKey }

async function testSetEmail({ db, secretKey }: Tools, to: string, language: Language, facts: TestFacts): Promise<TestResult> {
  const channel = await readEmailChannel(db, secretKey)
  if (!channel) throw new Refusal('conflict', 'channel.not-configured')
  return testEmail(channel, to, language, facts)
}

async function testSetSms({ db, secretKey }: Tools, to: string, language: Language, facts: TestFacts): Promise<TestResult> {
  const gateway = await readSmsChannel(db, secretKey)
  if (!gateway) throw new Refusal('conflict', 'channel.not-configured')
  return testSms(gateway, to, language, facts)
}
