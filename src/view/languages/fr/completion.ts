import type { completion as shape } from '../en/completion.ts'

export const completion: typeof shape = {}
