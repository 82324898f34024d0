import { z } from 'zod'
import { listLegalEntities } from '../../setting/legal-entity.ts'
import {
  addStamp,
  changeStamp,
  findStamp,
  grantsOf,
  listStamps,
  mayUseStamp,
  removeStamp,
  type Stamp,
  type StampGrant,
} from '../../setting/stamp.ts'
import { namedHolders, possibleHolders } from '../../upkeep/stamp-holders.ts'
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

const ChangedStamp = NewStamp.extend({ holders: z.enum(['everyone', 'named'], 'form.invalid') })

async function page(c: Ctx, form: Form): Promise<string> {
  const { db } = c.var.house
  const companies = (await listLegalEntities(db)).map(({ id, legalName }) => ({ id, legalName }))
  const stamps = await Promise.all(
    (await listStamps(db)).map(async ({ id, name, legalEntityId, forEveryone }) => ({
      id,
      name,
      company: companies.find((company) => company.id === legalEntityId)?.legalName ?? null,
      holders: forEveryone ? null : (await namedHolders(db, await grantsOf(db, id))).map((holder) => holder.name),
    })),
  )
  return c.var.render('console/stamps', { stamps, companies, form })
}

async function stampPage(c: Ctx, stamp: Stamp, form: Form): Promise<string> {
  const { db } = c.var.house
  return c.var.render('console/stamps/show', {
    id: stamp.id,
    name: stamp.name,
    form,
    companies: (await listLegalEntities(db)).map(({ id, legalName }) => ({ id, legalName })),
    holders: await possibleHolders(db),
  })
}

const valuesOf = async (c: Ctx, stamp: Stamp): Promise<Record<string, string>> => ({
  name: stamp.name,
  legalEntityId: stamp.legalEntityId ?? '',
  holders: stamp.forEveryone ? 'everyone' : 'named',
  ...Object.fromEntries((await grantsOf(c.var.house.db, stamp.id)).map(({ kind, subjectId }) => [`${kind}:${subjectId}`, '1'])),
})

/** Boxes are named by whom they stand for. */
const grantsIn = (values: Form['values']): StampGrant[] =>
  Object.keys(values).flatMap((name) => {
    const [, kind, subjectId] = /^(user|department|group):(\w{1,60})$/.exec(name) ?? []
    return kind && subjectId ? [{ kind: kind as StampGrant['kind'], subjectId }] : []
  })

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
  .get('/console/stamps/:id', managesSettings, async (c) => {
    const stamp = await findStamp(c.var.house.db, c.req.param('id'))
    return c.html(await stampPage(c, stamp, blankForm(await valuesOf(c, stamp))))
  })
  .post('/console/stamps/:id', managesSettings, async (c) => {
    const { db } = c.var.house
    const stamp = await findStamp(db, c.req.param('id'))
    const answers = await readAnswers(c, ChangedStamp)
    if (!answers.ok) return c.html(await stampPage(c, stamp, answers.form), 422)
    const { name, legalEntityId, keepBackground, holders } = answers.value
    try {
      const file = await uploadedFile(c, 'picture')
      const objectDigest = file && (await keepStampPicture(c.var.house, file, { removeBackground: !keepBackground }))
      const grants = holders === 'everyone' ? null : grantsIn(answers.form.values)
      if (grants?.length === 0) throw new Refusal('invalid', 'stamp.nobody')
      await db
        .transaction()
        .execute((tx) => changeStamp(tx, userAct(c), stamp.id, { name, legalEntityId: legalEntityId || null, objectDigest, grants }))
    } catch (error) {
      const fields = { picture: 'picture', image: 'picture', document: 'picture', stamp: 'holders', 'legal-entity': 'legalEntityId' }
      return c.html(await stampPage(c, stamp, formWith(c, answers.form, error, fields)), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/stamps', 303)
  })
  .get('/console/stamps/:id/picture', signedIn, async (c) => {
    const user = requireUser(c)
    const id = c.req.param('id')
    const { db } = c.var.house
    if (!user.permissions.console.settings && !(mayStamp(user) && (await mayUseStamp(db, id, user))))
      throw new Refusal('not_found', 'stamp.unknown')
    const { objectDigest } = await findStamp(db, id)
    // A replaced picture has the same address: it is asked for anew, and only sent where it is another.
    if (c.req.header('if-none-match') === `"${objectDigest}"`) return c.body(null, 304)
    const answer = await picture(c, objectDigest)
    answer.headers.set('cache-control', 'private, no-cache')
    answer.headers.set('etag', `"${objectDigest}"`)
    return answer
  })
  .post('/console/stamps/:id/removal', managesSettings, async (c) => {
    await c.var.house.db.transaction().execute((tx) => removeStamp(tx, userAct(c), c.req.param('id')))
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/stamps', 303)
  })
