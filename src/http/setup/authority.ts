import { z } from 'zod'
import { checkPassword, SHORTEST_PASSWORD } from '../../access/password.ts'
import { setUp } from '../../upkeep/setting-up.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence } from '../errors.ts'
import { lineNeeded, password } from '../schemas.ts'
import { draftOf, endSetupVisit, nextStep, settingUp, stepsFor } from '../setup.ts'
import { showOnce } from './done.ts'
import { rememberSession } from '../session-cookie.ts'

/** RFC 5280, appendix A: a common name holds at most 64 characters. */
const name = lineNeeded('person.name-missing', 64)

const Authority = z.object({
  algorithm: z.enum(['ecdsa-p256', 'rsa-3072'], 'authority.algorithm-unknown'),
  rootName: name,
  issuingName: name,
  sealName: name,
  protection: z.enum(['key-file', 'passphrase'], 'form.invalid'),
  passphrase: password.default(''),
  passphraseAgain: z.string().default(''),
})

const page = async (c: Ctx, form: Form): Promise<string> => {
  const draft = await draftOf(c)
  return c.var.render('setup/authority', {
    steps: stepsFor(draft, 'authority'),
    form,
    dataDirectory: c.var.house.config.dataDirectory,
    shortest: SHORTEST_PASSWORD,
  })
}

export const setupAuthority = createApp()
  .get('/setup/authority', settingUp, async (c) => {
    const draft = await draftOf(c)
    if (nextStep(draft) !== 'authority') return c.redirect(`/setup/${nextStep(draft)}`, 303)
    const company = [...(draft.company?.legalName ?? '')].slice(0, 46).join('').trim()
    return c.html(
      await page(
        c,
        blankForm({
          algorithm: 'ecdsa-p256',
          protection: 'key-file',
          rootName: `${company} Root CA`,
          issuingName: `${company} Issuing CA`,
          sealName: company,
        }),
      ),
    )
  })
  .post('/setup/authority', settingUp, async (c) => {
    const draft = await draftOf(c)
    if (nextStep(draft) !== 'authority') return c.redirect(`/setup/${nextStep(draft)}`, 303)
    const answers = await readAnswers(c, Authority)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { protection, passphrase, passphraseAgain, algorithm, rootName, issuingName, sealName } = answers.value
    if (protection === 'passphrase') {
      try {
        checkPassword(passphrase, [draft.company?.legalName ?? ''])
        if (passphrase !== passphraseAgain)
          return c.html(
            await page(c, {
              ...answers.form,
              errors: { passphraseAgain: refusalSentence(c.var.lang, { reason: 'password.repeat-differs', params: {} }) },
            }),
            422,
          )
      } catch (error) {
        return c.html(await page(c, formWith(c, answers.form, error, { password: 'passphrase' })), 422)
      }
    }
    const plan = {
      algorithm,
      rootName,
      issuingName,
      sealName,
      keyProtection: protection === 'passphrase' ? { passphrase } : ('key-file' as const),
    }
    const started = await once(c, () => setUp(c.var.house, c.var.act, plan))
    c.var.house.wake()
    endSetupVisit(c)
    await rememberSession(c, started)
    if (started.recovery) await showOnce(c, started.recovery)
    return c.redirect('/setup/done', 303)
  })

const underWay = new WeakMap<object, ReturnType<typeof setUp>>()

/** The keys take seconds: a button that is pressed twice meanwhile waits for the first, and both get its answer. */
function once(c: Ctx, work: () => ReturnType<typeof setUp>): ReturnType<typeof setUp> {
  const { db } = c.var.house
  const running = underWay.get(db) ?? work().finally(() => underWay.delete(db))
  underWay.set(db, running)
  return running
}
