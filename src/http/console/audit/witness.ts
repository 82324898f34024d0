import { z } from 'zod'
import { readEmailAddress } from '../../../base/email-address.ts'
import { isChannelConfigured } from '../../../mail/channel.ts'
import { originsOf } from '../../../setting/origins.ts'
import { readSetting } from '../../../setting/setting.ts'
import { keepWitness, tryWitnesses, witnessStates } from '../../../upkeep/witness.ts'
import { appendToWitness, isOnSameVolume, readWitnessPath } from '../../../upkeep/witness-file.ts'
import { words } from '../../../view/words.ts'
import { readsAudit, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalSentence, refusalStatus } from '../../errors.ts'
import { line } from '../../schemas.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

const EVERY = ['1', '24', '168'] as const
const Witness = z.object({ file: line(500), email: line(254), everyHours: z.enum(EVERY) })

async function page(c: Ctx, form: Form | null): Promise<string> {
  const { db, config } = c.var.house
  const { file, email, everyHours } = await readSetting(db, 'witness')
  const states = await witnessStates(db)
  return c.var.render('console/audit/witness', {
    form: form ?? blankForm({ file: file ?? '', email: email ?? '', everyHours: String(everyHours) }),
    published: `${originsOf(config, await readSetting(db, 'installation')).public}/pki/log/checkpoint`,
    every: EVERY,
    isSet: file !== null || email !== null,
    file: file ? { path: file, isNear: isOnSameVolume(file, config.dataDirectory), state: states.file ?? null } : null,
    email: email ? { address: email, isWaiting: !(await isChannelConfigured(db, 'email')), state: states.email ?? null } : null,
  })
}

export const consoleAuditWitness = createApp()
  .get('/console/audit/witness', readsAudit, async (c) => c.html(await page(c, null)))
  .post('/console/audit/witness', readsAudit, freshProof, async (c) => {
    const answers = await readAnswers(c, Witness)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { db, config } = c.var.house
    const { email: typed, everyHours } = answers.value
    const email = typed ? readEmailAddress(typed) : null
    if (typed && !email) {
      const errors = { email: refusalSentence(c.var.lang, { reason: 'user.address-invalid', params: {} }) }
      return c.html(await page(c, { ...answers.form, errors }), 422)
    }
    try {
      const file = answers.value.file ? readWitnessPath(answers.value.file, config.dataDirectory) : null
      // Tried before it is kept: what cannot be written is told here and not in a week.
      if (file) appendToWitness(file, [])
      await db.transaction().execute((tx) => keepWitness(tx, userAct(c), { file, email, everyHours: Number(everyHours) }))
    } catch (error) {
      return c.html(await page(c, formWith(c, answers.form, error, { witness: 'file' })), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/audit/witness', 303)
  })
  .post('/console/audit/witness/trial', readsAudit, freshProof, async (c) => {
    try {
      await tryWitnesses(c.var.house.db, userAct(c))
    } catch (error) {
      return c.html(
        await page(c, formWith(c, blankForm(await valuesOf(c)), error, { witness: 'file', audit: 'file' })),
        refusalStatus(error),
      )
    }
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).console.audit.witness.tried)
    return c.redirect('/console/audit/witness', 303)
  })

async function valuesOf(c: Ctx): Promise<Record<string, string>> {
  const { file, email, everyHours } = await readSetting(c.var.house.db, 'witness')
  return { file: file ?? '', email: email ?? '', everyHours: String(everyHours) }
}
