import { expect, test } from 'bun:test'
import { cookiesWithin, pathBelow, placed } from '../../src/http/base-path.ts'
import { ANN, openTestHouse } from '../support/house.ts'

const HOST = 'intranet.example'
const environment = { PARAPHE_URL: `https://${HOST}/sign` }

test('a page’s own addresses are placed below the path, and nothing else is', () => {
  const page = `<a href="/">a</a> <a href="https://x.example/">b</a> <a href="//x.example">c</a> <form action="/s/x"><img srcset="/p?width=800 800w, /p?width=1600 1600w" src="/p"><input value="/etc" data-save="/d"> <p data-name="/etc"> href=&quot;/x&quot;`
  expect(placed(page, '/sign')).toBe(
    `<a href="/sign/">a</a> <a href="https://x.example/">b</a> <a href="//x.example">c</a> <form action="/sign/s/x"><img srcset="/sign/p?width=800 800w, /sign/p?width=1600 1600w" src="/sign/p"><input value="/etc" data-save="/sign/d"> <p data-name="/etc"> href=&quot;/x&quot;`,
  )
  expect(placed(page, '')).toBe(page)
})

test('a path is below another one by whole parts', () => {
  expect(['/sign', '/sign/', '/sign/x', '/signs', '/x/sign', '/'].map((path) => pathBelow('/sign', path))).toEqual([
    '/',
    '/',
    '/x',
    null,
    null,
    null,
  ])
})

test('cookies that another application of the host set for all of it are not looked at', () => {
  expect(cookiesWithin('__Host-paraphe=theirs; __Secure-host-paraphe=ours; lang=fr; __Secure-link=l')).toBe(
    '__Host-paraphe=ours; lang=fr; __Secure-link=l',
  )
})

test('below a path everything that goes out begins with it: redirects, cookies, pages; everything else of the host is not ours', async () => {
  await using test = await openTestHouse({ environment })
  const send = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    test.server.fetch(
      new Request(`https://${HOST}${path}`, { ...init, headers: { host: HOST, 'sec-fetch-site': 'same-origin', ...init.headers } }),
      '192.0.2.7',
    )
  const start = await send('/sign')
  expect([start.status, start.headers.get('location')]).toEqual([303, '/sign/sign-in'])
  const asked = await send('/sign/envelopes?group=all')
  expect(asked.headers.get('location')).toBe(`/sign/sign-in?next=${encodeURIComponent('/envelopes?group=all')}`)
  for (const path of ['/', '/sign-in', '/signs/sign-in', '/SIGN/sign-in', '/sign/../sign-in', '/static/css/base.css'])
    expect([path, (await send(path)).status]).toEqual([path, 404])
  expect((await send('/healthz')).status).toBe(200)

  const page = await send('/sign/sign-in')
  const cookies = page.headers.getSetCookie()
  expect(cookies.join('\n')).toMatch(/^__Secure-host-visit=[\w-]{22}; .*Path=\/sign;/m)
  const html = await page.text()
  expect(
    [...html.matchAll(/ (?:href|src|action)="(\/[^"]*)"/g)].map(([, address]) => address).filter((one) => !one!.startsWith('/sign/')),
  ).toEqual([])
  expect(html).toContain('action="/sign/sign-in"')

  const csrf = /name="csrf" value="([^"]+)"/.exec(html)![1]!
  const cookie = cookies.map((one) => one.split(';')[0]).join('; ')
  const form = (fields: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams({ csrf, ...fields }),
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
  })
  const signedIn = await send(
    '/sign/sign-in?next=/account',
    form({ email: ANN.email, password: 'violet tractor hums at noon', next: '/account' }),
  )
  expect([signedIn.status, signedIn.headers.get('location')?.startsWith('/sign/')]).toEqual([303, true])
  const session = signedIn.headers.getSetCookie().find((one) => one.startsWith('__Secure-host-paraphe='))!
  expect(session).toMatch(/HttpOnly/)
  expect(session).toMatch(/Path=\/sign;/)
  expect(session).toMatch(/Secure/)
  const token = session.split(';')[0]!
  expect((await send('/sign/account', { headers: { cookie: token } })).status).toBe(200)
  // The same secret under the name that another application could have set.
  expect((await send('/sign/account', { headers: { cookie: token.replace('__Secure-host-', '__Host-') } })).status).toBe(303)
})

test('a proof below a path leads back to the page and the form that asked for it', async () => {
  await using house = await openTestHouse({ environment })
  const jar = new Map<string, string>()
  const send = async (path: string, fields?: Record<string, string>) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { host: HOST, 'sec-fetch-site': 'same-origin', cookie, referer: `https://${HOST}/sign/console/roles/new` }
    const body = fields && { method: 'POST', body: new URLSearchParams(fields) }
    const answer = await house.server.fetch(new Request(`https://${HOST}${path}`, { ...body, headers }), '192.0.2.7')
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      jar.set(name!, value!)
    }
    return { status: answer.status, location: answer.headers.get('location') ?? '', text: await answer.text() }
  }
  const csrfIn = ({ text }: { text: string }): string => /name="csrf" value="([^"]+)"/.exec(text)![1]!
  const password = 'violet tractor hums at noon'
  await send('/sign/sign-in', { csrf: csrfIn(await send('/sign/sign-in')), email: ANN.email, password })
  house.wait(11 * 60_000)
  const asked = await send('/sign/console/channels?preset=ovh')
  expect(asked.location).toBe(`/sign/proof?next=${encodeURIComponent('/console/channels?preset=ovh')}`)
  const csrf = csrfIn(await send(asked.location))
  const proved = await send('/sign/proof', { csrf, next: '/console/channels?preset=ovh', 'proof-password': password })
  expect(proved.location).toBe('/sign/console/channels?preset=ovh')
  expect((await send(proved.location)).status).toBe(200)
  house.wait(11 * 60_000)
  const held = await send('/sign/console/roles', { csrf, name: 'Buyers', 'documents.view': 'own' })
  expect(held.status).toBe(403)
  expect(held.text).toContain('action="/sign/console/roles"')
  const kept = /name="kept" value="([^"]+)"/.exec(held.text)![1]!
  expect((await send('/sign/console/roles', { csrf, kept, 'proof-password': password })).status).toBe(303)
  expect((await house.house.db.selectFrom('role').select('id').where('name', '=', 'Buyers').execute()).length).toBe(1)
})

test('an origin is one without its path: forms of another application’s page of the host are refused by the token, of another host by the origin', async () => {
  await using test = await openTestHouse({ environment })
  const post = (origin: string) =>
    test.server.fetch(
      new Request(`https://${HOST}/sign/language`, {
        method: 'POST',
        body: new URLSearchParams({ language: 'fr' }),
        headers: { host: HOST, origin },
      }),
      '192.0.2.7',
    )
  const told = async (origin: string) => (await (await post(origin)).text()).includes('another site')
  const [own, foreign] = [await post(`https://${HOST}`), await post('https://elsewhere.example')]
  expect([own.status, foreign.status]).toEqual([403, 403])
  expect(await told(`https://${HOST}`)).not.toBe(await told('https://elsewhere.example'))
})

test('staff below a path, recipients on a host of their own: each address answers to its own', async () => {
  await using test = await openTestHouse({
    environment: { PARAPHE_URL: 'https://intranet.example/sign', PARAPHE_PUBLIC_URL: 'https://sign.example' },
  })
  const status = async (url: string) =>
    (await test.server.fetch(new Request(url, { headers: { host: new URL(url).host } }), '192.0.2.7')).status
  expect(await status('https://intranet.example/sign/sign-in')).toBe(200)
  expect(await status('https://intranet.example/verify')).toBe(404)
  expect(await status('https://sign.example/verify')).toBe(200)
  expect(await status('https://sign.example/sign/verify')).toBe(404)
  expect(await status('https://other.example/sign/verify')).toBe(421)
  const html = await (
    await test.server.fetch(new Request('https://sign.example/verify', { headers: { host: 'sign.example' } }), '192.0.2.7')
  ).text()
  expect(html).not.toContain('="/sign/')
})
