import type { shell as shape } from '../en/shell.ts'

export const shell: typeof shape = {}
