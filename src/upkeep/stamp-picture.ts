import type { Digest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import { runTask } from '../sandbox/run.ts'
import { putObject } from '../store/object.ts'
import type { PictureTools } from './logo.ts'

const LARGEST = 15_000_000

/** Keeps the picture of a stamp as PNG: background removed, unless it belongs to the stamp, and cropped. */
export async function keepStampPicture(
  { db, config }: PictureTools,
  picture: Uint8Array<ArrayBuffer>,
  options: { readonly removeBackground: boolean },
): Promise<Digest> {
  if (picture.length > LARGEST) throw new Refusal('too_large', 'picture.too-large')
  const { png } = await runTask(config, 'mark', { picture, keepBackground: !options.removeBackground })
  return (await putObject(db, png)).digest
}
