import { newId } from '../../base/id.ts'
import { z } from 'zod'
import { checkPassword, hashPassword, SHORTEST_PASSWORD } from '../../access/password.ts'
import { ownWordsOf } from '../../access/welcome.ts'
import { keepDraft } from '../../upkeep/setup-draft.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { drawnLine, drawnLineNeeded, emailAddress, password } from '../schemas.ts'
import { draftOf, settingUp, stepsFor } from '../setup.ts'

const Administrator = z.object({
  firstName: drawnLineNeeded('person.first-name-missing', 80),
  lastName: drawnLineNeeded('person.last-name-missing', 80),
  jobTitle: drawnLine(120).default(''),
  email: emailAddress,
  password,
})

const page = async (c: Ctx, form: Form): Promise<string> => {
  const draft = await draftOf(c)
  return c.var.render('setup/administrator', {
    steps: stepsFor(draft, 'administrator'),
    form,
    hasPassword: Boolean(draft.administrator),
    shortest: SHORTEST_PASSWORD,
  })
}

export const setupAdministrator = createApp()
  .get('/setup/administrator', settingUp, async (c) => {
    const { firstName = '', lastName = '', jobTitle = '', email = '' } = (await draftOf(c)).administrator ?? {}
    return c.html(await page(c, blankForm({ firstName, lastName, jobTitle, email })))
  })
  .post('/setup/administrator', settingUp, async (c) => {
    const answers = await readAnswers(c, Administrator)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { password: typed, ...person } = answers.value
    const draft = await draftOf(c)
    try {
      // Left empty where one was set already: that one stays.
      const keeps = typed === '' && draft.administrator !== undefined
      if (!keeps) checkPassword(typed, [draft.company?.legalName ?? '', ...ownWordsOf(person)])
      const passwordHash = keeps ? (draft.administrator?.passwordHash ?? '') : await hashPassword(typed)
      await keepDraft(c.var.house.db, c.var.house.secretKey, c.var.act.at, {
        administrator: { id: draft.administrator?.id ?? newId('usr'), ...person, passwordHash },
      })
    } catch (error) {
      return c.html(await page(c, formWith(c, answers.form, error, { password: 'password' })), 422)
    }
    return c.redirect('/setup/addresses', 303)
  })
