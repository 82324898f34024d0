import type { Permissions } from '../access/permissions.ts'
import { Refusal } from '../base/refusal.ts'
import { countMessages } from '../mail/outbox.ts'
import { requireUser, signedIn } from './access.ts'
import { createApp } from './env.ts'

const settings = ({ console }: Permissions) => console.settings
const users = ({ console }: Permissions) => console.users

/** The pages of the console, in the order of its rail, and what opens each. Each file below `console/` is one of them. */
const CONSOLE = {
  companies: settings,
  users,
  departments: users,
  groups: users,
  roles: ({ permissions }: Permissions) => permissions.edit,
  'sign-on': ({ console, permissions }: Permissions) => console.settings && permissions.edit,
  stamps: settings,
  numbering: settings,
  settings,
  holidays: settings,
  appearance: settings,
  messages: settings,
  disclosures: settings,
  board: settings,
  webhooks: settings,
  embedding: settings,
  channels: settings,
  outbox: settings,
  authority: ({ console }: Permissions) => console.authority,
  audit: ({ console }: Permissions) => console.audit,
  vault: settings,
  backup: settings,
  health: settings,
  alarms: settings,
  outbound: settings,
  tokens: users,
  'second-factor': settings,
} as const
export type ConsolePage = keyof typeof CONSOLE

const GROUPS = {
  company: ['companies', 'stamps', 'numbering', 'appearance'],
  people: ['users', 'departments', 'groups', 'roles'],
  signOn: ['sign-on', 'second-factor'],
  messages: ['channels', 'outbox', 'messages', 'disclosures'],
  work: ['board', 'holidays'],
  integration: ['tokens', 'webhooks', 'embedding'],
  trust: ['authority', 'audit', 'vault'],
  system: ['settings', 'backup', 'health', 'alarms', 'outbound'],
} as const satisfies Readonly<Record<string, readonly ConsolePage[]>>
export type ConsoleGroup = keyof typeof GROUPS
type Ungrouped = Exclude<ConsolePage, (typeof GROUPS)[ConsoleGroup][number]>
/** Every page stands in a group, or this does not compile, and says which does not. */
export const UNGROUPED: Readonly<Record<Ungrouped, never>> = {}

const consolePagesOf = (permissions: Permissions): ConsolePage[] => consoleOf(permissions).flatMap(({ pages }) => pages)

/** What somebody may open, by group; a group of which they may open nothing is not there. */
export const consoleOf = (permissions: Permissions): { readonly group: ConsoleGroup; readonly pages: readonly ConsolePage[] }[] =>
  (Object.entries(GROUPS) as [ConsoleGroup, readonly ConsolePage[]][])
    .map(([group, pages]) => ({ group, pages: pages.filter((page) => CONSOLE[page](permissions)) }))
    .filter(({ pages }) => pages.length)

/** Where something waits in the Outbox, that is what the administrator comes for. */
export const consoleStart = createApp().get('/console', signedIn, async (c) => {
  const pages = consolePagesOf(requireUser(c).permissions)
  const [first] = pages
  if (!first) throw new Refusal('forbidden', 'access.forbidden')
  const { waiting } = await countMessages(c.var.house.db)
  return c.redirect(`/console/${waiting && pages.includes('outbox') ? 'outbox' : first}`, 303)
})
