import { Refusal } from '../../base/refusal.ts'
import { defaultLegalEntity } from '../../setting/legal-entity.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { reportPdf } from '../../verification/report-pdf.ts'
import { shown } from '../../verification/shown.ts'
import { verifyUploaded } from '../../verification/uploaded.ts'
import { words } from '../../view/words.ts'
import { createApp } from '../env.ts'
import { contentDisposition } from '../stored-file.ts'
import { spooledFile, uploadForm } from '../uploads.ts'
import { startAgain } from '../verify.ts'
import { verdictIn } from './told.ts'

/** The report as PDF or as data: of a verdict that a page of ours carries, or of a file that was verified in the visitor's browser. */
export const verifyReport = createApp().post('/verify/report', async (c) => {
  const { house, act, lang } = c.var
  const { fields } = await uploadForm(c)
  const [told, as] = [fields.get('told'), fields.get('as')]
  const file = told === undefined ? await spooledFile(c, 'file') : null
  try {
    if (told === undefined && !file) throw new Refusal('invalid', 'verification.file-missing')
    const { report, register, listed } = file ? await verifyUploaded(house, file, act.at) : verdictIn(c, told as string)
    const fileName = words(lang).proof.sheet.fileName
    if (as === 'json') {
      const headers = { 'content-disposition': contentDisposition('attachment', `${fileName}.json`) }
      return c.json({ report, register, listed }, 200, headers)
    }
    const installation = await readSetting(house.db, 'installation')
    const pdf = await reportPdf(house.config, shown(report, register, listed), {
      language: lang,
      timeZone: installation.timeZone,
      by: (await defaultLegalEntity(house.db))?.legalName ?? 'Paraphe',
      verifyUrl: `${originsOf(house.config, installation).public}/verify`,
    })
    return c.body(pdf, 200, {
      'content-type': 'application/pdf',
      'content-disposition': contentDisposition('attachment', `${fileName}.pdf`),
    })
  } catch (error) {
    return startAgain(c, error)
  }
})
