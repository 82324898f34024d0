import type { Permissions } from '../access/permissions.ts'
import { Refusal } from '../base/refusal.ts'
import { countMessages } from '../mail/outbox.ts'
import { requireUser, signedIn } from './access.ts'
import { createApp } from './env.ts'

const settings = ({ console }: Permissions) => console.settings

/** The pages of the console, in the order of its rail, and what opens each. Each file below `console/` is one of them. */
const CONSOLE = {
  companies: settings,
  users: ({ console }: Permissions) => console.users,
  stamps: settings,
  settings,
  holidays: settings,
  appearance: settings,
  messages: settings,
  disclosures: settings,
  board: settings,
  channels: settings,
  outbox: settings,
  authority: ({ console }: Permissions) => console.authority,
  audit: ({ console }: Permissions) => console.audit,
  health: settings,
} as const
export type ConsolePage = keyof typeof CONSOLE

export const consolePagesOf = (permissions: Permissions): ConsolePage[] =>
  (Object.keys(CONSOLE) as ConsolePage[]).filter((page) => CONSOLE[page](permissions))

/** Where something waits in the Outbox, that is what the administrator comes for. */
export const consoleStart = createApp().get('/console', signedIn, async (c) => {
  const pages = consolePagesOf(requireUser(c).permissions)
  const [first] = pages
  if (!first) throw new Refusal('forbidden', 'access.forbidden')
  const { waiting } = await countMessages(c.var.house.db)
  return c.redirect(`/console/${waiting && pages.includes('outbox') ? 'outbox' : first}`, 303)
})
