import { administrator } from './access.ts'
import { createApp } from './env.ts'

/** The pages of the console, in the order of its rail. Each file below `console/` is one of them. */
export const CONSOLE_PAGES = [
  'companies',
  'users',
  'stamps',
  'settings',
  'disclosures',
  'channels',
  'outbox',
  'authority',
  'audit',
  'health',
] as const
export type ConsolePage = (typeof CONSOLE_PAGES)[number]

export const consoleStart = createApp().get('/console', administrator, (c) => c.redirect('/console/companies', 303))
