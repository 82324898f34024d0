import type { Card, CardKey, Column } from '../../board/cards.ts'
import { type Colour, type Icon, type Stage, stageName } from '../../board/stages.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../../base/instant.ts'
import { words } from '../../view/words.ts'
import type { Ctx } from '../env.ts'

export interface ShownCard extends Card {
  /** How long it has stood in its stage, in one unit; empty: it has just come. */
  readonly here: string
  /** Ids of the built-in stages that it may be moved to, apart from its own stage. */
  readonly mayGo: string
}

export interface ShownColumn {
  readonly id: string
  readonly name: string
  /** Whether it states a fact: not every card may be moved here. */
  readonly isFact: boolean
  readonly colour: Colour
  readonly icon: Icon
  readonly count: number
  readonly cards: readonly ShownCard[]
  readonly next: string | null
}

export const shownColumn = (c: Ctx, { stage, count, cards, next }: Column): ShownColumn => ({
  id: stage.id,
  name: stageName(stage, c.var.lang),
  isFact: stage.kind !== null,
  colour: stage.colour,
  icon: stage.icon,
  count,
  cards: cards.map((card) => shownCard(c, card)),
  next: next && keyText(next),
})

export const shownCard = (c: Ctx, card: Card): ShownCard => ({
  ...card,
  here: span(c, card.enteredAt),
  mayGo: card.facts.map((kind) => `stg_${kind}`).join(' '),
})

/** `3 days`: the largest unit of which there is one at least. */
function span(c: Ctx, since: Instant): string {
  const { spans } = words(c.var.lang).board
  const passed = Math.max(0, Date.parse(c.var.act.at) - Date.parse(since))
  if (passed >= DAY) return spans.days(Math.floor(passed / DAY))
  if (passed >= HOUR) return spans.hours(Math.floor(passed / HOUR))
  return passed >= MINUTE ? spans.minutes(Math.floor(passed / MINUTE)) : ''
}

export const keyText = ({ enteredAt, envelopeId }: CardKey): string => `${enteredAt}~${envelopeId}`

export function keyIn(text: string | undefined): CardKey | null {
  const [enteredAt, envelopeId] = (text ?? '').slice(0, 80).split('~')
  return enteredAt && envelopeId ? { enteredAt: enteredAt as Instant, envelopeId } : null
}

export const namesOf = (c: Ctx, stages: readonly Stage[]): ReadonlyMap<string, string> =>
  new Map(stages.map((stage) => [stage.id, stageName(stage, c.var.lang)]))
