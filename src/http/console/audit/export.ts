import { z } from 'zod'
import { confirmPassword } from '../../../access/sign-in.ts'
import { latestCheckpoint } from '../../../audit/checkpoint.ts'
import { keyFingerprint } from '../../../audit/exporting.ts'
import { archiveLog } from '../../../upkeep/log-archive.ts'
import { readsAudit, requireUser, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { contentDisposition } from '../../stored-file.ts'
import { streamed } from '../../streamed.ts'

const Confirmed = z.object({ password: z.string().min(1, 'password.current-wrong').max(1_000, 'password.current-wrong') })

async function page(c: Ctx, form: Form): Promise<string> {
  const { db } = c.var.house
  const newest = await latestCheckpoint(db)
  return c.var.render('console/audit/export', { form, newest, key: await keyFingerprint(db) })
}

export const consoleAuditExport = createApp()
  .get('/console/audit/export', readsAudit, async (c) => c.html(await page(c, blankForm())))
  .get('/console/audit/export/checkpoint.txt', readsAudit, async (c) => {
    const newest = await latestCheckpoint(c.var.house.db)
    return c.body(newest?.note ?? '', newest ? 200 : 404, {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': contentDisposition('attachment', `checkpoint ${newest?.size ?? 0}.txt`),
    })
  })
  .post('/console/audit/export', readsAudit, async (c) => {
    const answers = await readAnswers(c, Confirmed)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { house } = c.var
    try {
      await confirmPassword(house, userAct(c), requireUser(c), answers.value.password)
    } catch (error) {
      return c.html(await page(c, formWith(c, answers.form, error, { password: 'password', 'sign-in': 'password' })), refusalStatus(error))
    }
    const { size, pieces } = await archiveLog(house, userAct(c))
    return c.body(streamed(pieces), 200, {
      'content-type': 'application/x-tar',
      'content-length': String(size),
      'content-disposition': contentDisposition('attachment', `audit-log ${c.var.act.at.slice(0, 10)}.tar`),
    })
  })
