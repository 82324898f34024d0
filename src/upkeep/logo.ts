import type { Digest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { runTask } from '../sandbox/run.ts'
import { putObject } from '../store/object.ts'

export interface PictureTools {
  readonly db: Db
  readonly config: Pick<Config, 'dataDirectory'>
}

const LARGEST = 2_000_000
/** Pixels across or down: sharp at 40 px on any screen, and on paper. */
const SIDE = 800

/** Keeps a logo: read by the child, scaled, written again as PNG, so that nothing of the stranger's file itself is ever served. */
export async function keepLogo({ db, config }: PictureTools, picture: Uint8Array<ArrayBuffer>): Promise<Digest> {
  if (picture.length > LARGEST) throw new Refusal('too_large', 'logo.too-large')
  const { png } = await runTask(config, 'check-picture', { picture, side: SIDE })
  return (await putObject(db, png)).digest
}
