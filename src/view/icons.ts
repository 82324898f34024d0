import { readFileSync } from 'node:fs'
import { ownFile } from '../base/program.ts'

/** The names of the icons in `static/icons.svg`, in their order. */
export const ICONS: readonly string[] = [...readFileSync(ownFile('static/icons.svg'), 'utf8').matchAll(/<symbol id="([\w-]+)"/g)].map(
  ([, name]) => name!,
)
