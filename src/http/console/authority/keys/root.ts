import { z } from 'zod'
import { exportRoot, removeRoot, returnRoot } from '../../../../authority/root-key.ts'
import { words } from '../../../../view/words.ts'
import { managesAuthority, userAct } from '../../../access.ts'
import { formWith, readAnswers } from '../../../answers.ts'
import { createApp, type Ctx } from '../../../env.ts'
import { refusalStatus } from '../../../errors.ts'
import { flash } from '../../../server.ts'
import { contentDisposition } from '../../../stored-file.ts'
import { keysPage, passphraseOf } from '../keys.ts'
import { freshProof, freshProofForFile } from '../../../step-up.ts'

const secret = z.string().max(1_000, 'password.current-wrong').default('')
const Export = z.object({ exportPassphrase: secret, exportPassphraseAgain: secret })
const Upload = z.object({
  rootFile: z
    .instanceof(File, { message: 'authority.root-file-unreadable' })
    .refine((file) => file.size > 0 && file.size <= 65_536, 'authority.root-file-unreadable'),
  rootPassphrase: secret,
})

export const consoleRootKey = createApp()
  .post('/console/authority/keys/root-export', managesAuthority, freshProofForFile, async (c) => {
    const answers = await readAnswers(c, Export)
    if (!answers.ok) return c.html(await keysPage(c, answers.form), 422)
    try {
      const passphrase = await passphraseOf(c, answers.value.exportPassphrase, answers.value.exportPassphraseAgain)
      return c.body(await exportRoot(c.var.house, userAct(c), passphrase), 200, {
        'content-type': 'application/x-pem-file',
        'content-disposition': contentDisposition('attachment', 'root-key.pem'),
      })
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        'password.repeat-differs': 'exportPassphraseAgain',
        password: 'exportPassphrase',
        authority: 'exportPassphrase',
      })
      return c.html(await keysPage(c, form), refusalStatus(error))
    }
  })
  .post('/console/authority/keys/root-removal', managesAuthority, freshProof, (c) => uploaded(c, removeRoot, 'removed'))
  .post('/console/authority/keys/root-return', managesAuthority, freshProof, (c) => uploaded(c, returnRoot, 'returned'))

async function uploaded(c: Ctx, verb: typeof removeRoot, told: 'removed' | 'returned'): Promise<Response> {
  const answers = await readAnswers(c, Upload)
  if (!answers.ok) return c.html(await keysPage(c, answers.form), 422)
  const { rootFile, rootPassphrase: passphrase } = answers.value
  try {
    await verb(c.var.house, userAct(c), { pem: await rootFile.text(), passphrase })
  } catch (error) {
    const form = formWith(c, answers.form, error, {
      'authority.export-passphrase-wrong': 'rootPassphrase',
      authority: 'rootFile',
    })
    return c.html(await keysPage(c, form), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).authority.keeping[told])
  return c.redirect('/console/authority/keys', 303)
}
