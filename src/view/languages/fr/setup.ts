import type { setup as shape } from '../en/setup.ts'

export const setup: typeof shape = {}
