import { z } from 'zod'
import type { Digest } from '../../base/digest.ts'
import { readBic, readIban, shownIban } from '../../base/iban.ts'
import { fitsNumber, NUMBER_NAMES } from '../../setting/company-numbers.ts'
import {
  addLegalEntity,
  changeLegalEntity,
  chooseDefaultLegalEntity,
  findLegalEntity,
  type LegalEntity,
  listLegalEntities,
} from '../../setting/legal-entity.ts'
import { keepLogo } from '../../upkeep/logo.ts'
import { countriesIn } from '../../view/countries.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { type Answers, blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { country, drawnLine, drawnLineNeeded, emailAddress, line, linesNeeded, phoneNumber, tick } from '../schemas.ts'
import { flash } from '../server.ts'
import { uploadedFile } from '../uploads.ts'
import { freshProof } from '../step-up.ts'

const Company = z
  .object({
    legalName: drawnLineNeeded('company.name-missing'),
    country,
    address: linesNeeded('company.address-missing', 500),
    registrationNumber: drawnLine(60).default(''),
    establishmentNumber: drawnLine(60).default(''),
    register: drawnLine(80).default(''),
    vatNumber: drawnLine(60).default(''),
    bankName: drawnLine(160).default(''),
    iban: checked(readIban, 'company.iban-invalid'),
    bic: checked(readBic, 'company.bic-invalid'),
    representative: drawnLine(160).default(''),
    representativeTitle: drawnLine(120).default(''),
    email: z.union([z.literal(''), emailAddress]).default(''),
    phone: phoneNumber,
    withoutLogo: tick,
  })
  .superRefine((company, context) => {
    for (const [kind, name] of NUMBER_FIELDS)
      if (!fitsNumber(company.country, kind, company[name]))
        context.addIssue({ code: 'custom', path: [name], message: `company.${kind}-invalid` })
  })

/** Empty, or what `read` makes of it. */
function checked(read: (typed: string) => string | null, reason: string) {
  return line(60)
    .default('')
    .transform((text, context) => {
      const value = text ? read(text) : ''
      if (value === null) context.addIssue({ code: 'custom', message: reason })
      return value ?? z.NEVER
    })
}

const NUMBER_FIELDS = [
  ['registration', 'registrationNumber'],
  ['establishment', 'establishmentNumber'],
  ['vat', 'vatNumber'],
] as const

const page = (c: Ctx, entity: LegalEntity | null, form: Form): Promise<string> =>
  c.var.render('console/companies/show', {
    id: entity?.id ?? null,
    name: entity?.legalName ?? null,
    logoUrl: entity?.logoDigest ? `/logo/${entity.logoDigest}` : null,
    form,
    isDefault: entity?.isDefault ?? false,
    names: NUMBER_NAMES,
    countries: countriesIn(c.var.lang),
  })

const valuesOf = (entity: LegalEntity): Record<string, string> => ({
  legalName: entity.legalName,
  country: entity.country,
  address: entity.address,
  ...entity.details,
  iban: shownIban(entity.details.iban),
})

export const consoleCompanies = createApp()
  .get('/console/companies', managesSettings, async (c) =>
    c.html(await c.var.render('console/companies/index', { companies: await listLegalEntities(c.var.house.db) })),
  )
  .get('/console/companies/new', managesSettings, async (c) => c.html(await page(c, null, blankForm())))
  .post('/console/companies', managesSettings, freshProof, (c) => keep(c, null))
  .get('/console/companies/:id', managesSettings, async (c) => {
    const entity = await findLegalEntity(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, entity, blankForm(valuesOf(entity))))
  })
  .post('/console/companies/:id/preference', managesSettings, freshProof, async (c) => {
    await c.var.house.db.transaction().execute((tx) => chooseDefaultLegalEntity(tx, userAct(c), c.req.param('id')))
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/companies', 303)
  })
  .post('/console/companies/:id', managesSettings, freshProof, async (c) =>
    keep(c, await findLegalEntity(c.var.house.db, c.req.param('id'))),
  )

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
  const { legalName, country, address, withoutLogo: _, phone, ...details } = answers.value
  const facts = { legalName, country, address, details: { ...details, phone: phone ?? '' }, logoDigest }
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
