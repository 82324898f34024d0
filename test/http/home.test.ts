import { expect, test } from 'bun:test'
import { openTestHouse } from '../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

test('an empty start page leads to the first document; whoever is not signed in is led to the sign-in', async () => {
  await using test = await openTestHouse()
  const stranger = await test.browser()
  expect((await stranger.get('/')).location).toBe('/sign-in')
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  for (const [language, sentence] of [
    ['en', 'Send your first document'],
    ['fr', 'Envoyez votre premier document'],
  ] as const) {
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get('/')
    expect(status).toBe(200)
    expect(text).toContain(sentence)
    expect(text).toMatch(/<form method="post" action="\/envelopes"/)
  }
})

test('what waits for whom and how the last weeks went, as far as the reader may see, in words and pictures alike', async () => {
  await using test = await openTestHouse({ authority: true })
  const user = await ann(test)
  const draft = await draftFor(test, user, [{ ...CLAIRE, firstName: 'Ann', lastName: 'Archer', email: 'ann@acme.example' }, MARIE])
  await send(test, user, draft)
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const mine = await recipientNamed(test, draft.id, 'Ann')
  expect((await browser.get('/')).text).toContain(`action="/waiting/${mine.id}"`)
  await sign(test, mine.id)
  const { text } = await browser.get('/')
  for (const sentence of [
    'Hello Ann',
    'Nothing waits for you.',
    'waits for Marie Dupont',
    `href="/envelopes/${draft.id}"`,
    'aria-current="page"',
  ])
    expect(text).toContain(sentence)
  // The chart says in words what it draws, and a table has the same.
  expect(text).toContain('Sent a week: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1')
  expect(text).toContain('<th scope="row">23 Nov</th><td>1</td><td>0</td><td>0</td>')
  expect(text).not.toMatch(/\sstyle=|NaN|undefined|\[object/)
  browser.cookies.set('lang', 'fr')
  expect((await browser.get('/')).text).toContain('attend Marie Dupont')
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  const his = (await bob.get('/')).text
  expect(his).not.toContain(draft.id)
  expect(his).not.toContain('Marie Dupont')
}, 40_000)
