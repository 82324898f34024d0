import type { sheet as shape } from '../en/sheet.ts'

export const sheet: typeof shape = {}
