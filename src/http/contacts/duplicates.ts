import { z } from 'zod'
import { findDuplicates, tellApart } from '../../contact/duplicates.ts'
import { words } from '../../view/words.ts'
import { changesContacts, readsContacts, requireUser, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { form } from '../form.ts'
import { flash } from '../server.ts'

const Pair = z.object({ one: z.string().max(60), other: z.string().max(60) })

export const contactDuplicates = createApp()
  .get('/contacts/duplicates', readsContacts, async (c) =>
    c.html(await c.var.render('contacts/duplicates', await findDuplicates(c.var.house.db, requireUser(c)))),
  )
  /** They are two people. */
  .post('/contacts/duplicates/distinction', changesContacts, form(Pair), async (c) => {
    const { one, other } = c.req.valid('form')
    await tellApart(c.var.house.db, userAct(c), requireUser(c), one, other)
    flash(c, 'good', words(c.var.lang).contacts.duplicates.toldApart)
    return c.redirect('/contacts/duplicates', 303)
  })
