import type { authority as shape } from '../en/authority.ts'

export const authority: typeof shape = {}
