import type { Context } from 'hono'
import { createFactory } from 'hono/factory'
import type { Act } from '../audit/act.ts'
import type { Permissions } from '../access/permissions.ts'
import type { User } from '../access/roles.ts'
import type { Session } from '../access/session.ts'
import type { House } from '../house.ts'
import type { Token } from '../integration/tokens.ts'
import type { Formats } from '../view/formats.ts'
import type { Language, Words } from '../view/words.ts'
import type { consoleOf } from './console.ts'
import type { UploadForm } from './multipart.ts'
import type { Noted } from './served.ts'
import type { Views } from './views.ts'

/** What every template is given beside its own data. */
export interface Page {
  readonly lang: Language
  readonly dir: 'ltr' | 'rtl'
  readonly w: Words
  readonly f: Formats
  readonly now: string
  readonly user: { readonly id: string; readonly name: string; readonly initials: string; readonly may: Permissions } | null
  readonly company: { readonly name: string; readonly logoUrl: string | null } | null
  /** The style sheet of the company's colour; null where it has none. */
  readonly accentUrl: string | null
  readonly csrf: string
  readonly path: string
  readonly host: string
  readonly asset: (name: string) => string
  readonly flash: Flash | null
  /** Origins of pages that show this one inside them, by right; null: nobody does. */
  readonly embeddedIn: readonly string[] | null
  readonly nav: {
    readonly waitingForMe: number
    readonly unread: number
    readonly outbox: number
    readonly console: ReturnType<typeof consoleOf>
  }
  /** Lets whoever can put it right know what keeps the house from working as it should. */
  readonly notices: readonly Notice[]
}

export interface Notice {
  readonly kind: 'wait' | 'stop'
  readonly text: string
  readonly href: string
}

export interface Flash {
  readonly kind: 'good' | 'wait' | 'stop'
  readonly text: string
}

type Name = keyof Views & string

/** What every handler may rely on. Middleware in server.ts puts each of these there. */
export type Env = {
  /** What the door knows of the request before anything reads it. */
  Bindings: {
    /** Of the client, as far as it can be known. */
    readonly address: string | null
    /** As the browser typed it, with its port. */
    readonly host: string
    /** `https://intranet.example`, without a path. */
    readonly origin: string
    /** The path below which the house stands; see `base-path`. */
    readonly base: string
    /** What is learnt of the request while it is served. */
    readonly noted: Noted
  }
  Variables: {
    house: House
    act: Act
    /** Who is signed in, or null. */
    user: User | null
    sessionId: string | null
    session: Session | null
    /** By which a program asks, at the addresses of the API alone; null elsewhere. */
    token: Token | null
    lang: Language
    requestId: string
    /** Origins of pages that may show this answer inside them; null: nobody. */
    embeddedIn: readonly string[] | null
    /** Reads the form where large files are taken, once; null on every other address. */
    upload: (() => Promise<UploadForm>) | null
    /** Renders a template with the page's data added. */
    render: <N extends Name>(name: N, data: Views[N]) => Promise<string>
  }
}

export type Ctx = Context<Env>

export const { createApp, createMiddleware } = createFactory<Env>()

/** The address within the house as it was written, without what stands before it. */
export const pathOf = (c: Ctx): string => new URL(c.req.url).pathname.slice(c.env.base.length) || '/'

export const isHtmx = (c: Ctx): boolean => c.req.header('hx-request') === 'true'
export const wantsJson = (c: Ctx): boolean => (c.req.header('accept') ?? '').startsWith('application/json')
