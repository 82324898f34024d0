import { z } from 'zod'
import { listLegalEntities } from '../../setting/legal-entity.ts'
import { addStamp, findStamp, listStamps, removeStamp } from '../../setting/stamp.ts'
import { keepStampPicture } from '../../upkeep/stamp-picture.ts'
import { words } from '../../view/words.ts'
import { mayStamp } from '../../access/roles.ts'
import { managesSettings, requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { lineNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { picture } from '../stored-picture.ts'
import { uploadedFile } from '../uploads.ts'
import { Refusal } from '../../base/refusal.ts'

const NewStamp = z.object({
  name: lineNeeded('person.name-missing', 80),
  legalEntityId: z.string().max(60).default(''),
  keepBackground: z.string().optional(),
})

async function page(c: Ctx, form: Form): Promise<string> {
  const { db } = c.var.house
  const companies = (await listLegalEntities(db)).map(({ id, legalName }) => ({ id, legalName }))
  const stamps = (await listStamps(db)).map(({ id, name, legalEntityId }) => ({
    id,
    name,
    company: companies.find((company) => company.id === legalEntityId)?.legalName ?? null,
  }))
  return c.var.render('console/stamps', { stamps, companies, form })
}

export const consoleStamps = createApp()
  .get('/console/stamps', managesSettings, async (c) => c.html(await page(c, blankForm())))
  .post('/console/stamps', managesSettings, async (c) => {
    const answers = await readAnswers(c, NewStamp)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { name, legalEntityId, keepBackground } = answers.value
    try {
      const file = await uploadedFile(c, 'picture')
      if (!file) throw new Refusal('invalid', 'picture.missing')
      const objectDigest = await keepStampPicture(c.var.house, file, { removeBackground: !keepBackground })
      await c.var.house.db
        .transaction()
        .execute((tx) => addStamp(tx, userAct(c), { name, legalEntityId: legalEntityId || null, objectDigest }))
    } catch (error) {
      return c.html(
        await page(c, formWith(c, answers.form, error, { picture: 'picture', image: 'picture', document: 'picture' })),
        refusalStatus(error),
      )
    }
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/stamps', 303)
  })
  .get('/console/stamps/:id/picture', signedIn, async (c) => {
    const user = requireUser(c)
    if (!user.permissions.console.settings && !mayStamp(user)) throw new Refusal('not_found', 'stamp.unknown')
    return picture(c, (await findStamp(c.var.house.db, c.req.param('id'))).objectDigest)
  })
  .post('/console/stamps/:id/removal', managesSettings, async (c) => {
    await c.var.house.db.transaction().execute((tx) => removeStamp(tx, userAct(c), c.req.param('id')))
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/stamps', 303)
  })
