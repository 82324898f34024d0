import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import type { Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { letterHtml } from './letter-html.ts'
import { letterText } from './letter-text.ts'
import { letterOf, smsOf } from './letter.ts'
import { masked } from './masked.ts'
import type { MessageFacts } from './message.ts'
import type { Outcome } from './outcome.ts'
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

/** Tests settings, kept or not yet kept, and records that it was done. */
export async function testChannel(
  db: Db,
  act: Act,
  test: { readonly channel: 'email'; readonly settings: SmtpChannel } | { readonly channel: 'sms'; readonly settings: SmsGateway },
  to: string,
  language: Language,
  facts: TestFacts,
): Promise<TestResult> {
  const result =
    test.channel === 'email' ? await testEmail(test.settings, to, language, facts) : await testSms(test.settings, to, language, facts)
  await db
    .transaction()
    .execute((tx) =>
      append(tx, act, { type: 'channel.tested', detail: { channel: test.channel, outcome: result.outcome, address: masked(to) } }),
    )
  return result
}
