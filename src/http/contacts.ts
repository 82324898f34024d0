import { z } from 'zod'
import {
  addContact,
  changeContact,
  type Contact,
  type ContactDetails,
  findContact,
  listContacts,
  removeContact,
} from '../contact/contacts.ts'
import { LANGUAGE_NAMES, words } from '../view/words.ts'
import { signedIn, userAct } from './access.ts'
import { blankForm, type Form, formWith, readAnswers } from './answers.ts'
import { createApp, type Ctx } from './env.ts'
import { refusalStatus } from './errors.ts'
import { drawnLine, drawnLineNeeded, emailAddress, language, lines, phoneNumber } from './schemas.ts'
import { flash } from './server.ts'

const Details = z.object({
  firstName: drawnLine(80).default(''),
  lastName: drawnLineNeeded('person.last-name-missing', 80),
  email: z
    .literal('')
    .transform(() => null)
    .or(emailAddress)
    .default(null),
  phone: phoneNumber,
  company: drawnLine(160).default(''),
  jobTitle: drawnLine(120).default(''),
  language: z
    .literal('')
    .transform(() => null)
    .or(language)
    .default(null),
  comment: lines(1_000).default(''),
})

const page = (c: Ctx, contact: Contact | null, form: Form): Promise<string> =>
  c.var.render('contacts/show', {
    contact: contact && { id: contact.id, name: `${contact.firstName} ${contact.lastName}`.trim() },
    form,
    languages: LANGUAGE_NAMES,
  })

const valuesOf = (contact: Contact): Record<string, string> => ({
  firstName: contact.firstName,
  lastName: contact.lastName,
  email: contact.email ?? '',
  phone: contact.phone ?? '',
  company: contact.company,
  jobTitle: contact.jobTitle,
  language: contact.language ?? '',
  comment: contact.comment,
})

export const contacts = createApp()
  .get('/contacts', signedIn, async (c) => {
    const search = (c.req.query('search') ?? '').slice(0, 200)
    return c.html(await c.var.render('contacts/index', { contacts: await listContacts(c.var.house.db, search), search }))
  })
  .get('/contacts/new', signedIn, async (c) => c.html(await page(c, null, blankForm())))
  .post('/contacts', signedIn, (c) => keep(c, null))
  .get('/contacts/:id', signedIn, async (c) => {
    const contact = await findContact(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, contact, blankForm(valuesOf(contact))))
  })
  .post('/contacts/:id', signedIn, async (c) => keep(c, await findContact(c.var.house.db, c.req.param('id'))))
  .post('/contacts/:id/removal', signedIn, async (c) => {
    await removeContact(c.var.house.db, userAct(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).console.contacts.removed)
    return c.redirect('/contacts', 303)
  })

async function keep(c: Ctx, contact: Contact | null): Promise<Response> {
  const answers = await readAnswers(c, Details)
  if (!answers.ok) return c.html(await page(c, contact, answers.form), 422)
  const details = answers.value as ContactDetails
  try {
    await (contact ? changeContact(c.var.house.db, userAct(c), contact.id, details) : addContact(c.var.house.db, userAct(c), details))
  } catch (error) {
    return c.html(await page(c, contact, formWith(c, answers.form, error, { 'contact.unreachable': 'email' })), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect('/contacts', 303)
}
