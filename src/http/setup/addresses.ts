import { z } from 'zod'
import { keepDraft } from '../../upkeep/setup-draft.ts'
import { LANGUAGE_NAMES } from '../../view/words.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { fixedBy, pathsHere } from '../fixed.ts'
import { originsOf } from '../../setting/origins.ts'
import { language, timeZone, webAddress } from '../schemas.ts'
import { draftOf, settingUp, stepsFor } from '../setup.ts'
import { readSetting } from '../../setting/setting.ts'

const addressesWith = (address: ReturnType<typeof webAddress>) => z.object({ language, timeZone, staffUrl: address, publicUrl: address })

const TIME_ZONES = Intl.supportedValuesOf('timeZone')

/** Of a country with one time zone it is known; of another one, the browser knows best. */
const zonesOf = (country: string | undefined): string[] =>
  country ? (new Intl.Locale(`und-${country}`).getTimeZones() ?? []).filter((zone) => TIME_ZONES.includes(zone)) : []

const page = async (c: Ctx, form: Form): Promise<string> => {
  const draft = await draftOf(c)
  return c.var.render('setup/addresses', {
    steps: stepsFor(draft, 'addresses'),
    form,
    languages: LANGUAGE_NAMES,
    timeZones: TIME_ZONES.includes(form.values['timeZone'] ?? 'UTC') ? TIME_ZONES : ['UTC', ...TIME_ZONES],
    isNew: !draft.addresses && Object.keys(form.errors).length === 0 && zonesOf(draft.company?.country).length !== 1,
    fixed: { staffUrl: fixedBy(c, 'PARAPHE_URL'), publicUrl: fixedBy(c, 'PARAPHE_PUBLIC_URL') },
  })
}

export const setupAddresses = createApp()
  .get('/setup/addresses', settingUp, async (c) => {
    const { addresses } = await draftOf(c)
    const installation = await readSetting(c.var.house.db, 'installation')
    const { config } = c.var.house
    // What stands in the address bar is how this machine is reached; where the environment says otherwise, that counts.
    const here = config.url ?? c.env.origin + c.env.base
    const zones = zonesOf((await draftOf(c)).company?.country)
    const known = originsOf(config, { ...installation, staffUrl: installation.staffUrl ?? here })
    return c.html(
      await page(
        c,
        blankForm(
          addresses
            ? { ...addresses }
            : {
                language: c.var.lang,
                timeZone: zones.length === 1 ? zones[0]! : installation.timeZone,
                staffUrl: known.staff,
                publicUrl: known.public,
              },
        ),
      ),
    )
  })
  .post('/setup/addresses', settingUp, async (c) => {
    const answers = await readAnswers(c, addressesWith(webAddress(pathsHere(c))))
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    await keepDraft(c.var.house.db, c.var.house.secretKey, c.var.act.at, { addresses: answers.value as never })
    return c.redirect('/setup/mail', 303)
  })
