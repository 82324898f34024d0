import { z } from 'zod'
import { base64 } from '../../base/bytes.ts'
import { Refusal } from '../../base/refusal.ts'
import { letterHtml } from '../../mail/letter-html.ts'
import { exampleOf, keepOwnText, mannerOf, placeholdersOf, refuseUnfit, SAID_OTHERWISE, TEXTS, type TextName } from '../../mail/manner.ts'
import type { MessageKind } from '../../mail/message.ts'
import { type OwnText, readSetting } from '../../setting/setting.ts'
import { isLanguage, LANGUAGE_NAMES, LANGUAGES, type Language, words } from '../../view/words.ts'
import { companyFacts } from '../../worker/message-sources.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { policyShowing } from '../letter-policy.ts'
import { line, lines } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Texts = z.object({
  subject: line(200).default(''),
  heading: line(200).default(''),
  text: lines(2_000).default(''),
  button: line(60).default(''),
  sms: line(300).default(''),
})

/** Whom it goes to. */
const groupOf = (kind: MessageKind): MessageGroup =>
  kind.startsWith('sender-') || kind === 'digest' ? 'senders' : kind === 'welcome' || kind === 'password-link' ? 'users' : 'recipients'
export type MessageGroup = 'recipients' | 'senders' | 'users'

/** Which message of which language the address means; the page not found for any other. */
function which(c: Ctx): { kind: MessageKind; language: Language } {
  const kind = SAID_OTHERWISE.find((one) => one === c.req.param('kind'))
  const language = c.req.param('language') ?? ''
  if (!kind || !isLanguage(language)) throw new Refusal('not_found', 'page.not-found')
  return { kind, language }
}

/** The example says what stands in the form, kept or not; where that does not fit, what is kept. */
async function page(c: Ctx, form: Form | null): Promise<string> {
  const { kind, language } = which(c)
  const { db } = c.var.house
  const house = words(language).mail.kinds[kind]
  const manner = await mannerOf(db, kind, language)
  const values = form?.values ?? Object.fromEntries(TEXTS.map((name) => [name, manner.own?.[name] ?? house[name]]))
  const fits = !form || !Object.keys(form.errors).length
  const facts = await companyFacts(c.var.house)
  const { letter, sms } = exampleOf(kind, language, fits ? { ...manner, own: values as OwnText } : manner, facts)
  const html = letterHtml(letter, facts.logo ? `data:image/png;base64,${base64(facts.logo)}` : null)
  c.header('Content-Security-Policy', policyShowing(html))
  return c.var.render('console/messages/show', {
    kind,
    group: groupOf(kind),
    language,
    languages: LANGUAGE_NAMES,
    form: form ?? blankForm(values),
    names: TEXTS.filter((name) => house[name]),
    isOwn: Boolean(manner.own),
    placeholders: placeholdersOf(kind),
    letter: html,
    subject: letter.subject,
    sms: house.sms && sms,
  })
}

export const consoleMessages = createApp()
  .get('/console/messages', managesSettings, async (c) => {
    const own = await readSetting(c.var.house.db, 'ownTexts')
    const kinds = SAID_OTHERWISE.map((kind) => ({
      kind,
      group: groupOf(kind),
      languages: LANGUAGES.map((language) => ({ language, name: LANGUAGE_NAMES[language], isOwn: Boolean(own[language]?.[kind]) })),
    }))
    return c.html(await c.var.render('console/messages/index', { kinds }))
  })
  .get('/console/messages/:kind/:language', managesSettings, async (c) => c.html(await page(c, null)))
  .post('/console/messages/:kind/:language/preview', managesSettings, async (c) => {
    const answers = await readAnswers(c, Texts)
    const form = answers.ok ? fitting(c, answers.form, answers.value) : answers.form
    return c.html(await page(c, form), Object.keys(form.errors).length ? 422 : 200)
  })
  .post('/console/messages/:kind/:language/reset', managesSettings, freshProof, (c) => keep(c, {}))
  .post('/console/messages/:kind/:language', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Texts)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const form = fitting(c, answers.form, answers.value)
    if (Object.keys(form.errors).length) return c.html(await page(c, form), 422)
    return keep(c, answers.value)
  })

/** The form with a sentence beside every field that does not fit. */
function fitting(c: Ctx, form: Form, texts: Readonly<Record<TextName, string>>): Form {
  let judged = form
  for (const name of TEXTS) {
    try {
      refuseUnfit(which(c).kind, name, texts[name])
    } catch (error) {
      judged = formWith(c, judged, error, { 'own-text': name })
    }
  }
  return judged
}

async function keep(c: Ctx, texts: OwnText): Promise<Response> {
  const { kind, language } = which(c)
  try {
    await keepOwnText(c.var.house.db, userAct(c), language, kind, texts)
  } catch (error) {
    const form = formWith(c, blankForm(texts as Record<string, string>), error, { 'own-text': 'text' })
    return c.html(await page(c, form), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect(`/console/messages/${kind}/${language}`, 303)
}
