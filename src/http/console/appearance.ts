import { z } from 'zod'
import { readColour } from '../../base/colour.ts'
import { readEmailChannel } from '../../mail/channel.ts'
import { listLegalEntities } from '../../setting/legal-entity.ts'
import { readSetting, writeSetting } from '../../setting/setting.ts'
import { accentsOf, accentSheet } from '../../view/palette.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { flash } from '../server.ts'

const Look = z.object({
  colour: z
    .string()
    .default('')
    .transform((typed, context) => {
      if (!typed.trim()) return null
      const colour = readColour(typed)
      if (!colour) context.addIssue({ code: 'custom', message: 'appearance.colour-invalid' })
      return colour ?? z.NEVER
    }),
})

async function page(c: Ctx, form: Form | null): Promise<string> {
  const { db, secretKey } = c.var.house
  const { colour } = await readSetting(db, 'appearance')
  const email = await readEmailChannel(db, secretKey)
  return c.var.render('console/appearance', {
    form: form ?? blankForm({ colour: colour ?? '' }),
    colour,
    shown: colour && accentsOf(colour).light.accent,
    companies: (await listLegalEntities(db)).map(({ id, legalName, logoDigest }) => ({
      id,
      name: legalName,
      logoUrl: logoDigest ? `/logo/${logoDigest}` : null,
    })),
    sender: email && { name: email.fromName, address: email.fromAddress },
  })
}

export const consoleAppearance = createApp()
  .get('/console/appearance', managesSettings, async (c) => c.html(await page(c, null)))
  .post('/console/appearance', managesSettings, async (c) => {
    const answers = await readAnswers(c, Look)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { colour } = answers.value
    await c.var.house.db.transaction().execute((tx) => writeSetting(tx, userAct(c), 'appearance', { colour }))
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/appearance', 303)
  })
  // On every page, also for visitors: a colour is no secret. Its address changes with it, so it may be kept for ever.
  .get('/appearance.css', async (c) => {
    const { colour } = await readSetting(c.var.house.db, 'appearance')
    const isThis = colour !== null && c.req.query('v') === colour.slice(1)
    return c.body(colour ? accentSheet(colour) : '', 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': isThis ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
    })
  })
