import { Refusal } from '../../../../base/refusal.ts'
import { readObject } from '../../../../store/object.ts'
import { findKeyRecord, makeKeyRecord } from '../../../../upkeep/key-ceremony.ts'
import { managesAuthority } from '../../../access.ts'
import { createApp, type Ctx } from '../../../env.ts'
import { contentDisposition } from '../../../stored-file.ts'
import { freshProof } from '../../../step-up.ts'

const PATH = '/console/authority/keys/records/:seq{[1-9][0-9]{0,14}}'
const seqOf = (c: Ctx): number => Number(c.req.param('seq'))

/** The sealed record of an act upon the keys: made when it is first asked for, the same file ever after. */
export const consoleKeyRecords = createApp()
  .post(PATH, managesAuthority, freshProof, async (c) => {
    await makeKeyRecord(c.var.house, c.var.lang, seqOf(c))
    return c.redirect(`/console/authority/keys/records/${seqOf(c)}`, 303)
  })
  .get(PATH, managesAuthority, async (c) => {
    const digest = await findKeyRecord(c.var.house.db, seqOf(c))
    if (!digest) throw new Refusal('not_found', 'page.not-found')
    return c.body(await readObject(c.var.house.db, digest), 200, {
      'content-type': 'application/pdf',
      'content-disposition': contentDisposition('attachment', `key-record-${seqOf(c)}.pdf`),
    })
  })
