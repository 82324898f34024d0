import { z } from 'zod'
import { currentDisclosure, partsOfTerms, publishDisclosure } from '../../setting/disclosure.ts'
import { LANGUAGE_NAMES, LANGUAGES, words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { linesNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Texts = z.object({ en: linesNeeded('text.missing', 20_000), fr: linesNeeded('text.missing', 20_000) })

async function page(c: Ctx, form: Form | null, isPreview = false): Promise<string> {
  const current = await Promise.all(LANGUAGES.map((language) => currentDisclosure(c.var.house.db, language)))
  const versions = current.map(({ language, version, createdAt }, at) => ({
    language: LANGUAGES[at] ?? 'en',
    name: LANGUAGE_NAMES[LANGUAGES[at] ?? 'en'],
    version: language === LANGUAGES[at] ? version : 0,
    createdAt,
  }))
  return c.var.render('console/disclosures', {
    versions,
    preview:
      isPreview && form
        ? LANGUAGES.map((language) => ({ language, name: LANGUAGE_NAMES[language], parts: partsOfTerms(form.values[language] ?? '') }))
        : [],
    form: form ?? blankForm(Object.fromEntries(current.map(({ text }, at) => [LANGUAGES[at] ?? 'en', text]))),
  })
}

export const consoleDisclosures = createApp()
  .get('/console/disclosures', managesSettings, async (c) => c.html(await page(c, null)))
  .post('/console/disclosures/preview', managesSettings, async (c) => {
    const answers = await readAnswers(c, Texts)
    return c.html(await page(c, answers.form, answers.ok), answers.ok ? 200 : 422)
  })
  .post('/console/disclosures', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Texts)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    await c.var.house.db.transaction().execute(async (tx) => {
      for (const language of LANGUAGES) await publishDisclosure(tx, userAct(c), language, answers.value[language])
    })
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/disclosures', 303)
  })
