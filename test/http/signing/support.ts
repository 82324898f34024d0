import type { Envelope } from '../../../src/envelope/envelope.ts'
import { currentInvitation, invitationToken } from '../../../src/envelope/invitation.ts'
import type { RecipientDetails } from '../../../src/envelope/recipients.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann, codeOf, draftFor, recipientNamed, send } from '../../support/signing.ts'

export interface Sent extends AsyncDisposable {
  readonly test: TestHouse
  readonly draft: Envelope
  /** `/s/inv_xxx.secret` of a recipient, by first name. */
  link(firstName: string): Promise<string>
  recipientId(firstName: string): Promise<string>
}

/** A house with an authority, and a contract on its way to these people. What is sealed needs the real time. */
export async function sentTo(
  people: readonly RecipientDetails[],
  options: { readonly realTime?: boolean; readonly origin?: string } = {},
): Promise<Sent> {
  const test = await openTestHouse({ authority: true, ...options })
  const user = await ann(test)
  const draft = await draftFor(test, user, people)
  await send(test, user, draft)
  const recipientId = async (firstName: string): Promise<string> => (await recipientNamed(test, draft.id, firstName)).id
  return {
    test,
    draft,
    recipientId,
    async link(firstName) {
      const invitation = await currentInvitation(test.house.db, await recipientId(firstName), test.house.clock())
      return `/s/${invitationToken(test.house.secretKey, invitation!)}`
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

/** A browser that has followed the link: its base address `/s/inv_xxx`. */
export async function follow(sent: Sent, firstName: string): Promise<{ browser: TestBrowser; base: string }> {
  const browser = await sent.test.browser()
  const base = (await browser.get(await sent.link(firstName))).location!
  await browser.get(base)
  return { browser, base }
}

export async function accept({ browser, base }: { browser: TestBrowser; base: string }): Promise<void> {
  const { text } = await browser.get(`${base}/consent`)
  await browser.post(`${base}/consent`, { disclosure: /name="disclosure" value="([^"]+)"/.exec(text)![1]! })
}

/** Through the terms and the code, to the fields. */
export async function identified(sent: Sent, firstName: string): Promise<{ browser: TestBrowser; base: string }> {
  const followed = await follow(sent, firstName)
  await accept(followed)
  await followed.browser.post(`${followed.base}/code`, { code: await codeOf(sent.test, await sent.recipientId(firstName)) })
  return followed
}

/** With a typed signature, up to the page that shows what will be signed. */
export async function atPreview(sent: Sent, firstName: string): Promise<{ browser: TestBrowser; base: string; confirmed: string }> {
  const followed = await identified(sent, firstName)
  const { browser, base } = followed
  await browser.post(`${base}/marks`, { kind: 'signature', method: 'typed', text: firstName, font: 'hand-marck' })
  await browser.post(`${base}/entries`, { then: 'preview' })
  const { text } = await browser.get(`${base}/preview`)
  return { ...followed, confirmed: /name="confirmed" value="([^"]+)"/.exec(text)?.[1] ?? '' }
}

/** Every row of every table but what can be made again from what is there. */
export async function everything({ house }: TestHouse): Promise<string> {
  const made = new Set(['pageImage', 'object', 'objectPart', 'chunk'])
  const tables = (await house.db.introspection.getTables()).map(({ name }) =>
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  )
  const rows: Record<string, unknown> = {}
  for (const name of tables.filter((table) => !made.has(table)).sort())
    rows[name] = await house.db
      .selectFrom(name as 'setting')
      .selectAll()
      .execute()
  return JSON.stringify(rows)
}
