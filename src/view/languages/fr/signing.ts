import type { signing as shape } from '../en/signing.ts'

export const signing: typeof shape = {}
