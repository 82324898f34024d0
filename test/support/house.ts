import { ADMINISTRATOR, EMPLOYEE, SIGNATORY, STAMP_USER } from '../../src/access/rights.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashPassword } from '../../src/access/password.ts'
import { addUser, type NewUser } from '../../src/access/users.ts'
import { createAuthority } from '../../src/authority/creating.ts'
import { openKeyStore } from '../../src/authority/key-store.ts'
import { systemAct } from '../../src/audit/act.ts'
import { instant, type Instant, later, systemClock } from '../../src/base/instant.ts'
import { followTrail } from '../../src/board/following.ts'
import { readConfig } from '../../src/config/config.ts'
import { secretKeyOf } from '../../src/config/secret-key.ts'
import type { House } from '../../src/house.ts'
import { createAssets } from '../../src/http/assets.ts'
import { createServer, type Server } from '../../src/http/server.ts'
import type { Views } from '../../src/http/views.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { publishDisclosure } from '../../src/setting/disclosure.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import { DEFAULTS, writeSetting } from '../../src/setting/setting.ts'
import { startRunner } from '../../src/jobs/runner.ts'
import { handlersOf } from '../../src/worker/handlers.ts'
import { openFresh } from './fresh.ts'
import { createView } from '../../src/view/eta.ts'
import { LANGUAGES, words } from '../../src/view/words.ts'

export const NOON = instant('2026-11-23T12:00:00Z')
export const ORIGIN = 'http://127.0.0.1:8080'
export const PASSWORD = 'violet tractor hums at noon'
const PASSWORD_HASH = await hashPassword(PASSWORD)

export const ANN: NewUser = {
  email: 'ann@acme.example',
  firstName: 'Ann',
  lastName: 'Archer',
  jobTitle: 'Director',
  phone: null,
  language: 'en',
  roles: [ADMINISTRATOR, SIGNATORY, STAMP_USER],
}
export const BOB: NewUser = {
  ...ANN,
  email: 'bob@acme.example',
  firstName: 'Bob',
  lastName: 'Baker',
  jobTitle: '',
  roles: [EMPLOYEE],
}

export interface TestHouse extends AsyncDisposable {
  readonly house: House
  readonly server: Server
  /** The templates that were rendered, in their order. */
  readonly rendered: string[]
  /** Does all the work that is due, as the worker does. */
  drain(): Promise<void>
  /** Moves the clock, which stands still otherwise. */
  wait(milliseconds: number): void
  /** A browser with its own cookies that has opened one page, so that it has a visit and its token. */
  browser(): Promise<TestBrowser>
}

export interface TestBrowser {
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  /** A form as a page of this house sends it. */
  post(path: string, fields?: Record<string, string | Blob | readonly Blob[]>, headers?: Record<string, string>): Promise<Answer>
  signIn(email: string, password?: string): Promise<Answer>
  readonly cookies: Map<string, string>
}

export interface Answer {
  readonly status: number
  readonly location: string | null
  readonly text: string
  readonly bytes: Uint8Array
  readonly headers: Headers
}

/** Every door and room on a fresh database, without processes and without an authority. Set up, unless said otherwise. */
export async function openTestHouse(
  options: {
    isSetUp?: boolean
    authority?: boolean
    realTime?: boolean
    origin?: string
    from?: Instant
    passphrase?: string
    environment?: Record<string, string>
    /** The database is a file in its folder, for a second process to open. */
    isOnDisk?: boolean
  } = {},
): Promise<TestHouse> {
  const origin = options.origin ?? ORIGIN
  const directory = await mkdtemp(join(tmpdir(), 'paraphe-house-'))
  const db = await openFresh(options.isOnDisk ? join(directory, 'paraphe.db') : undefined)
  let now: Instant = options.from ?? NOON
  const house: House = {
    config: readConfig({ PARAPHE_DATA: directory, ...options.environment }),
    db,
    clock: options.realTime ? systemClock : () => now,
    secretKey: secretKeyOf(new Uint8Array(32).fill(9)),
    keys: await openKeyStore(directory, db),
    wake: () => {},
  }
  if (options.isSetUp !== false)
    await db.transaction().execute(async (tx) => {
      const act = systemAct(now)
      await addLegalEntity(tx, act, {
        legalName: 'Acme <Ltd>',
        country: 'FR',
        address: '1 rue de la Paix, Paris',
        details: NO_DETAILS,
        logoDigest: null,
      })
      await writeSetting(tx, act, 'installation', {
        ...DEFAULTS.installation,
        language: 'en',
        timeZone: 'Europe/Paris',
        setUpAt: now,
        staffUrl: origin,
        publicUrl: origin,
      })
      for (const language of LANGUAGES) await publishDisclosure(tx, act, language, words(language).setup.disclosure)
      await addUser(tx, act, ANN, PASSWORD_HASH)
      await addUser(tx, act, BOB, PASSWORD_HASH)
    })
  if (options.authority)
    await createAuthority(house, systemAct(house.clock()), {
      algorithm: 'ecdsa-p256',
      organization: 'Acme Ltd',
      country: 'FR',
      rootName: 'Acme Root',
      issuingName: 'Acme Issuing',
      sealName: 'Acme Ltd',
      keyProtection: options.passphrase ? { passphrase: options.passphrase } : 'key-file',
      publicOrigin: origin,
    })
  const root = join(import.meta.dir, '../..')
  const view = createView<Views & Record<string, object>>(join(root, 'views'), { cache: true })
  const rendered: string[] = []
  const server = await createServer({
    house,
    view: (name, data) => {
      rendered.push(name)
      return view(name, data)
    },
    assets: await createAssets(join(root, 'static')),
  })

  const browser = async (): Promise<TestBrowser> => {
    const cookies = new Map<string, string>()
    let token = ''
    const send = async (path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Answer> => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await server.fetch(
        new Request(`${origin}${path}`, { ...init, headers: { host: new URL(origin).host, cookie, ...init.headers } }),
        '192.0.2.7',
      )
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (/max-age=0/i.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      const bytes = new Uint8Array(await response.arrayBuffer())
      const text = new TextDecoder().decode(bytes)
      token = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? token
      return { status: response.status, location: response.headers.get('location'), text, bytes, headers: response.headers }
    }
    const get: TestBrowser['get'] = (path, headers = {}) => send(path, { headers })
    const post: TestBrowser['post'] = (path, fields = {}, headers = {}) => {
      const hasFile = Object.values(fields).some((value) => typeof value !== 'string')
      const body = hasFile ? new FormData() : new URLSearchParams()
      for (const [name, value] of Object.entries({ csrf: token, ...fields }))
        for (const one of [value].flat()) (body as FormData).append(name, one as string)
      return send(path, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin', ...headers } })
    }
    return {
      get,
      post,
      cookies,
      async signIn(email, password = PASSWORD) {
        await get('/sign-in')
        const answer = await post('/sign-in', { email, password })
        // The token is bound to the session: the next page brings the new one.
        if (answer.status === 303) await get('/account')
        return answer
      },
    }
  }
  return {
    house,
    server,
    rendered,
    browser,
    async drain() {
      const runner = startRunner(db, house.clock, handlersOf(house), {
        lanes: 0,
        onError: (job, error) => {
          throw new Error(`the job ${job.kind} failed`, { cause: error })
        },
      })
      do await runner.drain()
      while (await followTrail(house))
    },
    wait: (milliseconds) => {
      now = later(now, milliseconds)
    },
    async [Symbol.asyncDispose]() {
      // An idle child works in the folder of the house that started it.
      closeSandbox()
      server.close()
      await db.destroy()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
