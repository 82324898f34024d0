import type { Language } from '../db/database.ts'
import { formatsFor } from '../view/formats.ts'
import type { Colour } from '../base/colour.ts'
import type { OwnText } from '../setting/setting.ts'
import { fill, words } from '../view/words.ts'
import { plainMarks, smsParts } from './sms-text.ts'
import { CARRIES, type Digested, type MessageFacts, type MessageKind } from './message.ts'

/** What an e-mail says, before it is HTML or text. Every string is plain text. */
export interface Letter {
  readonly language: Language
  readonly company: string
  readonly subject: string
  readonly heading: string
  readonly greeting: string
  readonly text: string
  readonly note: { readonly label: string; readonly text: string } | null
  readonly code: string | null
  /** Lines that are repeated as they are. */
  readonly record: string | null
  readonly digest: readonly Digested[]
  readonly button: { readonly label: string; readonly link: string } | null
  readonly linkInWords: string
  readonly facts: readonly { readonly label: string; readonly value: string }[]
  readonly after: readonly string[]
  readonly footer: string
  /** Of the button and of links; null: the house's own ink. */
  readonly colour: Colour | null
}

/** How a company says and shows it: its own sentences in place of ours, its colour. */
export interface Manner {
  readonly own?: OwnText | undefined
  readonly colour?: Colour | null
}

const CODE_MINUTES = 5

export function letterOf(kind: MessageKind, language: Language, facts: MessageFacts, { own: texts, colour }: Manner = {}): Letter {
  const { mail } = words(language)
  const told = withOwn(mail.kinds[kind], texts)
  const params = paramsOf(language, facts)
  const formats = formatsFor(language, facts.timeZone)
  const rows: { label: string; value: string }[] = []
  if (facts.title) rows.push({ label: mail.facts.title, value: facts.title })
  if (facts.sender) rows.push({ label: mail.facts.sender, value: `${facts.sender} · ${facts.company}` })
  if (facts.deadline) rows.push({ label: mail.facts.deadline, value: formats.moment(facts.deadline) })
  if (facts.linkUntil) rows.push({ label: mail.facts.linkUntil, value: formats.moment(facts.linkUntil) })
  if (facts.reason) rows.push({ label: mail.facts.reason, value: facts.reason })
  const own = kind === 'invitation' ? facts.subject?.trim() : ''
  return {
    language,
    company: facts.company,
    subject: oneLine(own || fill(told.subject, params)),
    heading: fill(told.heading, params),
    greeting: facts.name ? fill(mail.greeting, params) : mail.greetingPlain,
    text: fill(told.text, params),
    note: facts.note?.trim() ? { label: fill(mail.facts.note, params), text: facts.note.trim() } : null,
    code: kind === 'code' ? (facts.code ?? null) : null,
    record: facts.record ?? null,
    digest: facts.digest ?? [],
    button: told.button && facts.link ? { label: told.button, link: facts.link } : null,
    linkInWords: mail.linkInWords,
    facts: rows,
    after: [
      ...(facts.link && CARRIES[kind] ? [mail.personal] : []),
      ...(kind === 'code'
        ? [mail.codeUnexpected]
        : kind.startsWith('sender-') ||
            kind === 'digest' ||
            kind === 'test' ||
            kind === 'checkpoint' ||
            kind === 'alarm' ||
            kind === 'all-clear' ||
            kind === 'break-glass' ||
            kind === 'account-news' ||
            kind === 'rule-staff'
          ? []
          : [mail.unexpected]),
    ],
    footer: fill(mail.footer, params),
    colour: colour ?? null,
  }
}

const MOST_PARTS = 2
const SHORTEST = { title: 40, company: 30 }
/** Of a rule's text in an SMS. */
const LONGEST_OWN = 240

/** An SMS in one line. Only what would go beyond two parts is shortened: first the title, then the company, never the link. */
export function smsOf(kind: MessageKind, language: Language, facts: MessageFacts, { own }: Manner = {}): string {
  const told = withOwn(words(language).mail.kinds[kind], own)
  let [title, company] = [[...(facts.title ?? '')].length, [...facts.company].length]
  for (;;) {
    const params = paramsOf(language, {
      ...facts,
      title: shorten(facts.title ?? '', title),
      company: shorten(facts.company, company),
      ...(facts.own ? { own: { ...facts.own, text: shorten(facts.own.text, LONGEST_OWN) } } : {}),
    })
    const text = plainMarks(oneLine(fill(told.sms, params)))
    if (smsParts(text) <= MOST_PARTS) return text
    if (title > SHORTEST.title) title -= 1
    else if (company > SHORTEST.company) company -= 1
    else return text
  }
}

const withOwn = (house: Required<OwnText>, own: OwnText = {}): Required<OwnText> => ({
  ...house,
  ...Object.fromEntries(Object.entries(own).filter(([, text]) => text)),
})

/** What stands in the place of every `{placeholder}`. */
function paramsOf(language: Language, facts: MessageFacts): Record<string, string | number> {
  const {
    sender = facts.company,
    title = '',
    name = '',
    person = '',
    to = '',
    link = '',
    code = '',
    sent = 0,
    failed = 0,
    digest = [],
  } = facts
  const asked = words(language).mail.asked[facts.role ?? 'signer']
  const { subject: ownSubject = '', text: ownText = '' } = facts.own ?? {}
  return {
    sender,
    title,
    name,
    person,
    to,
    link,
    code,
    sent,
    failed,
    count: digest.length,
    company: facts.company,
    asked,
    minutes: CODE_MINUTES,
    ownSubject,
    ownText,
  }
}

const shorten = (text: string, length: number): string =>
  [...text].length > length
    ? `${[...text]
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`
    : text
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 998)
