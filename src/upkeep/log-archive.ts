import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Act } from '../audit/act.ts'
import { EXPORTED, exportLog } from '../audit/exporting.ts'
import { append } from '../audit/trail.ts'
import { TAR_END, tarHeader, tarPadding, tarSize } from '../base/tar.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'

export interface LogArchive {
  readonly size: number
  /** The pieces of a tar archive; whoever reads them to the end, or returns, takes the files away. */
  readonly pieces: AsyncGenerator<Uint8Array>
}

const FOLDER = 'audit-log'

/** The whole log as one file: written to the data folder first, so that its size is known and no memory is filled, and removed when it has been read. */
export async function archiveLog(
  { db, config }: { readonly db: Db; readonly config: Pick<Config, 'dataDirectory'> },
  act: Act,
): Promise<LogArchive> {
  const folder = mkdtempSync(join(config.dataDirectory, 'export-'))
  try {
    const { size } = await exportLog(db, folder)
    await db.transaction().execute((tx) => append(tx, act, { type: 'audit.exported', detail: { form: 'whole', size } }))
    const files = EXPORTED.map((name) => ({ name, path: join(folder, name), size: statSync(join(folder, name)).size }))
    return { size: tarSize(files.map((file) => file.size)), pieces: piecesOf(folder, files, Math.floor(Date.parse(act.at) / 1_000)) }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function* piecesOf(
  folder: string,
  files: readonly { readonly name: string; readonly path: string; readonly size: number }[],
  seconds: number,
): AsyncGenerator<Uint8Array> {
  try {
    for (const { name, path, size } of files) {
      yield tarHeader(`${FOLDER}/${name}`, size, seconds, name.endsWith('.py') ? 0o755 : 0o644)
      for await (const piece of createReadStream(path, { highWaterMark: 262_144 })) yield piece as Uint8Array
      yield tarPadding(size)
    }
    yield TAR_END
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
