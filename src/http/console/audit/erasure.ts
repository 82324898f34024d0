import { z } from 'zod'
import { erasePerson, planErasure } from '../../../upkeep/erasing.ts'
import { findPersons } from '../../../upkeep/persons.ts'
import { words } from '../../../view/words.ts'
import { readsAudit, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalSentence, refusalStatus } from '../../errors.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

const Query = z.object({ person: z.string().trim().max(200).catch('') })
const Confirmed = z.object({
  seen: z.coerce.number().int().min(0),
})

/** What would be erased, what stays and why, before it is done. */
async function page(c: Ctx, id: string, form: Form): Promise<string> {
  const { person, texts, messages, goes, stays, refusal } = await planErasure(c.var.house.db, id)
  const count = (...names: string[]): number => texts.filter(({ name }) => names.includes(name)).length
  return c.var.render('console/audit/erasure/show', {
    person: { id, name: person.name, addresses: [...person.addresses] },
    texts: {
      all: texts.length,
      names: count('name', 'email', 'address', 'phone'),
      ips: count('ip'),
      browsers: count('userAgent'),
    },
    messages,
    goes: goes.map(({ kind, envelope }) => ({ kind, title: envelope?.title ?? null })),
    stays: stays.map(({ envelope }) => ({ id: envelope!.id, title: envelope!.title })),
    refused: refusal && refusalSentence(c.var.lang, refusal),
    form,
  })
}

export const consoleAuditErasure = createApp()
  .get('/console/audit/erasure', readsAudit, async (c) => {
    const { person } = Query.parse(c.req.query())
    const found = await findPersons(c.var.house.db, person)
    return c.html(
      await c.var.render('console/audit/erasure/index', {
        search: person,
        persons: found.map(({ id, name, addresses, places }) => ({
          id,
          name,
          addresses: [...addresses],
          kinds: [...new Set(places.map(({ kind }) => kind))],
        })),
      }),
    )
  })
  .get('/console/audit/erasure/:id', readsAudit, freshProof, async (c) => c.html(await page(c, c.req.param('id'), blankForm())))
  .post('/console/audit/erasure/:id', readsAudit, freshProof, async (c) => {
    const { house } = c.var
    const id = c.req.param('id')
    const answers = await readAnswers(c, Confirmed)
    if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
    try {
      await erasePerson(house.db, userAct(c), id, answers.value.seen)
    } catch (error) {
      const form = formWith(c, answers.form, error, { erasure: 'seen' })
      return c.html(await page(c, id, form), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).console.audit.erasure.done)
    return c.redirect('/console/audit?type=person', 303)
  })
