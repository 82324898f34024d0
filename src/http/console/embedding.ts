import { z } from 'zod'
import { originsIn } from '../../setting/embedding.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting, writeSetting } from '../../setting/setting.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { lines } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Given = z.object({ origins: lines(10_000).default('') })

const EXAMPLE = (origin: string): string => `<iframe src="${origin}/s/…" title="Signature" allow="camera"></iframe>
<script>
  addEventListener('message', ({ origin, data }) => {
    if (origin !== '${origin}' || data?.source !== 'paraphe') return
    if (data.event === 'signed') location.href = '/thank-you'
  })
</script>`

async function page(c: Ctx, form: Form): Promise<string> {
  const { config, db } = c.var.house
  const { public: address } = originsOf(config, await readSetting(db, 'installation'))
  return c.var.render('console/embedding', { form, isPlain: !address.startsWith('https:'), example: EXAMPLE(address) })
}

export const consoleEmbedding = createApp()
  .get('/console/embedding', managesSettings, async (c) => {
    const { origins } = await readSetting(c.var.house.db, 'embedding')
    return c.html(await page(c, blankForm({ origins: origins.join('\n') })))
  })
  .post('/console/embedding', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Given)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    try {
      const origins = originsIn(answers.value.origins)
      await c.var.house.db.transaction().execute((tx) => writeSetting(tx, userAct(c), 'embedding', { origins }))
    } catch (error) {
      return c.html(await page(c, formWith(c, answers.form, error, { embedding: 'origins' })), 422)
    }
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/embedding', 303)
  })
