import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'

/** Whether the file says so, wherever its lines end: by the text under its outlines. */
export async function drawingSays(pdf: Uint8Array, text: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-text-'))
  try {
    await Bun.write(join(folder, 'file.pdf'), pdf)
    const told = await $`pdftotext -raw ${join(folder, 'file.pdf')} -`.quiet().text()
    return told.replaceAll(/\s/g, '').includes(text.replaceAll(/\s/g, ''))
  } finally {
    await rm(folder, { recursive: true })
  }
}
