import { findUser } from '../access/users.ts'
import { passwordLinkToTell } from '../access/forgotten-password.ts'
import type { AccountNews } from '../access/telling.ts'
import { welcomeToken } from '../access/welcome.ts'
import type { Clock, Instant } from '../base/instant.ts'
import { codeToTell, eraseCode, markCodeHandedOver } from '../ceremony/one-time-code.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { codeFactsOf, envelopeFacts, markLinkHandedOver, tellUndelivered } from '../envelope/message-facts.ts'
import type { Message, MessageFacts, MessageSources } from '../mail/message.ts'
import { digestFacts } from '../notification/digest.ts'
import { defaultLegalEntity, findLegalEntity } from '../setting/legal-entity.ts'
import { findAsked, requestToken } from '../template/visitors/requests.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { readObject } from '../store/object.ts'
import { alarmMessageFacts } from '../upkeep/alarms/raising.ts'
import { witnessFacts, witnessMailArrived, witnessMailFailed } from '../upkeep/witness.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, words } from '../view/words.ts'

export interface SourceTools {
  readonly db: Db
  readonly clock: Clock
  readonly config: Config
  readonly secretKey: SecretKey
}

/** What a message says is gathered when it is sent or opened: the newest name, the newest address, a link that works now. */
export const messageSources = (tools: SourceTools): MessageSources => ({
  async factsOf(message) {
    if (message.kind === 'welcome') return welcomeFacts(tools, message)
    if (message.kind === 'password-link') return passwordLinkFacts(tools, message)
    if (message.kind === 'account-news') return accountNewsFacts(tools, message)
    if (message.kind === 'test') return companyFacts(tools)
    if (message.kind === 'checkpoint') return checkpointFacts(tools, message)
    if (message.kind === 'own-document') return ownDocumentFacts(tools, message)
    if (message.kind === 'break-glass') return breakGlassFacts(tools, message)
    if (message.kind === 'alarm' || message.kind === 'all-clear') return alarmFacts(tools, message)
    if (message.kind === 'digest' || message.kind === 'sender-bulk-finished') return newsFacts(tools, message)
    if (message.kind === 'code') return codeFacts(tools, message)
    return envelopeFacts(tools, message, tools.clock())
  },
  // A first-visit link carries no evidence of a signature: its opening is an event already.
  async handedOver(tx, act, message) {
    const code = codeIdOf(message)
    if (code) await markCodeHandedOver(tx, act, code)
    else if (!OF_THE_HOUSE.has(message.kind)) await markLinkHandedOver(tx, act, message)
  },
  async delivered(tx, _act, message) {
    const code = codeIdOf(message)
    if (code) await eraseCode(tx, code)
    if (message.kind === 'checkpoint') await witnessMailArrived(tx)
  },
  undelivered: (tx, act, message) =>
    message.kind === 'checkpoint' ? witnessMailFailed(tx, act, message) : tellUndelivered(tx, act, message),
})

/** Links that are no recipient's. */
const OF_THE_HOUSE: ReadonlySet<string> = new Set(['welcome', 'password-link', 'checkpoint', 'alarm', 'all-clear', 'break-glass'])

const codeIdOf = ({ kind, params }: Message): string | null =>
  kind === 'code' && typeof params['code'] === 'string' ? params['code'] : null

async function codeFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const id = codeIdOf(message)
  const code = id && (await codeToTell(tools.db, tools.secretKey, id, tools.clock()))
  const facts = code ? await codeFactsOf(tools, message) : null
  return code && facts ? { ...facts, code } : null
}

export async function companyFacts({ db }: Pick<SourceTools, 'db'>): Promise<Pick<MessageFacts, 'company' | 'logo' | 'timeZone'>> {
  const entity = await defaultLegalEntity(db)
  const { timeZone } = await readSetting(db, 'installation')
  return { company: entity?.legalName ?? 'Paraphe', logo: entity?.logoDigest ? await readObject(db, entity.logoDigest) : null, timeZone }
}

/** In the name of the company that the template is sent by. */
async function ownDocumentFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const asked = await findAsked(tools.db, message, tools.clock())
  if (!asked) return null
  const entity = await findLegalEntity(tools.db, asked.legalEntityId)
  const installation = await readSetting(tools.db, 'installation')
  return {
    ...(await companyFacts(tools)),
    company: entity.legalName,
    logo: entity.logoDigest ? await readObject(tools.db, entity.logoDigest) : null,
    title: asked.title,
    // Nothing that the visitor typed: whoever named this address may be a stranger to it.
    linkUntil: asked.request.expiresAt,
    link: `${originsOf(tools.config, installation).public}/s/own/${requestToken(tools.secretKey, asked.request)}`,
  }
}

async function checkpointFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const facts = await witnessFacts(tools.db, message)
  return facts && { ...(await companyFacts(tools)), ...facts }
}

async function newsFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const { staff } = originsOf(tools.config, await readSetting(tools.db, 'installation'))
  const news = message.kind === 'digest' ? await digestFacts(tools.db, message, staff) : bulkFacts(message, staff)
  return news && { ...(await companyFacts(tools)), ...news }
}

const bulkFacts = ({ params }: Message, staff: string): Pick<MessageFacts, 'title' | 'sent' | 'failed' | 'link'> => ({
  title: String(params['name'] ?? ''),
  sent: Number(params['sent'] ?? 0),
  failed: Number(params['failed'] ?? 0),
  link: `${staff}${String(params['path'] ?? '/notifications')}`,
})

async function breakGlassFacts(tools: SourceTools, { params }: Message): Promise<MessageFacts> {
  const { staff } = originsOf(tools.config, await readSetting(tools.db, 'installation'))
  return {
    ...(await companyFacts(tools)),
    person: String(params['name'] ?? ''),
    record: [params['at'], params['ip']].filter(Boolean).join('  '),
    link: `${staff}/console/sign-on`,
  }
}

async function alarmFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const { staff } = originsOf(tools.config, await readSetting(tools.db, 'installation'))
  const facts = await alarmMessageFacts(tools.db, message, staff)
  return facts && { ...(await companyFacts(tools)), ...facts }
}

async function welcomeFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const until = message.params['until'] as Instant
  const user = message.userId ? await findUser(tools.db, message.userId).catch(() => null) : null
  if (!user || user.disabledAt || tools.clock() >= until) return null
  const { staff } = originsOf(tools.config, await readSetting(tools.db, 'installation'))
  return {
    ...(await companyFacts(tools)),
    name: user.firstName,
    linkUntil: until,
    link: `${staff}/welcome/${welcomeToken(tools.secretKey, user, until)}`,
  }
}

async function passwordLinkFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const found = await passwordLinkToTell(tools.db, tools.secretKey, String(message.params['link'] ?? ''), tools.clock())
  if (!found) return null
  const { staff } = originsOf(tools.config, await readSetting(tools.db, 'installation'))
  const { user, token, until } = found
  return { ...(await companyFacts(tools)), name: user.firstName, linkUntil: until, link: `${staff}/sign-in/forgotten/${token}` }
}

/** What happened to an account, in the words of its owner's language. */
async function accountNewsFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const user = message.userId ? await findUser(tools.db, message.userId).catch(() => null) : null
  if (!user) return null
  const installation = await readSetting(tools.db, 'installation')
  const { news, at, ...rest } = message.params
  const { subject, text, place, advice } = newsOf(message.language, news as AccountNews)
  const facts = {
    ...rest,
    email: user.email,
    at: formatsFor(message.language, installation.timeZone).moment(at as Instant),
    ip: rest['ip'] ?? '–',
  }
  return {
    ...(await companyFacts(tools)),
    name: user.firstName,
    link: `${originsOf(tools.config, installation).staff}/account/security`,
    own: { subject: fill(subject, facts), text: [text, place, advice].map((sentence) => fill(sentence, facts)).join(' ') },
  }
}

const newsOf = (language: Language, news: AccountNews): Record<'subject' | 'text' | 'place' | 'advice', string> => {
  const { kinds, place, advice } = words(language).security.news
  return { ...kinds[news], place, advice }
}
