import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOUR } from '../base/instant.ts'
import type { Config } from '../config/config.ts'

const OURS = /^(child|office)-/
const folders = new Map<string, string>()

/** Under the data folder where there is one, for only its owner to read. What a crash left behind goes after an hour. */
export function privateFolder({ dataDirectory }: Pick<Config, 'dataDirectory'>): string {
  const known = folders.get(dataDirectory)
  if (known && existsSync(known)) return known
  const folder = existsSync(dataDirectory) ? join(dataDirectory, 'tmp') : mkdtempSync(join(tmpdir(), 'paraphe-'))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  for (const name of readdirSync(folder))
    if (OURS.test(name) && statSync(join(folder, name)).mtimeMs < Date.now() - HOUR)
      rmSync(join(folder, name), { recursive: true, force: true })
  folders.set(dataDirectory, folder)
  return folder
}
