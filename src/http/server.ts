import { getCookie, setCookie } from 'hono/cookie'
import { getPath } from 'hono/utils/url'
import { findSession, sessionCookie } from '../access/session.ts'
import type { Act } from '../audit/act.ts'
import type { House } from '../house.ts'
import { defaultLegalEntity } from '../setting/legal-entity.ts'
import { type Origins, originsOf } from '../setting/origins.ts'
import { countMessages } from '../mail/outbox.ts'
import { countWaiting } from '../envelope/waiting.ts'
import { countUnread } from '../notification/reading.ts'
import { readSetting } from '../setting/setting.ts'
import type { View } from '../view/eta.ts'
import { formatsFor } from '../view/formats.ts'
import { isLanguage, preferredLanguage, words } from '../view/words.ts'
import { bearer, isApi } from './api/door.ts'
import { plainProblem } from './api/problem.ts'
import type { Assets } from './assets.ts'
import { boundedBodies, isSpooled } from './bodies.ts'
import { consoleOf } from './console.ts'
import { belowBase, cookiesWithin, placed } from './base-path.ts'
import { compressedPages } from './compression.ts'
import { entryOf, ownEntry } from './entry.ts'
import { endStreams } from './board/stream.ts'
import { createApp, type Ctx, type Flash, type Page } from './env.ts'
import { notFound, onError, refusalSentence } from './errors.ts'
import { noticesFor } from './notices.ts'
import { mountRoutes } from './routes.ts'
import { type Door, isPublic } from './doors.ts'
import { csrfToken, METHODS, refuseForgeries, securityHeaders, visitOf } from './security.ts'
import { attend, type Noted, routeOf, type Served } from './served.ts'
import { sweepSpools } from './spool.ts'
import { spooledUploads } from './uploads.ts'
import { createWatching, isWatchersHost, WATCHED } from './watching.ts'
import type { Views } from './views.ts'

export interface ServerDeps {
  readonly house: House
  readonly view: View<Views & Record<string, object>>
  readonly assets: Assets
  /** Told of every request once its answer begins. */
  readonly onServed?: (served: Served) => void
}

export interface Server {
  /** By which listener it came: `public` answers to recipients and verification alone, `watching` to machines that watch. */
  fetch(request: Request, peer: string | null, door?: Door): Promise<Response>
  /** No more requests are wanted: whoever asks whether this node is ready hears no. */
  stopping(): void
  /** Ends what would go on by itself: the streams of those who watch. */
  close(): void
}

const FLASH = 'flash'

/** The whole door. The Host rule stands before the router; everything behind it may rely on `Env`. */
export async function createServer({ house, view, assets, onServed }: ServerDeps): Promise<Server> {
  sweepSpools(house.config)
  const app = createApp({ getPath: (request, options) => getPath(request).slice(options?.env?.base.length ?? 0) || '/' })
  const current = async (): Promise<{ origins: Origins; https: boolean; isSetUp: boolean }> => {
    const installation = await readSetting(house.db, 'installation')
    const origins = originsOf(house.config, installation)
    return { origins, https: origins.staff.startsWith('https:'), isSetUp: installation.setUpAt !== null }
  }
  let now = await current()

  app.onError(onError)
  app.notFound(notFound)
  app.use(async (c, next) => {
    const lang = getCookie(c, 'lang')
    c.set('house', house)
    const { noted, address } = c.env
    c.set('requestId', noted.request)
    c.set(
      'lang',
      isLanguage(lang) ? lang : preferredLanguage(c.req.header('accept-language'), (await readSetting(house.db, 'installation')).language),
    )
    c.set('user', null)
    c.set('sessionId', null)
    c.set('embeddedIn', null)
    c.set('session', null)
    c.set('token', null)
    c.set('render', async (name, data) =>
      placed(view(name, { ...data, page: await pageFor(c, house, assets, now.https) } as never), c.env.base),
    )
    const act: Act = {
      actor: { kind: 'visitor' },
      at: house.clock(),
      ip: address,
      userAgent: c.req.header('user-agent')?.slice(0, 300) ?? null,
      request: noted.request,
    }
    c.set('act', act)
    await next()
    noted.route = routeOf(c)
    noted.actor = c.var.act.actor.kind
  })
  app.use(belowBase)
  app.use((c, next) => securityHeaders(now.https)(c, next))
  app.use(compressedPages)
  app.get('/static/*', assets.serve)
  // Browsers ask for it by themselves on every page.
  app.get('/favicon.ico', (c) => c.body(null, 204, { 'Cache-Control': 'public, max-age=86400' }))
  app.use(async (c, next) => {
    if (isApi(c.req.path)) return bearer(c, next)
    const token = getCookie(c, sessionCookie(now.https))
    const found = token ? await findSession(house.db, token, c.var.act.at) : null
    if (found) {
      c.set('user', found.user)
      c.set('sessionId', found.session.id)
      c.set('session', found.session)
      c.set('act', { ...c.var.act, actor: { kind: 'user', id: found.user.id } })
      if (!isLanguage(getCookie(c, 'lang'))) c.set('lang', found.user.language)
    }
    return next()
  })
  app.use(boundedBodies)
  app.use(spooledUploads)
  app.use((c, next) =>
    refuseForgeries(now.https, () => [new URL(now.origins.staff).origin, new URL(now.origins.public).origin, c.env.origin])(c, next),
  )
  mountRoutes(app)

  const serve = async (request: Request, peer: string | null, door: Door, noted: Noted): Promise<Response> => {
    now = await current()
    if (!METHODS.has(request.method)) return plainly(request, 'method.not-allowed', 405)
    const entry = await entryOf(house, now, request, peer)
    if (entry === 'unknown') return plainly(request, 'host.unknown', 421)
    if (entry === 'elsewhere' || (door === 'public' && !isPublic(entry.path))) return plainly(request, 'page.not-found', 404)
    const env = { ...entry.facts, noted }
    const cookies = env.base ? request.headers.get('cookie') : null
    if (cookies) request.headers.set('cookie', cookiesWithin(cookies))
    if (!isLarge(request, entry.path)) return app.fetch(request, env)
    if (largeUnderWay >= LARGE_AT_ONCE) return plainly(request, 'server.busy', 503, { 'retry-after': '10' })
    largeUnderWay++
    try {
      return await app.fetch(request, env)
    } finally {
      largeUnderWay--
    }
  }
  const watching = createWatching(house)
  /** By what is known of the house's addresses without the database, which may be what does not answer. */
  const watchedPath = (request: Request, peer: string | null): string | null => {
    const entry = METHODS.has(request.method) ? ownEntry(house, now, request, peer) : null
    return entry && typeof entry !== 'string' && WATCHED.has(entry.path) ? entry.path : null
  }

  return {
    stopping: () => watching.stopping(),
    close: () => {
      watching.stopping()
      watching.close()
      endStreams(house)
    },
    fetch: (request, peer, door = 'house') =>
      attend(
        request,
        (told) => onServed?.(told),
        watching,
        async (noted) => {
          const path = URL.parse(request.url)?.pathname ?? ''
          if (WATCHED.has(path)) noted.route = path
          if (door === 'watching') {
            if (!isWatchersHost(request) || !WATCHED.has(path)) return plainly(request, 'page.not-found', 404)
            return watching.answer(request, path, { peer, isOwn: true })
          }
          const watched = watchedPath(request, peer)
          if (!watched) return serve(request, peer, door, noted)
          noted.route = watched
          if (door === 'public' && !isPublic(watched)) return plainly(request, 'page.not-found', 404)
          return watching.answer(request, watched, { peer, isOwn: false })
        },
      ),
  }
}

/** A body that is not spooled is held in memory while it is read: so many large ones at once, whoever sends them, and the others are asked to wait. */
const LARGE_AT_ONCE = 8
const LARGE_BODY = 1_000_000
let largeUnderWay = 0

const isLarge = (request: Request, path: string): boolean => {
  if (isSpooled(request, path)) return false
  const length = request.headers.get('content-length')
  return length === null ? request.headers.has('transfer-encoding') : Number(length) > LARGE_BODY
}

/** An answer before the router: a sentence and nothing else. */
const plainly = (request: Request, reason: string, status: number, headers: Record<string, string> = {}): Response =>
  // Not yet asked is below which path the house stands.
  URL.parse(request.url)?.pathname.includes('/api/v1/')
    ? plainProblem(request, reason, status, headers)
    : new Response(`${refusalSentence(preferredLanguage(request.headers.get('accept-language')), { reason, params: {} })}\n`, {
        status,
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          ...headers,
        },
      })

async function pageFor(c: Ctx, house: House, assets: Assets, https: boolean): Promise<Page> {
  const { user, lang } = c.var
  const installation = await readSetting(house.db, 'installation')
  const entity = await defaultLegalEntity(house.db)
  const { colour } = await readSetting(house.db, 'appearance')
  const console = user ? consoleOf(user.permissions) : []
  const open = console.flatMap(({ pages }) => pages)
  const outbox = open.includes('outbox') ? (await countMessages(house.db)).waiting : 0
  return {
    lang,
    dir: 'ltr',
    w: words(lang),
    f: formatsFor(lang, installation.timeZone),
    now: c.var.act.at,
    user: user
      ? {
          id: user.id,
          name: `${user.firstName} ${user.lastName}`.trim(),
          initials: `${user.firstName[0] ?? ''}${user.lastName[0] ?? ''}`.toUpperCase(),
          may: user.permissions,
        }
      : null,
    company: entity ? { name: entity.legalName, logoUrl: entity.logoDigest ? `/logo/${entity.logoDigest}` : null } : null,
    accentUrl: colour && `/appearance.css?v=${colour.slice(1)}`,
    csrf: csrfToken(house.secretKey, visitOf(c, https), c.var.sessionId),
    path: c.req.path,
    host: c.env.host,
    asset: (name) => assets.url(name),
    flash: takeFlash(c),
    embeddedIn: c.var.embeddedIn,
    nav: {
      waitingForMe: user ? await countWaiting(house.db, user) : 0,
      unread: user ? await countUnread(house.db, user.id) : 0,
      outbox,
      console,
    },
    notices: open.length ? await noticesFor(house, lang, c.var.act.at, open) : [],
  }
}

/** A sentence for the next page, after a redirect. */
export const flash = (c: Ctx, kind: Flash['kind'], text: string): void =>
  setCookie(c, FLASH, JSON.stringify({ kind, text: text.slice(0, 600) }), { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 60 })

function takeFlash(c: Ctx): Flash | null {
  const text = getCookie(c, FLASH)
  if (!text) return null
  setCookie(c, FLASH, '', { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 0 })
  try {
    const { kind, text: sentence } = JSON.parse(text) as Flash
    return ['good', 'wait', 'stop'].includes(kind) && typeof sentence === 'string' ? { kind, text: sentence } : null
  } catch {
    return null
  }
}
