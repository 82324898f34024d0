import { countMessages } from '../mail/outbox.ts'
import { administrator } from './access.ts'
import { createApp } from './env.ts'

/** The pages of the console, in the order of its rail. Each file below `console/` is one of them. */
export const CONSOLE_PAGES = [
  'companies',
  'users',
  'stamps',
  'settings',
  'appearance',
  'messages',
  'disclosures',
  'board',
  'channels',
  'outbox',
  'authority',
  'audit',
  'health',
] as const
export type ConsolePage = (typeof CONSOLE_PAGES)[number]

/** Where something waits in the Outbox, that is what the administrator comes for. */
export const consoleStart = createApp().get('/console', administrator, async (c) => {
  const { waiting } = await countMessages(c.var.house.db)
  return c.redirect(waiting ? '/console/outbox' : '/console/companies', 303)
})
