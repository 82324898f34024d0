import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The names of the icons in `static/icons.svg`, in their order. */
export const ICONS: readonly string[] = [
  ...readFileSync(join(import.meta.dir, '../../static/icons.svg'), 'utf8').matchAll(/<symbol id="([\w-]+)"/g),
].map(([, name]) => name!)
