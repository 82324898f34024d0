import { countCards, findCards, listColumn } from '../../board/cards.ts'
import { findStage, listStages } from '../../board/stages.ts'
import { requireUser, viewsDocuments } from '../access.ts'
import { createApp } from '../env.ts'
import { readFilters } from '../envelopes/filters.ts'
import { keyIn, shownCard, shownColumn } from './shown.ts'

const MOST_CHANGED = 100

export const boardColumns = createApp()
  /** The next cards of a column, as a piece of the page. */
  .get('/board/columns/:stage', viewsDocuments, async (c) => {
    const { db } = c.var.house
    const stage = await findStage(db, c.req.param('stage'))
    const { filters, query } = await readFilters(c)
    const page = await listColumn(db, requireUser(c), stage.id, filters, c.var.act.at, keyIn(c.req.query('after')))
    return c.html(await c.var.render('board/cards', { column: shownColumn(c, { stage, count: 0, ...page }), query }))
  })
  /** The cards that have changed, for the page that shows them: null where the reader sees one no more, or not under these filters. */
  .get('/board/changes', viewsDocuments, async (c) => {
    const { db } = c.var.house
    const user = requireUser(c)
    const { filters, query } = await readFilters(c)
    const ids = [...new Set((c.req.query('ids') ?? '').slice(0, 4_000).split(',').filter(Boolean))].slice(0, MOST_CHANGED)
    const found = await findCards(db, user, ids, filters, c.var.act.at)
    const counts = await countCards(db, user, filters, c.var.act.at)
    const cards = []
    for (const id of ids) {
      const card = found.find((one) => one.id === id)
      const html = card && (await c.var.render('board/card', { card: shownCard(c, card), query }))
      cards.push({ id, stage: card?.stageId ?? null, enteredAt: card?.enteredAt ?? null, html: html ?? null })
    }
    const stages = await listStages(db)
    return c.json({ cards, counts: Object.fromEntries(stages.map(({ id }) => [id, counts.get(id) ?? 0])) })
  })
