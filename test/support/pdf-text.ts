import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'
import type { Bytes } from '../../src/base/bytes.ts'

/** What another program finds to copy in the file, marks of fields included. */
export async function textOf(pdf: Bytes): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-text-'))
  try {
    await Bun.write(join(folder, 'file.pdf'), pdf)
    return await $`pdftotext -layout ${join(folder, 'file.pdf')} -`.text()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
