import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'
import type { Bytes } from '../../src/base/bytes.ts'

/** As other programs encrypt (AES-256): with object streams and a cross-reference stream. */
export async function encryptedPdf(pdf: Bytes, password: string): Promise<Bytes> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-qpdf-'))
  try {
    const [plain, out] = [join(folder, 'plain.pdf'), join(folder, 'out.pdf')]
    await Bun.write(plain, pdf)
    await $`qpdf --object-streams=generate --encrypt ${password} owner 256 -- ${plain} ${out}`.quiet()
    return new Uint8Array(await Bun.file(out).arrayBuffer())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
