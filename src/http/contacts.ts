import { z } from 'zod'
import { allows } from '../access/permissions.ts'
import {
  addContact,
  changeContact,
  type Contact,
  type KeptDetails,
  contactFor,
  findContact,
  mayDo,
  nameOfContact,
  removeContact,
} from '../contact/contacts.ts'
import { countContacts, listCompanies, listContacts, SORTS } from '../contact/directory.ts'
import { mergesInto } from '../contact/merging.ts'
import { HISTORY, historyOfContact } from '../envelope/contact-history.ts'
import { LANGUAGE_NAMES, words } from '../view/words.ts'
import { addsContacts, readsContacts, requireUser, signedIn, userAct } from './access.ts'
import { blankForm, type Form, formWith, readAnswers } from './answers.ts'
import { createApp, type Ctx } from './env.ts'
import { refusalStatus } from './errors.ts'
import { drawnLine, drawnLineNeeded, emailAddress, language, lines, phoneNumber, tick } from './schemas.ts'
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
  companyDetails: lines(1_000).default(''),
  comment: lines(1_000).default(''),
  isPublic: tick,
})

const Query = z.object({
  search: z.string().trim().max(200).catch(''),
  company: z.string().trim().max(160).catch(''),
  sort: z.enum(SORTS).catch('name'),
  after: z.string().max(60).catch(''),
})

async function page(c: Ctx, contact: Contact | null, form: Form): Promise<string> {
  const { db } = c.var.house
  const reader = requireUser(c)
  const history = contact ? await historyOfContact(db, reader, contact) : []
  return c.var.render('contacts/show', {
    contact: contact && { id: contact.id, name: nameOfContact(contact) },
    may: {
      edit: !contact || (await mayDo(db, reader, contact.id, 'edit')),
      delete: contact !== null && (await mayDo(db, reader, contact.id, 'delete')),
      send: allows(reader.permissions.documents.create),
    },
    form,
    languages: LANGUAGE_NAMES,
    history: history.slice(0, HISTORY),
    merges: contact ? await mergesInto(db, contact.id) : [],
    isCut: history.length > HISTORY,
  })
}

const valuesOf = (contact: Contact): Record<string, string> => ({
  firstName: contact.firstName,
  lastName: contact.lastName,
  email: contact.email ?? '',
  phone: contact.phone ?? '',
  company: contact.company,
  jobTitle: contact.jobTitle,
  language: contact.language ?? '',
  companyDetails: contact.companyDetails,
  comment: contact.comment,
  ...(contact.isPublic ? { isPublic: '1' } : {}),
})

export const contacts = createApp()
  .get('/contacts', readsContacts, async (c) => {
    const { db } = c.var.house
    const reader = requireUser(c)
    const query = Query.parse(c.req.query())
    const { contacts, next } = await listContacts(db, reader, query)
    const all = { search: '', company: '' }
    return c.html(
      await c.var.render('contacts/index', {
        contacts,
        query,
        next,
        count: await countContacts(db, reader, query),
        isEmpty: !contacts.length && (await countContacts(db, reader, all)) === 0,
        companies: await listCompanies(db, reader),
        sorts: SORTS,
        may: { add: allows(reader.permissions.contacts.add), exchange: allows(reader.permissions.contacts.exchange) },
      }),
    )
  })
  .get('/contacts/new', addsContacts, async (c) => c.html(await page(c, null, blankForm())))
  .post('/contacts', addsContacts, (c) => keep(c, null))
  .get('/contacts/:id', signedIn, async (c) => {
    const contact = await findContact(c.var.house.db, requireUser(c), c.req.param('id'))
    return c.html(await page(c, contact, blankForm(valuesOf(contact))))
  })
  .post('/contacts/:id', signedIn, async (c) => keep(c, await contactFor(c.var.house.db, requireUser(c), c.req.param('id'), 'edit')))
  .post('/contacts/:id/removal', signedIn, async (c) => {
    await removeContact(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).contacts.removed)
    return c.redirect('/contacts', 303)
  })

async function keep(c: Ctx, contact: Contact | null): Promise<Response> {
  const answers = await readAnswers(c, Details)
  if (!answers.ok) return c.html(await page(c, contact, answers.form), 422)
  const { db } = c.var.house
  const details: KeptDetails = answers.value
  let id: string
  try {
    if (contact) await changeContact(db, userAct(c), requireUser(c), contact.id, details)
    id = contact ? contact.id : (await addContact(db, userAct(c), details)).id
  } catch (error) {
    return c.html(await page(c, contact, formWith(c, answers.form, error, { 'contact.unreachable': 'email' })), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).contacts.saved)
  return c.redirect(contact ? `/contacts/${id}` : '/contacts', 303)
}
