import { decide, type Effect } from '../../../board/deciding.ts'
import { findRule } from '../../../board/rules.ts'
import { ruleNames, ruleSentence } from '../../../board/rule-sentence.ts'
import { NO_FILTERS } from '../../../envelope/filtering.ts'
import { findEnvelopeFor } from '../../../envelope/envelope.ts'
import { listEnvelopes } from '../../../envelope/list.ts'
import { nameOf } from '../../../envelope/telling.ts'
import { masked } from '../../../mail/masked.ts'
import { words } from '../../../view/words.ts'
import { managesSettings, requireUser } from '../../access.ts'
import { createApp, type Ctx } from '../../env.ts'
import { toldRun } from './log.ts'

export interface ShownTrial {
  readonly title: string
  readonly acts: boolean
  readonly told: string
  readonly letters: readonly { readonly to: string; readonly subject: string; readonly text: string }[]
  readonly note: string
  /** How long after the entry; empty: at once. */
  readonly wait: string
}

/** What a rule would do for an envelope that the reader sees; nothing is done. */
export const consoleBoardTrial = createApp().get('/console/board/rules/:id/trial', managesSettings, async (c) => {
  const { db } = c.var.house
  const rule = await findRule(db, c.req.param('id'))
  const user = requireUser(c)
  const search = (c.req.query('search') ?? '').slice(0, 200)
  const { entries } = await listEnvelopes(db, user, { group: 'all', filters: { ...NO_FILTERS, search }, after: null }, c.var.act.at)
  const chosen = c.req.query('envelope')
  return c.html(
    await c.var.render('console/board/trial', {
      rule: { id: rule.id, stageId: rule.stageId, told: ruleSentence(c.var.lang, rule, await ruleNames(db, c.var.lang)) },
      search,
      entries: entries.slice(0, 10),
      trial: chosen ? await tryOut(c, rule, chosen) : null,
    }),
  )
})

async function tryOut(c: Ctx, rule: Awaited<ReturnType<typeof findRule>>, envelopeId: string): Promise<ShownTrial> {
  const { db } = c.var.house
  const w = words(c.var.lang)
  const envelope = await findEnvelopeFor(db, requireUser(c), envelopeId)
  const decision = await decide(db, rule, { envelopeId, chain: [rule.stageId], at: c.var.act.at })
  const shown = {
    title: envelope.title || w.documents.untitled,
    acts: decision.acts,
    wait: rule.wait ? w.board.spans[rule.unit](rule.wait) : '',
  }
  if (!decision.acts)
    return { ...shown, told: toldRun(c.var.lang, rule.action.kind, 'skipped', decision.reason, decision.detail), letters: [], note: '' }
  return {
    ...shown,
    told: w.board.rules.kinds[rule.action.kind],
    letters: lettersIn(decision.effect),
    note: decision.effect.kind === 'note' ? decision.effect.text : (Object.values(decision.detail)[0]?.toString() ?? ''),
  }
}

const lettersIn = (effect: Effect): ShownTrial['letters'] =>
  effect.kind === 'tell'
    ? effect.letters.map(({ recipient, user, address, subject, text }) => {
        const person = recipient ?? user
        return { to: person ? `${nameOf(person)} (${masked(address)})` : address, subject, text }
      })
    : []
