import type { Instant } from '../base/instant.ts'
import type { Language, UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { Recipient } from '../envelope/envelope.ts'
import { addressOf, nameOf } from '../envelope/telling.ts'
import { fullName } from '../access/roles.ts'
import { supervisorOf } from '../access/supervisor.ts'
import { masked } from '../mail/masked.ts'
import { readSetting } from '../setting/setting.ts'
import { findVersion, type Version } from '../template/versions.ts'
import { fill, LANGUAGES, words } from '../view/words.ts'
import { firstUnmet } from './conditions.ts'
import { isFact } from './facts.ts'
import { filledIn, placesOf } from './placeholders.ts'
import type { Action, Rule, Told } from './rule.ts'
import { type RuleFacts, ruleFacts } from './rule-facts.ts'
import { findStage, stageName } from './stages.ts'

/** Entries by rules alone, one after the other, after which a chain is cut. */
export const DEEPEST = 8

export interface Letter {
  readonly recipient: Recipient | null
  readonly user: UserRow | null
  readonly address: string
  readonly language: Language
  readonly subject: string
  readonly text: string
}

/** What a rule does, before it is done: shown by a test run, carried out by the worker. */
export type Effect =
  | { readonly kind: 'tell'; readonly letters: readonly Letter[] }
  | { readonly kind: 'responsible'; readonly user: UserRow }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'webhook'; readonly target: string; readonly name: string }
  | { readonly kind: 'move'; readonly stage: string }
  | {
      readonly kind: 'follow-up'
      readonly version: Pick<Version, 'templateId' | 'number' | 'envelopeId'>
      readonly sender: string
      readonly note: string
    }

export type Facts = Readonly<Record<string, string | number>>

export type Decision =
  | { readonly acts: true; readonly effect: Effect; readonly detail: Facts }
  | { readonly acts: false; readonly reason: SkipReason; readonly detail: Facts }

export type SkipReason =
  | 'condition'
  | 'not-sent'
  | 'nobody'
  | 'no-supervisor'
  | 'person-gone'
  | 'already-responsible'
  | 'already-there'
  | 'not-a-fact'
  | 'stage-gone'
  | 'template-gone'
  | 'follow-up-loop'
  | 'target-gone'
  | 'loop'
  | 'too-deep'

const skip = (reason: SkipReason, detail: Facts = {}): Decision => ({ acts: false, reason, detail })

/** What the rule would do for this envelope now. Reads and nothing else. */
export async function decide(
  db: Db,
  rule: Rule,
  { envelopeId, chain, at }: { readonly envelopeId: string; readonly chain: readonly string[]; readonly at: Instant },
): Promise<Decision> {
  const facts = await ruleFacts(db, envelopeId, rule.stageId)
  const unmet = firstUnmet(rule.conditions, facts, at)
  if (unmet !== null) return skip('condition', { number: unmet + 1 })
  return decideAction(db, rule.action, facts, chain)
}

async function decideAction(db: Db, action: Action, facts: RuleFacts, chain: readonly string[]): Promise<Decision> {
  switch (action.kind) {
    case 'tell':
      return decideTelling(db, action, facts)
    case 'responsible': {
      if (facts.responsible.id === action.user) return skip('already-responsible', { name: facts.responsible.name })
      const user = await db.selectFrom('user').selectAll().where('id', '=', action.user).where('disabledAt', 'is', null).executeTakeFirst()
      return user ? { acts: true, effect: { kind: 'responsible', user }, detail: { name: fullName(user) } } : skip('person-gone')
    }
    case 'note': {
      const { language, timeZone } = await readSetting(db, 'installation')
      const text = filledIn(action.text, placesOf(facts, language, timeZone))
      return { acts: true, effect: { kind: 'note', text }, detail: { text: text.slice(0, 200) } }
    }
    case 'webhook': {
      const target = await db
        .selectFrom('webhookTarget')
        .select(['id', 'name'])
        .where('id', '=', action.target)
        .where('removedAt', 'is', null)
        .executeTakeFirst()
      return target
        ? { acts: true, effect: { kind: 'webhook', target: target.id, name: target.name }, detail: { name: target.name } }
        : skip('target-gone')
    }
    case 'follow-up':
      return decideFollowUp(db, action.template, facts)
    case 'move':
      return decideMove(db, action.stage, facts, chain)
  }
}

/** What a rule started and nobody has sent starts nothing more: drafts would make drafts without end. */
async function decideFollowUp(db: Db, templateId: string, { envelope, responsible }: RuleFacts): Promise<Decision> {
  const template = await db.selectFrom('template').select(['name', 'latest', 'archivedAt']).where('id', '=', templateId).executeTakeFirst()
  if (!template?.latest || template.archivedAt) return skip('template-gone')
  if (!envelope.dispatchedAt && (await wasStartedByRule(db, envelope.id))) return skip('follow-up-loop')
  if (!responsible.user || responsible.user.disabledAt) return skip('person-gone')
  const { language } = await readSetting(db, 'installation')
  const w = words(language)
  return {
    acts: true,
    effect: {
      kind: 'follow-up',
      version: await findVersion(db, templateId, template.latest),
      sender: responsible.id,
      note: fill(w.board.followUpOf, { title: envelope.title || w.documents.untitled }),
    },
    detail: { name: template.name, person: responsible.name },
  }
}

async function wasStartedByRule(db: Db, envelopeId: string): Promise<boolean> {
  const row = await db
    .selectFrom('auditLeaf')
    .select('entry')
    .where('envelopeId', '=', envelopeId)
    .where('type', '=', 'envelope.drafted')
    .executeTakeFirst()
  return row !== undefined && (JSON.parse(row.entry) as { detail?: { rule?: string } }).detail?.rule !== undefined
}

async function decideMove(db: Db, to: string, { card, envelope, recipients }: RuleFacts, chain: readonly string[]): Promise<Decision> {
  const stage = await findStage(db, to).catch(() => null)
  if (!stage) return skip('stage-gone')
  const { language } = await readSetting(db, 'installation')
  const detail = { stage: stageName(stage, language) }
  if (card?.stageId === to) return skip('already-there', detail)
  if (chain.includes(to)) return skip('loop', detail)
  if (chain.length > DEEPEST) return skip('too-deep', { ...detail, number: DEEPEST })
  if (stage.kind && !isFact(stage.kind, envelope, recipients)) return skip('not-a-fact', detail)
  return { acts: true, effect: { kind: 'move', stage: to }, detail }
}

async function decideTelling(db: Db, action: Extract<Action, { kind: 'tell' }>, facts: RuleFacts): Promise<Decision> {
  const { language, timeZone } = await readSetting(db, 'installation')
  const letter = (to: Pick<Letter, 'recipient' | 'user' | 'address' | 'language'>): Letter => {
    const places = placesOf(facts, to.language, timeZone)
    return {
      ...to,
      subject: filledIn(inLanguage(action.subject, to.language), places),
      text: filledIn(inLanguage(action.text, to.language), places),
    }
  }
  const toUser = (user: UserRow): Letter => letter({ recipient: null, user, address: user.email, language: user.language })
  const telling = (letters: readonly Letter[]): Decision => ({
    acts: true,
    effect: { kind: 'tell', letters },
    detail: { to: letters.map(({ recipient, user, address }) => shown(recipient ?? user, address)).join(', ') },
  })
  switch (action.to) {
    case 'client': {
      // What was never sent is not written about to whom it was never sent to.
      if (!facts.envelope.dispatchedAt) return skip('not-sent')
      const clients = facts.recipients.filter((one) => one.side === 'other' && addressOf(one))
      if (!clients.length) return skip('nobody')
      return telling(
        clients.map((recipient) => letter({ recipient, user: null, address: addressOf(recipient), language: recipient.language })),
      )
    }
    case 'responsible': {
      const { user } = facts.responsible
      return user && !user.disabledAt ? telling([toUser(user)]) : skip('person-gone')
    }
    case 'supervisor': {
      const { user } = facts.responsible
      const above = user && (await supervisorOf(db, user))
      return above ? telling([toUser(above)]) : skip('no-supervisor')
    }
    case 'address':
      return telling([letter({ recipient: null, user: null, address: action.address, language })])
  }
}

const inLanguage = (told: Told, language: Language): string => told[language] || LANGUAGES.map((one) => told[one]).find(Boolean) || ''

const shown = (person: Recipient | UserRow | null, address: string): string =>
  person ? `${nameOf(person)} (${masked(address)})` : masked(address)
