import type { UserAct } from '../audit/act.ts'
import type { Bytes, LaidAside } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Database } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import { laidAside, putObject } from '../store/object.ts'

export type Upload = Database['apiUpload']
export const UPLOAD_LIFE = DAY

/** Keeps a file for a day, for its owner to put into drafts. Nothing is read of it before. */
export async function keepUpload(db: Db, act: UserAct, name: string, bytes: Bytes | LaidAside, size: number): Promise<Upload> {
  const limits = await readSetting(db, 'limits')
  if (size === 0) throw new Refusal('invalid', 'document.empty', { name })
  if (size > limits.uploadBytes)
    throw new Refusal('too_large', 'document.too-large', { name, megabytes: Math.floor(limits.uploadBytes / 1_000_000) })
  const object = await putObject(db, bytes)
  const upload: Upload = {
    id: newId('upl'),
    userId: act.actor.id,
    fileName: name,
    objectDigest: object.digest,
    size: object.size,
    createdAt: act.at,
    expiresAt: later(act.at, UPLOAD_LIFE),
  }
  // What is over names its file no longer: the sweep takes it.
  await db.deleteFrom('apiUpload').where('expiresAt', '<=', act.at).execute()
  await db.insertInto('apiUpload').values(upload).execute()
  return upload
}

/** One's own alone. */
export async function findUpload(db: Db, userId: string, id: string, at: Instant): Promise<{ name: string; bytes: LaidAside }> {
  const upload = await db
    .selectFrom('apiUpload')
    .selectAll()
    .where('id', '=', id)
    .where('userId', '=', userId)
    .where('expiresAt', '>', at)
    .executeTakeFirst()
  if (!upload) throw new Refusal('invalid', 'upload.unknown')
  return { name: upload.fileName, bytes: await laidAside(db, upload.objectDigest) }
}
