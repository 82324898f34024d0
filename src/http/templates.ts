import { z } from 'zod'
import { listFolders } from '../template/folders.ts'
import { listTemplates, startTemplate } from '../template/templates.ts'
import { editsTemplates, requireUser, usesTemplates, userAct } from './access.ts'
import { blankForm, type Form, formWith, readAnswers } from './answers.ts'
import { createApp, type Ctx } from './env.ts'
import { refusalStatus } from './errors.ts'
import { lineNeeded } from './schemas.ts'

const Query = z.object({
  folder: z.string().max(60).catch(''),
  search: z.string().trim().max(200).catch(''),
  archived: z
    .string()
    .optional()
    .transform((text) => text !== undefined),
})

export const folderId = z
  .string()
  .max(60)
  .default('')
  .transform((text) => text || null)

export const TemplateName = z.object({ name: lineNeeded('template.name-missing', 120), folderId })

const newPage = async (c: Ctx, form: Form): Promise<string> =>
  c.var.render('templates/new', { form, folders: await listFolders(c.var.house.db), source: null })

export const templatePages = createApp()
  .get('/templates', usesTemplates, async (c) => {
    const { db } = c.var.house
    const user = requireUser(c)
    const { folder, search, archived } = Query.parse(c.req.query())
    const folders = await listFolders(db)
    const current = folders.find(({ id }) => id === folder) ?? null
    return c.html(
      await c.var.render('templates/index', {
        folders,
        current,
        inside: folders.filter(({ parentId }) => parentId === (current?.id ?? null)),
        entries: await listTemplates(db, user, { folderId: current?.id ?? null, search, archived }),
        query: { search, archived },
        form: blankForm(),
      }),
    )
  })
  .get('/templates/new', editsTemplates, async (c) => c.html(await newPage(c, blankForm({ folderId: c.req.query('folder') ?? '' }))))
  .post('/templates', editsTemplates, async (c) => {
    const answers = await readAnswers(c, TemplateName)
    if (!answers.ok) return c.html(await newPage(c, answers.form), 422)
    try {
      const { designId } = await startTemplate(c.var.house.db, userAct(c), requireUser(c), answers.value, c.var.lang)
      return c.redirect(`/envelopes/${designId}/draft`, 303)
    } catch (error) {
      return c.html(await newPage(c, formWith(c, answers.form, error, { 'template.folder-unknown': 'folderId' })), refusalStatus(error))
    }
  })
