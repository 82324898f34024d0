import type { verify as shape } from '../en/verify.ts'

export const verify: typeof shape = {}
