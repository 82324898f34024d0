import type { mail as shape } from '../en/mail.ts'

export const mail: typeof shape = {}
