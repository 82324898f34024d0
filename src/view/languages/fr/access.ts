import type { access as shape } from '../en/access.ts'

export const access: typeof shape = {}
