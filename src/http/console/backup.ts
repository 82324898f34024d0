import { z } from 'zod'
import { SHORTEST_PASSWORD } from '../../access/password.ts'
import { chooseBackup, tryFolder } from '../../upkeep/backup/choosing.ts'
import { isOnSameDevice } from '../../upkeep/backup/folder.ts'
import { type BackupState, backupState, choosePassphrase, lastRun, listRuns, runUnderWay } from '../../upkeep/backup/runs.ts'
import { askForBackup } from '../../upkeep/backup/schedule.ts'
import type { BackupRunRow } from '../../db/database.ts'
import { type BackupSetting, readSetting } from '../../setting/setting.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { line } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'
import { passphraseOf } from './authority/keys.ts'

const PATH = '/console/backup'

export interface BackupPage {
  form: Form
  secretForm: Form
  setting: BackupSetting
  state: BackupState
  timeZone: string
  isNear: boolean
  under: BackupRunRow | null
  drill: BackupRunRow | null
  runs: { run: BackupRunRow; told: string | null }[]
  shortest: number
}

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,4}$/, 'backup.number-invalid')
    .transform(Number)
    .pipe(z.number().min(least, 'backup.number-invalid').max(most, 'backup.number-invalid'))
const Choice = z
  .object({
    folder: line(500).default(''),
    hour: whole(0, 23),
    daily: whole(0, 366),
    weekly: whole(0, 520),
    monthly: whole(0, 600),
    alarmHours: whole(12, 720),
  })
  .refine(({ daily, weekly, monthly }) => daily + weekly + monthly > 0, { path: ['daily'], message: 'backup.keep-too-few' })
const secret = z.string().max(1_000, 'password.too-long').default('')
const Passphrase = z.object({ passphrase: secret, passphraseAgain: secret })

async function page(c: Ctx, { form, secretForm = blankForm() }: { form?: Form; secretForm?: Form } = {}): Promise<string> {
  const { db, config } = c.var.house
  const setting = await readSetting(db, 'backup')
  const { folder, hour, daily, weekly, monthly, alarmHours } = setting
  const kept = { folder: folder ?? '', ...texts({ hour, daily, weekly, monthly, alarmHours }) }
  const runs = await listRuns(db)
  return c.var.render('console/backup', {
    form: form ?? blankForm(kept),
    secretForm,
    setting,
    state: await backupState(db, c.var.act.at),
    timeZone: (await readSetting(db, 'installation')).timeZone,
    isNear: folder !== null && isOnSameDevice(folder, config.dataDirectory),
    under: await runUnderWay(db),
    drill: await lastRun(db, 'drill', 'good'),
    runs: runs.map((run) => ({ run, told: failureOf(c, run) })),
    shortest: SHORTEST_PASSWORD,
  })
}

const texts = (values: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))

const failureOf = (c: Ctx, { reason, params }: BackupRunRow): string | null =>
  reason === null
    ? null
    : refusalSentence(c.var.lang, {
        reason: reason === 'accident' ? 'backup.process-ended' : reason,
        params: JSON.parse(params) as Record<string, string | number>,
      })

const again = async (c: Ctx, error: unknown, form: Form = blankForm()): Promise<Response> =>
  c.html(await page(c, { form: formWith(c, { ...(await keptForm(c)), ...form }, error, { backup: 'folder' }) }), refusalStatus(error))

async function keptForm(c: Ctx): Promise<Form> {
  const { folder, hour, daily, weekly, monthly, alarmHours } = await readSetting(c.var.house.db, 'backup')
  return blankForm({ folder: folder ?? '', ...texts({ hour, daily, weekly, monthly, alarmHours }) })
}

export const consoleBackup = createApp()
  .get('/console/backup', managesSettings, async (c) => c.html(await page(c)))
  .post('/console/backup', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Choice)
    if (!answers.ok) return c.html(await page(c, { form: answers.form }), 422)
    const { folder, ...rest } = answers.value
    try {
      await chooseBackup(c.var.house, userAct(c), { ...rest, folder: folder || null })
    } catch (error) {
      return again(c, error, answers.form)
    }
    const { dataDirectory } = c.var.house.config
    if (folder && isOnSameDevice(folder, dataDirectory)) flash(c, 'wait', words(c.var.lang).backup.triedNear)
    else flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect(PATH, 303)
  })
  .post('/console/backup/trial', managesSettings, async (c) => {
    const { folder } = await readSetting(c.var.house.db, 'backup')
    if (!folder) return c.redirect(PATH, 303)
    const { backup } = words(c.var.lang)
    try {
      const { isNear } = await tryFolder(c.var.house, folder)
      flash(c, isNear ? 'wait' : 'good', isNear ? backup.triedNear : backup.tried)
    } catch (error) {
      return again(c, error, await keptForm(c))
    }
    return c.redirect(PATH, 303)
  })
  .post('/console/backup/runs', managesSettings, async (c) => {
    try {
      await askForBackup(c.var.house.db, userAct(c))
    } catch (error) {
      return again(c, error, await keptForm(c))
    }
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).backup.runStarted)
    return c.redirect(PATH, 303)
  })
  .get('/console/backup/progress', managesSettings, async (c) =>
    c.html(await c.var.render('console/_backup-run', { run: await runUnderWay(c.var.house.db) })),
  )
  .post('/console/backup/passphrase', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Passphrase)
    if (!answers.ok) return c.html(await page(c, { secretForm: answers.form }), 422)
    const { passphrase, passphraseAgain } = answers.value
    try {
      await choosePassphrase(c.var.house, userAct(c), await passphraseOf(c, passphrase, passphraseAgain))
    } catch (error) {
      const fields = { 'password.repeat-differs': 'passphraseAgain', password: 'passphrase' }
      return c.html(await page(c, { secretForm: formWith(c, answers.form, error, fields) }), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).backup.chosen)
    return c.redirect(PATH, 303)
  })
