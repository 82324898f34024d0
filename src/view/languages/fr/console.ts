import type { console as shape } from '../en/console.ts'

export const console: typeof shape = {}
