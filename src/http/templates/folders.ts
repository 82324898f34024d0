import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { addFolder, changeFolder, removeFolder } from '../../template/folders.ts'
import { words } from '../../view/words.ts'
import { editsTemplates, userAct } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { flashRefusal } from '../envelopes/refusals.ts'
import { form } from '../form.ts'
import { line } from '../schemas.ts'
import { flash } from '../server.ts'
import { folderId } from '../templates.ts'

const Folder = z.object({ name: line(80), parentId: folderId })

const inFolder = (id: string | null): string => (id ? `/templates?folder=${id}` : '/templates')

export const templateFolders = createApp()
  .post('/templates/folders', editsTemplates, form(Folder), async (c) => {
    const { name, parentId } = c.req.valid('form')
    const folder = await orTold(c, () => addFolder(c.var.house.db, userAct(c), name, parentId))
    return c.redirect(inFolder(folder?.id ?? parentId), 303)
  })
  .post('/templates/folders/:id', editsTemplates, form(Folder), async (c) => {
    const { name, parentId } = c.req.valid('form')
    const id = c.req.param('id')
    await orTold(c, async () => {
      await changeFolder(c.var.house.db, userAct(c), id, name, parentId)
      flash(c, 'good', words(c.var.lang).templates.folders.saved)
    })
    return c.redirect(inFolder(id), 303)
  })
  .post('/templates/folders/:id/removal', editsTemplates, async (c) => {
    const id = c.req.param('id')
    const isGone = await orTold(c, async () => {
      await removeFolder(c.var.house.db, userAct(c), id)
      flash(c, 'good', words(c.var.lang).templates.folders.removed)
      return true
    })
    return c.redirect(isGone ? '/templates' : inFolder(id), 303)
  })

/** A refusal is told on the page that the form stands on; what is not there is not found. */
async function orTold<T>(c: Ctx, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_found') throw error
    flashRefusal(c, error)
    return null
  }
}
