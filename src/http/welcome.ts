import { z } from 'zod'
import { SHORTEST_PASSWORD } from '../access/password.ts'
import { acceptWelcome, redeemWelcome } from '../access/welcome.ts'
import { listLegalEntities } from '../setting/legal-entity.ts'
import { blankForm, formWith, readAnswers } from './answers.ts'
import { createApp, type Ctx } from './env.ts'
import { refusalStatus } from './errors.ts'
import { password } from './schemas.ts'
import { enter } from './session-cookie.ts'

const Welcome = z.object({ password })

/** Looking at the link changes nothing: scanners of mail follow links. The password is set by the button. */
export const welcome = createApp()
  .get('/welcome/:token', async (c) => {
    const user = await redeemWelcome(c.var.house.db, c.var.house.secretKey, c.var.act.at, c.req.param('token'))
    return c.html(
      await c.var.render('access/welcome', {
        firstName: user.firstName,
        email: user.email,
        form: blankForm(),
        shortest: SHORTEST_PASSWORD,
      }),
    )
  })
  .post('/welcome/:token', async (c) => {
    const { db, secretKey } = c.var.house
    const token = c.req.param('token')
    const user = await redeemWelcome(db, secretKey, c.var.act.at, token)
    const answers = await readAnswers(c, Welcome)
    const page = (form: typeof answers.form) =>
      c.var.render('access/welcome', { firstName: user.firstName, email: user.email, form, shortest: SHORTEST_PASSWORD })
    if (!answers.ok) return c.html(await page(answers.form), 422)
    try {
      const opened = await acceptWelcome({ db, secretKey }, c.var.act, token, answers.value.password, await companyWords(c))
      return await enter(c, opened, '/')
    } catch (error) {
      return c.html(await page(formWith(c, answers.form, error, { password: 'password' })), refusalStatus(error))
    }
  })

/** No password is made of the company's own names. */
export const companyWords = async (c: Ctx): Promise<string[]> => (await listLegalEntities(c.var.house.db)).map(({ legalName }) => legalName)
