import { z } from 'zod'
import { keepLogo } from '../../upkeep/logo.ts'
import { keepDraft } from '../../upkeep/setup-draft.ts'
import { countriesIn } from '../../view/countries.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { country, drawnLineNeeded, line, linesNeeded } from '../schemas.ts'
import { draftOf, settingUp, stepsFor } from '../setup.ts'
import { uploadedFile } from '../uploads.ts'

const Company = z.object({
  legalName: drawnLineNeeded('company.name-missing'),
  country,
  address: linesNeeded('company.address-missing', 500),
  registrationNumber: line(60).default(''),
  vatNumber: line(60).default(''),
})

const page = async (c: Ctx, form: Form): Promise<string> => {
  const draft = await draftOf(c)
  return c.var.render('setup/company', {
    steps: stepsFor(draft, 'company'),
    form,
    countries: countriesIn(c.var.lang),
    hasLogo: Boolean(draft.company?.logoDigest),
  })
}

export const setupCompany = createApp()
  .get('/setup/company', settingUp, async (c) => {
    const { company } = await draftOf(c)
    const { logoDigest, ...values } = company ?? { logoDigest: null, country: c.var.lang === 'fr' ? 'FR' : '' }
    void logoDigest
    return c.html(await page(c, blankForm(values)))
  })
  .post('/setup/company', settingUp, async (c) => {
    const answers = await readAnswers(c, Company)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { db, secretKey, config } = c.var.house
    const before = (await draftOf(c)).company?.logoDigest ?? null
    try {
      const file = await uploadedFile(c, 'logo')
      const logoDigest = file ? await keepLogo({ db, config }, file) : before
      await keepDraft(db, secretKey, c.var.act.at, { company: { ...answers.value, logoDigest } })
    } catch (error) {
      return c.html(
        await page(c, formWith(c, answers.form, error, { logo: 'logo', picture: 'logo', document: 'logo', image: 'logo' })),
        422,
      )
    }
    return c.redirect('/setup/administrator', 303)
  })
