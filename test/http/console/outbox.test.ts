import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { inviteUser } from '../../../src/access/inviting.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { newId } from '../../../src/base/id.ts'
import { currentTerms, consent } from '../../../src/ceremony/consenting.ts'
import { changeDraft, findDraft } from '../../../src/envelope/drafting.ts'
import { keepEmailChannel } from '../../../src/mail/channel.ts'
import { deliverMessage } from '../../../src/mail/delivery.ts'
import { OUTBOX_PAGE, queueMessage } from '../../../src/mail/outbox.ts'
import { messageSources } from '../../../src/worker/message-sources.ts'
import { NOON, openTestHouse, type TestHouse } from '../../support/house.ts'
import { actOf, ann, codeOf, draftFor, open, recipientAct, recipientNamed, send } from '../../support/signing.ts'
import { openMailServer } from '../../support/smtp.ts'

const act = systemAct(NOON)

async function opened(email = 'ann@acme.example') {
  const test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn(email)
  return { test, browser }
}

/** Bob's link to choose a password, waiting. */
async function waitingLink({ house }: TestHouse): Promise<string> {
  await house.db.transaction().execute(async (tx) => {
    await inviteUser(tx, act, await tx.selectFrom('user').selectAll().where('firstName', '=', 'Bob').executeTakeFirstOrThrow())
  })
  return (await house.db.selectFrom('message').select('id').where('kind', '=', 'welcome').executeTakeFirstOrThrow()).id
}
const configure = ({ house }: TestHouse, port = 1) =>
  house.db.transaction().execute((tx) =>
    keepEmailChannel(tx, act, house.secretKey, {
      host: '127.0.0.1',
      port,
      security: 'none',
      user: null,
      password: null,
      fromAddress: 'sign@acme.example',
      fromName: 'Acme',
      caPem: null,
    }),
  )
const queueTest = ({ house }: TestHouse, address: string, channel: 'email' | 'sms' = 'email') =>
  house.db.transaction().execute((tx) => queueMessage(tx, act, { kind: 'test', channel, address, language: 'fr' }))
const openings = async ({ house }: TestHouse) =>
  house.db.selectFrom('auditLeaf').selectAll().where('type', '=', 'message.opened-by-administrator').execute()

test("is an administrator's page", async () => {
  const { test, browser } = await opened('bob@acme.example')
  await using _ = test
  const id = await waitingLink(test)
  expect((await browser.get('/console/outbox')).status).toBe(403)
  for (const verb of ['opening', 'retry']) {
    await browser.get('/account')
    expect((await browser.post(`/console/outbox/${id}/${verb}`)).status).toBe(403)
  }
  const visitor = await test.browser()
  expect((await visitor.get('/console/outbox')).location).toBe('/sign-in?next=%2Fconsole%2Foutbox')
  await visitor.get('/sign-in')
  expect((await visitor.post(`/console/outbox/${id}/opening`)).status).toBe(403)
  expect(await openings(test)).toEqual([])
})

test('while no mail server is set up, the administrator opens what waits, and every opening is an event', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const id = await waitingLink(test)
  const list = await browser.get('/console/outbox')
  expect(list.text).toContain('bob@acme.example')
  expect(list.text).toContain(`action="/console/outbox/${id}/opening"`)
  expect(list.text).not.toContain('/welcome/')
  expect((await browser.get(`/console/outbox/${id}/opening`)).status).toBe(404)
  expect(await openings(test)).toEqual([])

  const { status, text, headers } = await browser.post(`/console/outbox/${id}/opening`)
  expect(status).toBe(200)
  const link = /value="(http:\/\/127\.0\.0\.1:8080\/welcome\/[^"]+)"/.exec(text)?.[1]
  expect(link).toBeString()
  expect(text).toContain('src="data:image/svg+xml,')
  expect(text).toContain('This opening has been recorded')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(await openings(test)).toHaveLength(1)
  expect(await test.house.db.selectFrom('message').select(['status', 'openedAt', 'openedBy']).where('id', '=', id).execute()).toEqual([
    { status: 'waiting', openedAt: NOON, openedBy: expect.stringMatching(/^usr_/) },
  ])
  // Handed over, it no longer waits; it can be opened once more from there.
  expect((await browser.get('/console/outbox')).text).toContain('Nothing is waiting.')
  const handed = (await browser.get('/console/outbox?status=handed-over')).text
  expect(handed).toContain(`action="/console/outbox/${id}/opening"`)
  expect(handed).toMatch(/opened here on 23 Nov 2026, 13:00 by Ann Archer/)
  const visitor = await test.browser()
  expect((await visitor.get(new URL(link!).pathname)).status).toBe(200)
  // Nothing of what was shown is kept.
  for (const table of ['message', 'auditLeaf', 'auditClear', 'job'] as const)
    expect(JSON.stringify(await test.house.db.selectFrom(table).selectAll().execute())).not.toContain(link!.split('/').at(-1)!)
})

test('the letter stands in a frame that runs nothing, and the policy of the page names exactly its styles', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const id = await waitingLink(test)
  await browser.get('/console/outbox')
  const { text, headers } = await browser.post(`/console/outbox/${id}/opening`)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toContain("'unsafe-inline'")
  const frame = /<iframe ([^>]*) srcdoc="([^"]*)">/.exec(text)!
  expect(frame[1]).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"')
  const letter = frame[2]!
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  expect(letter).toContain('Acme &#60;Ltd&#62;')
  expect(letter).not.toMatch(/<script|\son\w+=|Acme <Ltd>/i)
  const styles = [...letter.matchAll(/ style="([^"]*)"/g), ...letter.matchAll(/<style>([^<]*)<\/style>/g)].map(([, css = '']) => css)
  expect(styles.length).toBeGreaterThan(10)
  const hashes = new Set(styles.map((css) => `'sha256-${createHash('sha256').update(css).digest('base64')}'`))
  expect(new Set(policy.match(/'sha256-[^']+'/g))).toEqual(hashes)
  expect(text.replace(/ srcdoc="[^"]*"/, '')).not.toMatch(/style=|<script(?![^>]* src=)|\{\w+\}|undefined|\[object/)
  expect((await browser.get('/console/outbox')).headers.get('content-security-policy')).not.toContain('unsafe')
})

test('an invitation and a code that are opened say that the certificate will tell it, and are marked so', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db } = test.house
  const user = await ann(test)
  const draft = await draftFor(test, user)
  await changeDraft(db, actOf(test.house, user), user, draft.id, { message: 'Please <b>sign</b>\n"today"' })
  await send(test, user, await findDraft(db, user, draft.id))
  const claire = await recipientNamed(test, draft.id, 'Claire')
  const idOf = async (kind: string) => (await db.selectFrom('message').select('id').where('kind', '=', kind).executeTakeFirstOrThrow()).id
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  expect((await browser.get('/console/outbox')).text).toContain('Consulting agreement')
  const invitation = await browser.post(`/console/outbox/${await idOf('invitation')}/opening`)
  expect(invitation.text).toContain('the certificate of completion will tell it')
  expect(invitation.text).toContain('Please &amp;#60;b&amp;#62;sign')
  const link = /value="(http[^"]*\/s\/inv_[^"]+)"/.exec(invitation.text)?.[1] ?? ''
  expect((await (await test.browser()).get(new URL(link).pathname)).status).toBe(303)
  const ceremony = await open(test, claire.id)
  await consent(test.house, recipientAct(test.house, claire.id), ceremony, (await currentTerms(db, ceremony)).id)
  await browser.get('/console/outbox')
  const code = await browser.post(`/console/outbox/${await idOf('code')}/opening`)
  expect(code.text).toContain(`value="${await codeOf(test, claire.id)}"`)
  expect(code.text).toContain('the certificate of completion will tell it')
  const told = await db.selectFrom('auditLeaf').select('type').where('type', 'like', '%handed-over').execute()
  expect(told.map(({ type }) => type).sort()).toEqual(['ceremony.code-handed-over', 'invitation.handed-over'])
  // The list itself, and the log, know neither.
  const list = await browser.get('/console/outbox?status=all')
  const log = await browser.get('/console/audit')
  for (const secret of [link.split('.').at(-1)!, await codeOf(test, claire.id)])
    expect([list.text.includes(secret), log.text.includes(secret)]).toEqual([false, false])
}, 30_000)

test.each(['en', 'fr'])('an SMS is shown as text (%s)', async (language) => {
  const { test, browser } = await opened()
  await using _ = test
  browser.cookies.set('lang', language)
  const id = await queueTest(test, '+33612345678', 'sms')
  await browser.get('/console/outbox')
  const { status, text } = await browser.post(`/console/outbox/${id}/opening`)
  expect([status, text.includes('<iframe')]).toEqual([200, false])
  expect(text).toContain('Acme &lt;Ltd&gt; : ce message')
  expect(text).not.toMatch(/\{\w+\}|undefined|\[object|style=/)
})

test('once the channel is set up nothing is opened, no page shows a link, and the page says why', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const id = await waitingLink(test)
  const sms = await queueTest(test, '+33612345678', 'sms')
  await browser.get('/console/outbox')
  await configure(test)
  const { status, text } = await browser.post(`/console/outbox/${id}/opening`)
  expect([status, text.includes('This message goes to its recipient alone')]).toEqual([403, true])
  const list = await browser.get('/console/outbox?status=all')
  expect(list.text).toContain('E-mails go to their recipients alone and cannot be opened here.')
  expect(list.text).not.toContain(`/console/outbox/${id}/opening`)
  expect(list.text).toContain(`/console/outbox/${sms}/opening`)
  expect(list.text + text).not.toContain('/welcome/')
  expect(await openings(test)).toEqual([])
  expect(await test.house.db.selectFrom('message').select('openedAt').where('id', '=', id).execute()).toEqual([{ openedAt: null }])
})

test('what is sent, withdrawn, over or not there is not opened', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const id = await waitingLink(test)
  await browser.get('/console/outbox')
  for (const status of ['sending', 'sent', 'failed', 'withdrawn'] as const) {
    await test.house.db.updateTable('message').set({ status }).execute()
    expect((await browser.post(`/console/outbox/${id}/opening`)).status).toBe(403)
  }
  await test.house.db.updateTable('message').set({ status: 'waiting' }).execute()
  test.wait(8 * 86_400_000)
  await browser.signIn('ann@acme.example')
  expect((await browser.post(`/console/outbox/${id}/opening`)).status).toBe(410)
  expect((await browser.post('/console/outbox/msg_unknown/opening')).status).toBe(404)
  expect(await openings(test)).toEqual([])
})

test('the states are counted and filtered, the log of attempts is shown, page by page', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const { db } = test.house
  for (let n = 0; n < OUTBOX_PAGE + 3; n++) await queueTest(test, `n${n}@x.example`)
  const of = async (address: string) =>
    (await db.selectFrom('message').select('id').where('address', '=', address).executeTakeFirstOrThrow()).id
  const failed = await of('n0@x.example')
  await db.updateTable('message').set({ status: 'failed' }).where('id', '=', failed).execute()
  await db
    .updateTable('message')
    .set({ status: 'sent' })
    .where('id', '=', await of('n1@x.example'))
    .execute()
  await db
    .updateTable('message')
    .set({ status: 'sending' })
    .where('id', '=', await of('n2@x.example'))
    .execute()
  for (const [outcome, detail] of [
    ['deferred', 'connect <refused>'],
    ['failed', '550 nobody'],
  ] as const)
    await db
      .insertInto('messageAttempt')
      .values({ id: newId('att'), messageId: failed, at: NOON, outcome, detail })
      .execute()

  const countsOf = (text: string) => [...text.matchAll(/tab__count">(\d+)</g)].map(([, count]) => Number(count))
  const first = await browser.get('/console/outbox')
  expect(countsOf(first.text)).toEqual([OUTBOX_PAGE + 1, 0, 1, 1, 0, OUTBOX_PAGE + 3])
  expect(first.text.match(/ id="msg_/g)).toHaveLength(OUTBOX_PAGE)
  expect(first.text).toContain('href="/console/outbox?status=waiting&amp;page=2"')
  const second = await browser.get('/console/outbox?status=waiting&page=2')
  expect(second.text.match(/ id="msg_/g)).toHaveLength(1)
  const failures = await browser.get('/console/outbox?status=failed')
  expect(failures.text).toContain('2 attempts')
  expect(failures.text).toContain('connect &lt;refused&gt;')
  expect(failures.text.match(/ id="msg_/g)).toHaveLength(1)
  expect((await browser.get('/console/outbox?status=withdrawn')).text).toContain('Nothing was withdrawn.')
  for (const odd of ['status=nonsense', 'page=-1', 'page=x', 'page=1e99', 'status=%00'])
    expect((await browser.get(`/console/outbox?${odd}`)).status).toBe(200)
})

test('a failed message is tried once more, and nothing else is', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const { house } = test
  await using server = await openMailServer({ recipient: [550] })
  const id = await queueTest(test, 'zoe@neill.example')
  await configure(test, server.port)
  const deliver = () => deliverMessage({ ...house, sources: messageSources(house) }, id)
  await deliver()
  await browser.get('/console/outbox?status=failed')
  await house.db.updateTable('job').set({ doneAt: NOON }).execute()
  const { status, location } = await browser.post(`/console/outbox/${id}/retry`)
  expect([status, location]).toEqual([303, '/console/outbox?status=failed'])
  expect(await house.db.selectFrom('job').select('kind').where('doneAt', 'is', null).execute()).toEqual([{ kind: 'message.deliver' }])
  await deliver()
  expect((await server.next('zoe@neill.example')).subject).toContain('Acme')
  await browser.get('/console/outbox')
  expect((await browser.post(`/console/outbox/${id}/retry`)).status).toBe(409)
  expect((await browser.get('/console/outbox?status=sent')).text).toContain('2 attempts')
})

test('what waits is counted beside the Outbox, which the console opens then; each row names its addressee', async () => {
  const { test, browser } = await opened()
  await using _ = test
  expect((await browser.get('/console')).location).toBe('/console/companies')
  await waitingLink(test)
  expect((await browser.get('/console')).location).toBe('/console/outbox')
  const { text } = await browser.get('/console/outbox')
  expect(text).toMatch(/href="\/console\/outbox"[^>]*>Outbox <span class="rail__count">1</)
  expect(text).toMatch(/class="outbox__to">Bob Baker · .*bob@acme\.example/)
})

test('whoever opens their own message is not told that its recipient did not receive it', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const user = await ann(test)
  const id = await test.house.db
    .transaction()
    .execute((tx) => queueMessage(tx, act, { kind: 'test', channel: 'email', address: user.email, language: 'en', userId: user.id }))
  await browser.get('/console/outbox')
  const { text } = await browser.post(`/console/outbox/${id}/opening`)
  expect(text).toContain('This message is addressed to you.')
  expect(text).not.toContain('did not receive')
})
