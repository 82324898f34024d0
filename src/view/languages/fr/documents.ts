import type { documents as shape } from '../en/documents.ts'

export const documents: typeof shape = {}
