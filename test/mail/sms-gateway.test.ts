import { expect, test } from 'bun:test'
import { smsGatewayOf } from '../../src/mail/channel.ts'
import { type SmsGateway, sendSms } from '../../src/mail/sms-gateway.ts'
import { BLANKS, SMS_PRESETS } from '../../src/mail/sms-presets.ts'
import { Refusal } from '../../src/base/refusal.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly search: URLSearchParams
  readonly headers: Headers
  readonly body: string
}

/** A gateway on this machine that notes what it is asked and answers as told. */
function openGateway(answer: (asked: Asked) => Response | Promise<Response> = () => new Response('OK')) {
  const asked: Asked[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url)
      const one = { method: request.method, path: pathname, search: searchParams, headers: request.headers, body: await request.text() }
      asked.push(one)
      return answer(one)
    },
  })
  return { asked, origin: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) }
}

const TO = '+33612345678'
const TEXT = 'Acme & Söhne: “Lease” + 50 % {to}\\ "480913" https://sign.example.com/s/inv_1.very-secret-of-marie'
const gateway = (url: string, more: Partial<SmsGateway> = {}): SmsGateway => ({
  url,
  method: 'POST',
  from: 'Acme',
  headers: '',
  body: 'to={to}&text={text}&from={from}',
  successContains: '',
  ...more,
})
const heard = async (settings: SmsGateway) => {
  const dialogue: string[] = []
  const outcome = await sendSms(settings, TO, TEXT, (line) => dialogue.push(line))
  return { ...outcome, dialogue: dialogue.join('\n') }
}

test.each(Object.keys(SMS_PRESETS))('the shape %s says number, text and sender so that they are read back unchanged', async (name) => {
  const shape = { ...SMS_PRESETS[name]!, from: 'Acme & Co' }
  await using there = openGateway(() => new Response(shape.successContains || 'fine'))
  const url = shape.url.replace(/^https:\/\/[^/]+/, there.origin)
  expect((await heard({ ...shape, url })).outcome).toBe('sent')
  const [asked] = there.asked
  const isJson = asked!.headers.get('content-type')?.includes('json')
  const told = isJson
    ? Object.values(JSON.parse(asked!.body) as Record<string, unknown>)
    : [...(shape.method === 'GET' ? asked!.search : new URLSearchParams(asked!.body)).values()]
  expect(told).toEqual(expect.arrayContaining([TO, TEXT, 'Acme & Co']))
  expect([asked!.method, asked!.body === '']).toEqual([shape.method, shape.method === 'GET'])
  // As it comes it is refused; with its blanks filled in it is kept as typed.
  expect(() => smsGatewayOf({ preset: name, ...shape }, null)).toThrow(
    expect.objectContaining({ reason: expect.stringMatching(/-unfilled$/) }),
  )
  const own = (text: string): string => BLANKS.reduce((rest, blank) => rest.replaceAll(blank, 'b1ue'), text)
  const typed = { preset: name, ...shape, url: own(shape.url), headers: own(shape.headers), body: own(shape.body) }
  expect(smsGatewayOf(typed, null)).toEqual(typed)
})

test.each([
  [200, 'sent'],
  [202, 'sent'],
  [302, 'deferred'],
  [400, 'failed'],
  [401, 'deferred'],
  [404, 'deferred'],
  [422, 'failed'],
  [429, 'deferred'],
  [500, 'deferred'],
  [503, 'deferred'],
] as const)('an answer of %d: %s', async (status, outcome) => {
  await using there = openGateway(() => new Response('as it is', { status }))
  expect((await heard(gateway(there.origin))).outcome).toBe(outcome)
})

test('a redirect is not followed: the message and the key go to the gateway alone', async () => {
  await using elsewhere = openGateway()
  for (const status of [301, 302, 303, 307, 308]) {
    await using there = openGateway(() => new Response('', { status, headers: { location: `${elsewhere.origin}/x` } }))
    expect((await heard(gateway(there.origin, { headers: 'api-key: blue-kettle-42' }))).outcome).toBe('deferred')
  }
  expect(elsewhere.asked).toEqual([])
})

test('a gateway that is slow or gone is tried again later', async () => {
  await using slow = openGateway(() => Bun.sleep(20_000).then(() => new Response('OK')))
  const started = performance.now()
  expect((await heard(gateway(slow.origin))).outcome).toBe('deferred')
  expect(performance.now() - started).toBeLessThan(12_000)
  expect((await heard(gateway('http://127.0.0.1:1'))).outcome).toBe('deferred')
}, 15_000)

test('an answer without end is not read to the end', async () => {
  const block = new Uint8Array(100_000).fill(65)
  await using there = openGateway(
    () => new Response(new ReadableStream({ pull: (controller) => Bun.sleep(1).then(() => controller.enqueue(block)) })),
  )
  const { outcome, detail } = await heard(gateway(there.origin))
  expect([outcome, detail]).toEqual(['deferred', 'the gateway’s answer is too long'])
})

test('an answer of 200 counts only where it holds what a good one holds', async () => {
  await using there = openGateway(() => Response.json({ messages: [{ status: '4', 'error-text': 'Bad credentials' }] }))
  const strict = gateway(there.origin, { successContains: '"status":"0"' })
  expect(await heard(strict)).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('Bad credentials') })
  expect((await heard({ ...strict, successContains: '"status":"4"' })).outcome).toBe('sent')
})

test('neither the keys nor the link nor the code are told, however the gateway repeats them', async () => {
  const [key, password] = ['k3y/blue"kettle+42', 'hunter-22-hunter']
  await using there = openGateway(({ body, headers, search }) =>
    Response.json(
      {
        you: body,
        sent: decodeURIComponent(body),
        auth: headers.get('authorization'),
        key: search.get('apikey'),
        php: TEXT.replaceAll('/', '\\/'),
      },
      { status: 400 },
    ),
  )
  const { outcome, detail, dialogue } = await heard(
    gateway(`${there.origin}/send?apikey=${encodeURIComponent(key)}`, {
      headers: `Authorization: Bearer ${key}`,
      body: `user=acme-main&password=${password}&to={to}&text={text}`,
    }),
  )
  expect(outcome).toBe('failed')
  expect(dialogue).toContain('••••')
  for (const secret of [
    key,
    encodeURIComponent(key),
    JSON.stringify(key).slice(1, -1),
    password,
    'acme-main',
    '480913',
    'very-secret-of-marie',
  ])
    expect([secret, (detail + dialogue).includes(secret)]).toEqual([secret, false])
})

test.each([
  ['https://x.example/{text}', 'channel.places-missing', {}],
  ['https://{to}.example/', 'channel.url-invalid', {}],
  ['https://user:pass@x.example/', 'channel.url-invalid', {}],
  ['ftp://x.example/', 'channel.url-invalid', {}],
  ['javascript:alert(1)', 'channel.url-invalid', {}],
  ['', 'channel.url-invalid', {}],
  ['https://x.example/', 'channel.headers-invalid', { headers: 'Authorization Bearer x' }],
  ['https://x.example/', 'channel.places-missing', { method: 'GET' }],
] as const)('settings that cannot work are refused: %s %s', (url, reason, more) => {
  const settings = { preset: 'own', ...gateway(url), ...(url.includes('{text}') ? { body: '' } : {}), ...more }
  expect(() => smsGatewayOf(settings, null)).toThrow(new Refusal('invalid', reason))
})
