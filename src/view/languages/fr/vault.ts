import type { vault as shape } from '../en/vault.ts'

export const vault: typeof shape = {}
