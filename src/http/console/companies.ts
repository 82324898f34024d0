import { z } from 'zod'
import type { Digest } from '../../base/digest.ts'
import { addLegalEntity, changeLegalEntity, findLegalEntity, type LegalEntity, listLegalEntities } from '../../setting/legal-entity.ts'
import { keepLogo } from '../../upkeep/logo.ts'
import { countriesIn } from '../../view/countries.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { type Answers, blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { country, drawnLineNeeded, emailAddress, line, lines, linesNeeded, phoneNumber, tick } from '../schemas.ts'
import { flash } from '../server.ts'
import { uploadedFile } from '../uploads.ts'

const Company = z.object({
  legalName: drawnLineNeeded('company.name-missing'),
  country,
  address: linesNeeded('company.address-missing', 500),
  registrationNumber: line(60).default(''),
  vatNumber: line(60).default(''),
  bank: lines(300).default(''),
  representative: line(160).default(''),
  email: z.union([z.literal(''), emailAddress]).default(''),
  phone: phoneNumber,
  withoutLogo: tick,
})

const page = (c: Ctx, entity: LegalEntity | null, form: Form): Promise<string> =>
  c.var.render('console/companies/show', {
    id: entity?.id ?? null,
    name: entity?.legalName ?? null,
    logoUrl: entity?.logoDigest ? `/logo/${entity.logoDigest}` : null,
    form,
    countries: countriesIn(c.var.lang),
  })

const valuesOf = (entity: LegalEntity): Record<string, string> => ({
  legalName: entity.legalName,
  country: entity.country,
  address: entity.address,
  ...entity.details,
})

export const consoleCompanies = createApp()
  .get('/console/companies', managesSettings, async (c) =>
    c.html(await c.var.render('console/companies/index', { companies: await listLegalEntities(c.var.house.db) })),
  )
  .get('/console/companies/new', managesSettings, async (c) => c.html(await page(c, null, blankForm())))
  .post('/console/companies', managesSettings, (c) => keep(c, null))
  .get('/console/companies/:id', managesSettings, async (c) => {
    const entity = await findLegalEntity(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, entity, blankForm(valuesOf(entity))))
  })
  .post('/console/companies/:id', managesSettings, async (c) => keep(c, await findLegalEntity(c.var.house.db, c.req.param('id'))))

async function keep(c: Ctx, entity: LegalEntity | null): Promise<Response> {
  const answers = await readAnswers(c, Company)
  if (!answers.ok) return c.html(await page(c, entity, answers.form), 422)
  const { db } = c.var.house
  let logoDigest: Digest | null
  try {
    logoDigest = await logoOf(c, entity, answers)
  } catch (error) {
    return c.html(
      await page(c, entity, formWith(c, answers.form, error, { logo: 'logo', picture: 'logo', document: 'logo', image: 'logo' })),
      422,
    )
  }
  const { legalName, country, address, registrationNumber, vatNumber, bank, representative, email, phone } = answers.value
  const facts = {
    legalName,
    country,
    address,
    details: { registrationNumber, vatNumber, bank, representative, email, phone: phone ?? '' },
    logoDigest,
  }
  await db
    .transaction()
    .execute(async (tx) =>
      entity ? changeLegalEntity(tx, userAct(c), entity.id, facts) : void (await addLegalEntity(tx, userAct(c), facts)),
    )
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect('/console/companies', 303)
}

async function logoOf(
  c: Ctx,
  entity: LegalEntity | null,
  answers: Answers<z.output<typeof Company>> & { ok: true },
): Promise<Digest | null> {
  const file = await uploadedFile(c, 'logo')
  if (file) return keepLogo(c.var.house, file)
  return answers.value.withoutLogo ? null : (entity?.logoDigest ?? null)
}
