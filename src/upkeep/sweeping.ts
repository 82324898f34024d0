import { sql } from 'kysely'
import { DAY, type Instant, later } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import { namedNowhere, removeObjects } from '../store/sweeping.ts'

/** What was stored so long ago and is still named by nothing will not be: bytes are stored seconds before the row that names them. */
const PATIENCE = DAY
const AT_ONCE = 200

/**
 * Takes out what nothing names any more: pictures of pages that are no longer shown, files of discarded drafts, what a crash left behind.
 * Answers how many objects went. Nothing goes before the installation is set up.
 */
export async function sweepObjects(db: Db, at: Instant): Promise<number> {
  if (!(await readSetting(db, 'installation')).setUpAt) return 0
  await forgetOldPictures(db)
  let swept = 0
  for (;;) {
    const gone = await db.transaction().execute(async (tx) => {
      const query = tx.selectFrom('object').select('digest').where('createdAt', '<', later(at, -PATIENCE)).limit(AT_ONCE)
      const digests = (await query.where(namedNowhere).execute()).map(({ digest }) => digest)
      await removeObjects(tx, digests)
      return digests.length
    })
    swept += gone
    if (gone < AT_ONCE) return swept
  }
}

/** Pages are shown from a draft's source, a document's newest revision and what a signer is about to confirm; other pictures are drawn again if asked for. */
async function forgetOldPictures(db: Db): Promise<void> {
  await db
    .deleteFrom('pageImage')
    .where(
      sql<boolean>`not exists (select 1 from document where document.source_digest = page_image.object_digest)
      and not exists (select 1 from frozen_revision where frozen_revision.preview_digest = page_image.object_digest)
      and not exists (select 1 from revision where revision.object_digest = page_image.object_digest
        and revision.number = (select max(newest.number) from revision as newest where newest.document_id = revision.document_id))`,
    )
    .execute()
}
