import { Refusal } from '../base/refusal.ts'
import type { Language } from '../db/database.ts'
import type { UserAct } from '../audit/act.ts'
import type { Db } from '../db/open.ts'
import { type OwnText, readSetting, writeSetting } from '../setting/setting.ts'
import { fill, words } from '../view/words.ts'
import { letterOf, type Manner, smsOf } from './letter.ts'
import { CARRIES, type MessageFacts, type MessageKind } from './message.ts'

/** How this company says a message of that kind in that language. */
export async function mannerOf(db: Db, kind: MessageKind, language: Language): Promise<Manner> {
  const [ownTexts, { colour }] = await Promise.all([readSetting(db, 'ownTexts'), readSetting(db, 'appearance')])
  return { own: ownTexts[language]?.[kind], colour }
}

/** Messages that a company may put in its own words. Those to the administrator alone stay as they are, and a rule brings its own. */
export const SAID_OTHERWISE = (Object.keys(CARRIES) as MessageKind[]).filter(
  (kind) => !/^(test|checkpoint|alarm|all-clear|account-news|rule.*)$/.test(kind),
)

export const TEXTS = ['subject', 'heading', 'text', 'button', 'sms'] as const
export type TextName = (typeof TEXTS)[number]

/** What may stand in the sentences of a kind: what its own facts have a value for; the link in its SMS alone, for a letter has a place for it. */
export function placeholdersOf(kind: MessageKind): readonly string[] {
  const { subject, heading, text, sms } = words('en').mail.kinds[kind]
  const used = [...`${subject} ${heading} ${text} ${sms}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const always =
    kind === 'welcome' || kind === 'password-link'
      ? ['company']
      : kind === 'digest'
        ? ['company', 'name']
        : ['company', 'title', 'name', ...(kind === 'code' ? [] : ['sender'])]
  return [...new Set([...always, ...used])]
}

/**
 * Refused: a placeholder that has no value in this kind, and a text without what the message is for: the code in the e-mail's own place is
 * always there, in an SMS only its sentence can carry it.
 */
export function refuseUnfit(kind: MessageKind, name: TextName, text: string): void {
  const allowed = new Set(placeholdersOf(kind).filter((placeholder) => placeholder !== 'link' || name === 'sms'))
  for (const [whole, placeholder = ''] of text.matchAll(/\{([^{}]*)\}/g))
    if (!allowed.has(placeholder)) throw new Refusal('invalid', 'own-text.placeholder-unknown', { placeholder: whole })
  const carried = CARRIES[kind]
  if (name === 'sms' && text && carried && !text.includes(`{${carried}}`))
    throw new Refusal('invalid', 'own-text.carries-nothing', { placeholder: `{${carried}}` })
}

/** Keeps what differs from the house's own sentences; what is the same, or empty, is said as the house says it from then on. */
export function keepOwnText(db: Db, act: UserAct, language: Language, kind: MessageKind, texts: OwnText): Promise<void> {
  for (const name of TEXTS) refuseUnfit(kind, name, texts[name] ?? '')
  const house: OwnText = words(language).mail.kinds[kind]
  const own = Object.fromEntries(TEXTS.flatMap((name) => (texts[name] && texts[name] !== house[name] ? [[name, texts[name]]] : [])))
  return db.transaction().execute(async (tx) => {
    const before = await readSetting(tx, 'ownTexts')
    const { [kind]: _, ...others } = before[language] ?? {}
    const kept = Object.keys(own).length ? { ...others, [kind]: own as OwnText } : others
    await writeSetting(tx, act, 'ownTexts', { ...before, [language]: kept })
  })
}

const EXAMPLE_LINK = 'https://sign.example.com/s/…'

/** The message as a recipient would see it, with invented facts. */
export function exampleOf(
  kind: MessageKind,
  language: Language,
  manner: Manner,
  facts: Pick<MessageFacts, 'company' | 'logo' | 'timeZone'>,
) {
  const { example, kinds } = words(language).mail
  const signed = fill(kinds['sender-signed'].heading, example)
  const all: MessageFacts = {
    ...facts,
    sender: example.sender,
    name: example.name,
    person: example.person,
    title: example.title,
    to: example.name,
    sent: 48,
    failed: 2,
    ...(kind === 'digest' ? { digest: [{ title: example.title, link: EXAMPLE_LINK, lines: [signed] }] } : {}),
    ...(CARRIES[kind] === 'code' ? { code: '204719' } : {}),
    ...(CARRIES[kind] !== 'code' && words(language).mail.kinds[kind].button ? { link: EXAMPLE_LINK } : {}),
    ...(kind === 'declined' || kind === 'voided' || kind === 'annulled' || kind === 'sender-declined' ? { reason: example.reason } : {}),
  }
  return { letter: letterOf(kind, language, all, manner), sms: smsOf(kind, language, all, manner) }
}
