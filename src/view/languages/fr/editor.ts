import type { editor as shape } from '../en/editor.ts'

export const editor: typeof shape = {}
