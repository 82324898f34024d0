import { expect, test } from 'bun:test'
import { findUserByAddress } from '../../../src/access/users.ts'
import { DAY, HOUR, type Instant } from '../../../src/base/instant.ts'
import { currentInvitation, invitationToken } from '../../../src/envelope/invitation.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { signedElsewhere } from '../../support/signed-elsewhere.ts'
import { ann, CLAIRE, codeOf, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'
import { accept } from '../signing/support.ts'

const ANNS = { ...CLAIRE, firstName: 'Ann', lastName: 'Archer', email: 'ann@acme.example' }

async function sent(test: TestHouse, people = [CLAIRE, MARIE]): Promise<{ browser: TestBrowser; id: string; path: string }> {
  const user = await ann(test)
  const draft = await draftFor(test, user, people)
  await send(test, user, draft)
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  return { browser, id: draft.id, path: `/envelopes/${draft.id}` }
}
const messages = async ({ house }: TestHouse, kind: string) =>
  house.db
    .selectFrom('message')
    .select(['address', 'channel'])
    .where('kind', '=', kind as never)
    .execute()

test('its page tells of each person where they stand, by masked address, in both languages', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test)
  await sign(test, (await recipientNamed(test, id, 'Claire')).id)
  for (const [language, sentences] of [
    [
      'en',
      [
        '1 of 2 has signed',
        'With the other party',
        'Signed',
        'Waits in the Outbox',
        'ma•••@client.example',
        'Remind now',
        'Withdraw it from everybody',
      ],
    ],
    ['fr', ['1 sur 2 a signé', 'Chez l’autre partie', 'A signé', 'Attend dans la boîte d’envoi', 'Relancer maintenant', 'Retirer à tous']],
  ] as const) {
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get(path)
    expect(status).toBe(200)
    for (const sentence of sentences) expect(text).toContain(sentence)
    expect(text).not.toContain('marie@client.example')
    expect(text).not.toMatch(/\/s\/inv_|<script(?![^>]* src=)|\sstyle=|undefined|\[object/)
  }
}, 40_000)

test('reminded, but not twice in a breath; a new link ends the old one', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test)
  const claire = await recipientNamed(test, id, 'Claire')
  test.wait(2 * DAY)
  await browser.signIn('ann@acme.example')
  expect((await browser.post(`${path}/recipients/${claire.id}/reminders`)).location).toBe(`${path}#people`)
  expect((await browser.get(path)).text).toContain('Claire Martin is reminded.')
  await browser.post(`${path}/recipients/${claire.id}/reminders`)
  expect((await browser.get(path)).text).toContain('was reminded only a moment ago')
  expect((await messages(test, 'reminder')).length).toBe(1)
  await browser.post(`${path}/recipients/${claire.id}/link`)
  expect((await browser.get(path)).text).toContain('Claire Martin gets a new link.')
  // Marie's turn has not come.
  const marie = await recipientNamed(test, id, 'Marie')
  await browser.post(`${path}/recipients/${marie.id}/reminders`)
  expect((await browser.get(path)).text).toContain('flash--stop')
  expect((await messages(test, 'reminder')).length).toBe(1)
}, 40_000)

test('corrected before they have acted; what does not fit is told beside its field', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test)
  const claire = await recipientNamed(test, id, 'Claire')
  expect((await browser.get(`${path}?correct=${claire.id}`)).text).toContain('value="claire@acme.example"')
  const fields = { firstName: 'Clara', lastName: 'Martin', email: 'clara@acme.example', phone: '', channel: 'email', language: 'fr' }
  for (const [over, name] of [
    [{ email: '' }, 'email'],
    [{ email: 'x' }, 'email'],
    [{ channel: 'sms' }, 'phone'],
    [{ firstName: '', lastName: '' }, 'lastName'],
  ] as [Record<string, string>, string][]) {
    const { status, text } = await browser.post(`${path}/recipients/${claire.id}/correction`, { ...fields, ...over })
    expect([over, status, text.includes(`id="${name}-error"`)]).toEqual([over, 422, true])
  }
  expect((await browser.post(`${path}/recipients/${claire.id}/correction`, fields)).status).toBe(303)
  expect(await recipientNamed(test, id, 'Clara')).toMatchObject({ email: 'clara@acme.example', language: 'fr' })
  expect((await browser.get(path)).text).toContain('The details of Clara Martin are corrected.')
}, 40_000)

test('the deadline is moved, and withdrawn is withdrawn', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test)
  for (const [fields, sentence] of [
    [{ deadlineDay: '', deadlineTime: '' }, 'Please enter a day and a time.'],
    [{ deadlineDay: '2020-01-01', deadlineTime: '' }, 'at least five minutes from now'],
  ] as const) {
    const { status, text } = await browser.post(`${path}/deadline`, fields)
    expect([status, text.includes(sentence)]).toEqual([422, true])
  }
  expect((await browser.post(`${path}/deadline`, { deadlineDay: '2026-11-24', deadlineTime: '10:00' })).status).toBe(303)
  const moved = await browser.get(path)
  expect(moved.text).toContain('The deadline is 24 Nov 2026, 10:00 now.')
  // Less than a day is left.
  expect(moved.text).toContain('class="soon"')
  const without = await browser.post(`${path}/voiding`, { reason: ' ' })
  expect([without.status, without.text.includes('id="reason-error"')]).toEqual([422, true])
  expect((await browser.post(`${path}/voiding`, { reason: 'The price <changed>.' })).status).toBe(303)
  const over = await browser.get(path)
  expect(over.text).toContain('Withdrawn')
  expect(over.text).toContain('Reason: The price &lt;changed&gt;.')
  expect(over.text).not.toContain('Remind now')
  expect((await browser.post(`${path}/voiding`, { reason: 'again' })).status).toBe(409)
  const claire = await recipientNamed(test, id, 'Claire')
  await browser.post(`${path}/recipients/${claire.id}/in-person`)
  expect((await browser.get(path)).text).toContain('flash--stop')
}, 40_000)

test('in person the ceremony opens in this browser, and its link is shown nowhere', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test)
  const marie = await recipientNamed(test, id, 'Marie')
  await browser.post(`${path}/recipients/${marie.id}/in-person`)
  expect((await browser.get(path)).text).toContain('flash--stop')
  const claire = await recipientNamed(test, id, 'Claire')
  const session = browser.cookies.get('paraphe')!
  const answer = await browser.post(`${path}/recipients/${claire.id}/in-person`)
  expect(answer.location).toMatch(/^\/s\/inv_\w+$/)
  expect(answer.headers.getSetCookie().join()).toMatch(/link=[^;]+;.*HttpOnly/)
  const base = answer.location!
  expect((await browser.get(base)).text).toContain('Hand the device back')
  // Whoever holds the device now is in the desk no more, not even with what the browser held.
  expect((await browser.get(path)).location).toBe(`/sign-in?next=${encodeURIComponent(path)}`)
  browser.cookies.set('paraphe', session)
  expect((await browser.get(path)).location).toStartWith('/sign-in')

  await accept({ browser, base })
  await browser.post(`${base}/code`, { code: await codeOf(test, claire.id) })
  expect((await browser.get(`${base}/fields`)).status).toBe(200)
  const kept = new Map(browser.cookies)
  expect((await browser.post(`${base}/handover`)).location).toBe(path)
  // Nobody goes on in her name, whatever is left on the device; the link that was sent to her works.
  for (const [name, value] of kept) browser.cookies.set(name, value)
  for (const page of ['', '/fields', '/done']) expect([page, (await browser.get(base + page)).status]).toEqual([page, 404])
  expect(await currentInvitation(test.house.db, claire.id, test.house.clock())).not.toBeNull()
  expect((await test.house.db.selectFrom('auditLeaf').select('seq').where('type', '=', 'ceremony.handed-back').execute()).length).toBe(1)
}, 60_000)

test('a link of one’s own has no device to hand back', async () => {
  await using test = await openTestHouse({ authority: true })
  const { id } = await sent(test)
  const claire = await recipientNamed(test, id, 'Claire')
  const { db, secretKey, clock } = test.house
  const visitor = await test.browser()
  const base = (await visitor.get(`/s/${invitationToken(secretKey, (await currentInvitation(db, claire.id, clock()))!)}`)).location!
  expect((await visitor.get(base)).text).not.toContain('Hand the device back')
  expect((await visitor.post(`${base}/handover`)).status).toBe(404)
  expect((await visitor.get(base)).status).toBe(200)
}, 40_000)

test('what waits for me is shown to me alone, and opens', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test, [ANNS, MARIE])
  const mine = await recipientNamed(test, id, 'Ann')
  const { text } = await browser.get('/waiting')
  expect(text).toContain('Consulting agreement')
  expect(text).toContain('Ann Archer asks for your signature')
  expect(text).toContain('<span class="rail__count">1</span>')
  expect((await browser.get(path)).text).toContain('Sign now')
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/waiting')).text).toContain('Nothing waits for you.')
  expect((await bob.post(`/waiting/${mine.id}`)).status).toBe(404)
  await browser.get('/waiting')
  const opened = await browser.post(`/waiting/${mine.id}`)
  expect(opened.location).toMatch(/^\/s\/inv_\w+$/)
  expect((await browser.get(opened.location!)).status).toBe(200)
  test.wait(HOUR)
  await sign(test, mine.id)
  await browser.get('/waiting')
  await browser.post(`/waiting/${mine.id}`)
  const after = await browser.get('/waiting')
  expect(after.text).toContain('Nothing waits for you.')
  expect(after.text).toContain('flash--stop')
}, 40_000)

test('once completed, the page leads to the vault', async () => {
  await using test = await openTestHouse({ authority: true, realTime: true })
  const { browser, id, path } = await sent(test, [MARIE])
  await sign(test, (await recipientNamed(test, id, 'Marie')).id)
  expect((await browser.get(path)).text).toContain('data-status="sealing"')
  await test.drain()
  const { text } = await browser.get(path)
  expect(text).toContain(`href="/vault/${id}"`)
  expect(text).toContain('/sealed.pdf')
  expect(text).toContain('Completed')
  expect(text).toContain('stands at the end of each file.')
}, 60_000)

test('of a file that arrived signed, the page says that the certificate is a document of its own', async () => {
  await using test = await openTestHouse({ authority: true, realTime: true })
  const user = await ann(test)
  const draft = await draftFor(test, user, [MARIE], [signedElsewhere({ kind: 'stream' })])
  await send(test, user, draft)
  await sign(test, (await recipientNamed(test, draft.id, 'Marie')).id)
  await test.drain()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const { text } = await browser.get(`/envelopes/${draft.id}`)
  expect(text).toContain('The certificate of completion is a document of its own')
  expect(text).not.toContain('stands at the end of each file')
}, 60_000)

/** The newest message to somebody, after the mail server has spoken. */
const spoken = async ({ house }: TestHouse, recipientId: string, set: { status?: 'sent' | 'failed'; openedAt?: Instant }) => {
  const { id } = await house.db
    .selectFrom('message')
    .select('id')
    .where('recipientId', '=', recipientId)
    .where('status', '=', 'waiting')
    .executeTakeFirstOrThrow()
  await house.db.updateTable('message').set(set).where('id', '=', id).execute()
  return id
}

test('nothing is called sent that is not: it waits in the Outbox, is handed over, or never came and can be put right', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test)
  const claire = await recipientNamed(test, id, 'Claire')
  const page = async () => (await browser.get(path)).text.replace(/\s+/g, ' ')
  const first = await page()
  expect(first).toContain('Invitation: waits in the Outbox for Claire Martin')
  expect(first).not.toMatch(/Invited|was sent/)
  const message = /href="\/console\/outbox#(msg_\w+)"/.exec(first)?.[1]
  expect(await test.house.db.selectFrom('message').select('recipientId').where('id', '=', message!).execute()).toEqual([
    { recipientId: claire.id },
  ])
  // Who is no administrator has no Outbox to go to.
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  await test.house.db
    .updateTable('envelope')
    .set({ senderId: (await findUserByAddress(test.house.db, 'bob@acme.example'))!.id })
    .where('id', '=', id)
    .execute()
  const his = (await bob.get(path)).text
  expect(his).toContain('Waits in the Outbox')
  expect(his).not.toContain('/console/outbox')

  await spoken(test, claire.id, { openedAt: test.house.clock() })
  expect(await page()).toContain('Opened in the Outbox in their place')
  await spoken(test, claire.id, { status: 'sent' })
  const arrived = await page()
  expect(arrived).toContain('<span>Invited</span>')
  expect(arrived).not.toContain('/console/outbox#')
  await test.house.db.updateTable('message').set({ status: 'failed' }).where('recipientId', '=', claire.id).execute()
  const lost = await page()
  expect(lost).toMatch(/follow__state--undelivered"><span>Not delivered/)
  expect(lost).toContain('Claire Martin: nothing reaches cl•••@acme.example.')
  expect(lost).toMatch(new RegExp(`\\?correct=${claire.id}#people">Correct the address`))
  await browser.post(`${path}/recipients/${claire.id}/correction`, {
    firstName: 'Claire',
    lastName: 'Martin',
    email: 'claire.martin@acme.example',
    phone: '',
    channel: 'email',
    language: 'en',
  })
  const corrected = await page()
  expect(corrected).not.toContain('Not delivered')
  expect(corrected).toContain('Link after a correction: waits in the Outbox for Claire Martin')
}, 40_000)

test('approvers and witnesses are not counted as having signed, and nobody is named twice in what happened', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test, [CLAIRE, { ...MARIE, role: 'witness' }])
  await sign(test, (await recipientNamed(test, id, 'Claire')).id)
  await test.drain()
  await sign(test, (await recipientNamed(test, id, 'Marie')).id)
  await test.drain()
  const { text } = await browser.get(path)
  expect(text).toContain('2 of 2 have acted')
  expect(text).toContain('Everybody has acted, and the company has sealed it')
  const told = [...text.matchAll(/<\/time><span>(.*?)<\/span>/g)].map(([, one]) => one!.replace(/<[^>]*>/g, '').trim())
  expect(told).toContain('Everybody has acted; the company seals it')
  expect(told).toContain('Marie Dupont signed')
  expect(told.filter((one) => (one.match(/Marie Dupont/g) ?? []).length > 1)).toEqual([])
  expect((await browser.get('/envelopes')).text).toContain('2 of 2 have acted')
}, 40_000)

test('the next reminder stands on the page; how often is changed while it is under way, and ended', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, path } = await sent(test)
  expect((await browser.get(path)).text).toContain('Next reminder on 26 Nov 2026, 13:00')
  const fields = { remind: '1', firstAfterDays: '5', everyDays: '1', most: '3', workingDays: '1' }
  expect((await browser.post(`${path}/reminders`, { ...fields, everyDays: '0' })).status).toBe(422)
  expect((await browser.post(`${path}/reminders`, fields)).status).toBe(303)
  // Saturday moves to Monday morning.
  const changed = (await browser.get(path)).text
  expect(changed).toContain('Next reminder on 30 Nov 2026, 08:00')
  expect(changed).toContain('Changed how often whoever is missing is reminded')
  expect((await browser.post(`${path}/reminders`, { ...fields, remind: '' })).status).toBe(303)
  expect((await browser.get(path)).text).toContain('No more reminders by themselves')
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.post(`${path}/reminders`, fields)).status).toBe(404)
}, 40_000)

test('between the deadline and the job that ends it, a link says that it has ended', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id, path } = await sent(test, [MARIE])
  const marie = await recipientNamed(test, id, 'Marie')
  const invitation = (await currentInvitation(test.house.db, marie.id, test.house.clock()))!
  const link = `/s/${invitationToken(test.house.secretKey, invitation)}`
  expect((await browser.post(`${path}/deadline`, { deadlineDay: '2026-11-24', deadlineTime: '10:00' })).status).toBe(303)
  const held = await test.browser()
  const base = (await held.get(link)).location!
  test.wait(DAY)
  for (const address of [link, base]) {
    const { status, text } = await held.get(address)
    expect([address, status]).toEqual([address, 410])
    expect(text).toContain('L’échéance est dépassée')
  }
  expect((await held.get(`${base}.forged`)).status).toBe(404)
  await test.drain()
  expect((await held.get(base)).status).toBe(410)
}, 40_000)
