import { z } from 'zod'
import { addTarget, findTarget, listTargets, removeTarget } from '../../../board/webhook-targets.ts'
import { fill, words } from '../../../view/words.ts'
import { managesSettings, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { lineNeeded } from '../../schemas.ts'
import { flash } from '../../server.ts'

const NewTarget = z.object({
  name: lineNeeded('board.target-name-missing', 60),
  url: z.string('board.target-invalid').trim().min(1, 'board.target-invalid').max(500, 'board.target-invalid'),
})

const page = async (c: Ctx, form: Form, made: { name: string; secret: string } | null = null): Promise<string> =>
  c.var.render('console/board/targets', { targets: await listTargets(c.var.house.db), form, made })

export const consoleBoardTargets = createApp()
  .get('/console/board/targets', managesSettings, async (c) => c.html(await page(c, blankForm())))
  .post('/console/board/targets', managesSettings, async (c) => {
    const answers = await readAnswers(c, NewTarget)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { name } = answers.value
    try {
      const { secret } = await addTarget(c.var.house, userAct(c), answers.value)
      // Shown this once: no redirect could bring it back.
      return c.html(await page(c, blankForm(), { name, secret }))
    } catch (error) {
      return c.html(await page(c, formWith(c, answers.form, error, { board: 'url' })), 422)
    }
  })
  .post('/console/board/targets/:id/removal', managesSettings, async (c) => {
    const { id, name } = await findTarget(c.var.house.db, c.req.param('id'))
    await removeTarget(c.var.house.db, userAct(c), id)
    flash(c, 'good', fill(words(c.var.lang).board.targets.removed, { name }))
    return c.redirect('/console/board/targets', 303)
  })
