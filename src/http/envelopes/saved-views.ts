import { z } from 'zod'
import {
  addressOfView,
  listViews,
  removeView,
  renameView,
  saveView,
  setDefaultView,
  shiftView,
  type Surface,
} from '../../board/saved-views.ts'
import { GROUPS } from '../../envelope/list.ts'
import { fill, words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { form } from '../form.ts'
import { lineNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { filtersIn } from './filters.ts'

export interface ShownView {
  readonly id: string
  readonly name: string
  readonly surface: Surface
  readonly href: string
  readonly isDefault: boolean
  /** The page shows just this. */
  readonly isCurrent: boolean
}

export interface SavedViewsView {
  readonly views: readonly ShownView[]
  readonly surface: Surface
  readonly query: string
}

export async function savedViewsFor(c: Ctx, surface: Surface, query: string): Promise<SavedViewsView> {
  const views = await listViews(c.var.house.db, requireUser(c).id)
  return {
    surface,
    query,
    views: views.map((view) => ({
      id: view.id,
      name: view.name,
      surface: view.surface,
      href: addressOfView(view),
      isDefault: view.isDefault === 1,
      isCurrent: view.surface === surface && view.query === query,
    })),
  }
}

const Name = z.object({ name: lineNeeded('saved-view.name-missing', 60) })
const Save = Name.extend({ surface: z.enum(['list', 'board']), query: z.string().max(2_000).default('') })

/** A person's own views of the list and the board. */
export const savedViews = createApp()
  .get('/saved-views', signedIn, async (c) => c.html(await c.var.render('envelopes/views', await savedViewsFor(c, 'list', '-'))))
  .post('/saved-views', signedIn, form(Save), async (c) => {
    const { name, surface, query: given } = c.req.valid('form')
    const asked = Object.fromEntries(new URLSearchParams(given))
    // Only what an address of ours can hold is kept.
    const { query: filters } = await filtersIn(c, asked)
    const group = GROUPS.find((one) => one === asked['group'] && one !== 'all')
    const query = [surface === 'list' && group ? `group=${group}` : '', filters].filter(Boolean).join('&')
    const { isNew } = await saveView(c.var.house.db, userAct(c), { name, surface, query })
    const { views } = words(c.var.lang).board
    flash(c, 'good', fill(isNew ? views.saved : views.overwritten, { name }))
    return c.redirect(addressOfView({ surface, query }), 303)
  })
  .post('/saved-views/:id', signedIn, form(Name), async (c) => {
    await renameView(c.var.house.db, userAct(c), c.req.param('id'), c.req.valid('form').name)
    return c.redirect('/saved-views', 303)
  })
  .post('/saved-views/:id/default', signedIn, form(z.object({ isDefault: z.enum(['0', '1']) })), async (c) => {
    await setDefaultView(c.var.house.db, userAct(c), c.req.param('id'), c.req.valid('form').isDefault === '1')
    return c.redirect('/saved-views', 303)
  })
  .post('/saved-views/:id/place', signedIn, form(z.object({ by: z.enum(['-1', '1']) })), async (c) => {
    await shiftView(c.var.house.db, userAct(c), c.req.param('id'), c.req.valid('form').by === '1' ? 1 : -1)
    return c.redirect('/saved-views', 303)
  })
  .post('/saved-views/:id/removal', signedIn, async (c) => {
    const name = await removeView(c.var.house.db, userAct(c), c.req.param('id'))
    flash(c, 'good', fill(words(c.var.lang).board.views.removed, { name }))
    return c.redirect('/saved-views', 303)
  })
