import { countCards, listColumn } from '../board/cards.ts'
import { toldNow } from '../board/changes.ts'
import { listStages } from '../board/stages.ts'
import { requireUser, viewsDocuments } from './access.ts'
import { shownColumn } from './board/shown.ts'
import { createApp } from './env.ts'
import { filterView, readFilters } from './envelopes/filters.ts'
import { savedViewsFor } from './envelopes/saved-views.ts'
import { undoable } from './board/moves.ts'

export const board = createApp().get('/board', viewsDocuments, async (c) => {
  const { db } = c.var.house
  const user = requireUser(c)
  const read = await readFilters(c)
  // What changes while the columns are read is told again.
  const told = await toldNow(db)
  const counts = await countCards(db, user, read.filters, c.var.act.at)
  const stages = (await listStages(db)).filter((stage) => !stage.isHidden && (!read.filters.stage || stage.id === read.filters.stage))
  const columns = []
  for (const stage of stages) {
    const count = counts.get(stage.id) ?? 0
    const page = count ? await listColumn(db, user, stage.id, read.filters, c.var.act.at) : { cards: [], next: null }
    columns.push(shownColumn(c, { stage, count, ...page }))
  }
  return c.html(
    await c.var.render('board/index', {
      columns,
      filters: await filterView(c, read),
      views: await savedViewsFor(c, 'board', read.query),
      isEmpty: !read.query && !counts.size,
      told: `${told.seq}.${told.change}`,
      undo: await undoable(c),
    }),
  )
})
