import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listen } from '../../src/http/listen.ts'
import { MOST_SPOOLS, sweepSpools } from '../../src/http/spool.ts'
import { type HalfUpload, halfUpload, type UploadTo } from '../support/half-uploads.ts'
import { openTestHouse, ORIGIN, type TestBrowser, type TestHouse } from '../support/house.ts'

const CONTRACT = new Uint8Array(await Bun.file('static/sample/contract.en.pdf').arrayBuffer())
let house: TestHouse
let door: ReturnType<typeof listen>
let browser: TestBrowser
let path = ''
let csrf = ''

beforeAll(async () => {
  house = await openTestHouse()
  door = listen(house.server, { host: '127.0.0.1', port: 0 })
  browser = await house.browser()
  await browser.signIn('ann@acme.example')
  path = (await browser.post('/envelopes')).location!.replace('/draft', '')
  csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get(`${path}/draft`)).text)![1]!
})
afterAll(async () => {
  await door.stop(true)
  await house[Symbol.asyncDispose]()
})

const folder = (): string => join(house.house.config.dataDirectory, 'tmp', 'uploads')
const left = (): string[] => (existsSync(folder()) ? readdirSync(folder()) : [])
const headers = (): Record<string, string> => ({
  host: new URL(ORIGIN).host,
  cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  'sec-fetch-site': 'same-origin',
  accept: 'application/json',
})
const to = (more: Partial<UploadTo> = {}): UploadTo => ({
  port: door.port!,
  path: `${path}/documents`,
  headers: { ...headers(), 'x-csrf': csrf },
  field: 'files',
  name: 'contract.pdf',
  ...more,
})
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries++) await Bun.sleep(25)
  expect(holds()).toBe(true)
}
const documents = async () => house.house.db.selectFrom('document').selectAll().orderBy('position').execute()
const half = (more: Partial<UploadTo> = {}): Promise<HalfUpload> => halfUpload(to(more), CONTRACT, 100)

test('a file waits in a folder of its owner alone while it comes, is what is kept in the end, and goes with the answer', async () => {
  const before = (await documents()).length
  const upload = await half({ name: '契約 été.pdf', headers: headers(), fields: { csrf } })
  await until(() => existsSync(join(folder(), left()[0] ?? 'none', '0')))
  expect(statSync(folder()).mode & 0o777).toBe(0o700)
  const inside = join(folder(), left()[0]!)
  expect([statSync(inside).mode & 0o777, statSync(join(inside, '0')).mode & 0o777]).toEqual([0o700, 0o600])
  upload.rest()
  await until(() => upload.heard().includes('"ok":true'))
  await until(() => left().length === 0)
  const added = (await documents()).slice(before)
  expect(added.map(({ fileName }) => fileName)).toEqual(['契約 été.pdf'])
  expect(added[0]!.originalDigest as string).toBe(new Bun.CryptoHasher('sha256').update(CONTRACT).digest('hex'))
}, 30_000)

test('an upload that breaks off leaves nothing, and nothing is said of it', async () => {
  const said = spyOn(console, 'error')
  const before = (await documents()).length
  const upload = await half()
  await until(() => left().length === 1)
  upload.socket.destroy()
  await until(() => left().length === 0)
  expect(said.mock.calls).toEqual([])
  said.mockRestore()
  expect((await documents()).length).toBe(before)
}, 30_000)

test(`${MOST_SPOOLS} at once, of strangers fewer: the next is told to come again, and others go on`, async () => {
  const strangers = { path: '/verify', field: 'file', headers: { ...headers(), cookie: '' } }
  const visitor = await house.browser()
  const token = /name="csrf" value="([^"]+)"/.exec((await visitor.get('/verify')).text)![1]!
  strangers.headers.cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const asStranger = () => half({ ...strangers, headers: { ...strangers.headers, 'x-csrf': token } })
  const open: HalfUpload[] = []
  try {
    for (let at = 0; at < 12; at++) open.push(await asStranger())
    await until(() => left().length === 12)
    const refused = await asStranger()
    await until(() => refused.heard().includes('upload.busy'))
    expect(refused.heard()).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: \d+/i)
    expect(refused.heard()).toContain('Many files are being uploaded just now.')
    while (open.length < MOST_SPOOLS) open.push(await half())
    await until(() => left().length === MOST_SPOOLS)
    const late = await half()
    await until(() => late.heard().includes('upload.busy'))
    expect((await browser.get('/account')).status).toBe(200)
  } finally {
    for (const { socket } of open) socket.destroy()
  }
  await until(() => left().length === 0)
  const again = await half()
  again.rest()
  await until(() => again.heard().includes('"ok":true'))
}, 60_000)

test('what announces more than there is room for is told to come again', async () => {
  // Ten announce 150 MB each and send little.
  const announced = 150_000_000
  const open: HalfUpload[] = []
  try {
    const empty = new Uint8Array(announced)
    for (let at = 0; at < 9; at++) open.push(await halfUpload(to(), empty, announced - 1_000))
    await until(() => left().length === 9)
    for (let at = 0; at < 2; at++) open.push(await halfUpload(to(), empty, announced - 1_000))
    await until(() => open.some((one) => one.heard().includes('upload.busy')))
  } finally {
    for (const { socket } of open) socket.destroy()
  }
  await until(() => left().length === 0)
}, 30_000)

test('a form of too many parts, with too long a text, or that is none, is refused and nothing is kept', async () => {
  const part = (name: string, value: string) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const send = async (body: string, type = 'multipart/form-data; boundary=x') =>
    (
      await fetch(`http://127.0.0.1:${door.port}${path}/documents`, {
        method: 'POST',
        body,
        headers: { ...headers(), 'x-csrf': csrf, 'content-type': type },
      })
    ).status
  const end = '--x--\r\n'
  const file = (name: string) => part('files"; filename="' + name, 'hello')
  expect(await send(Array.from({ length: 199 }, (_, at) => part(`f${at}`, 'v')).join('') + end)).toBe(422)
  expect(await send(Array.from({ length: 10_000 }, (_, at) => part(`f${at}`, 'v')).join('') + end)).toBe(413)
  expect(await send(Array.from({ length: 1_000 }, (_, at) => file(`${at}.pdf`)).join('') + end)).toBe(413)
  expect(await send(part('password', 'v'.repeat(2_100_000)) + end)).toBe(413)
  expect(await send(`--x\r\nContent-Disposition: form-data; name="files"; filename="${'n'.repeat(20_000)}"\r\n\r\nhello\r\n${end}`)).toBe(
    422,
  )
  expect(await send(part('a', 'b'), 'multipart/form-data')).toBe(400)
  expect(await send(file('cut.pdf'))).toBe(400)
  expect(await send('nothing of the kind')).toBe(400)
  expect(await send(part('a', 'b') + end, `multipart/form-data; boundary=${'x'.repeat(10_000)}`)).toBe(400)
  expect(await send(part('a', 'b') + end, 'multipart/form-data; boundary=')).toBe(400)
  expect(await send(part('a', 'b').repeat(300) + end, 'multipart/form-data; boundary="x"; boundary=y')).toBe(413)
  const nested = `--x\r\nContent-Disposition: form-data; name="files"\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\nContent-Disposition: file; filename="a.pdf"\r\n\r\nhello\r\n--y--\r\n`
  expect(await send(nested + end)).toBe(422)
  expect(
    await send(part('__proto__', 'x') + part('files', 'a text') + `--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n${end}`),
  ).toBe(422)
  expect(await send(`--x\r\n\r\nno header\r\n--x\r\n${'a: b\r\n'.repeat(5_000)}\r\nmany headers\r\n${end}`)).toBe(422)
  expect(left()).toEqual([])
}, 30_000)

test('what a crash left behind is gone before the next start serves anything', () => {
  mkdirSync(join(folder(), 'upload-x'), { recursive: true })
  writeFileSync(join(folder(), 'upload-x', '0'), 'half of a contract')
  sweepSpools(house.house.config)
  expect(left()).toEqual([])
})
