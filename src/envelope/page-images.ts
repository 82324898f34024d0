import type { Bytes } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import type { PageText } from '../image/page-text.ts'
import { runTask } from '../sandbox/run.ts'
import { laidAside, putObject, readObject } from '../store/object.ts'
import type { Document } from './envelope.ts'
import { headRevision } from './revisions.ts'

interface Tools {
  readonly db: Db
  readonly config: Pick<Config, 'dataDirectory'>
}

/** Pixels across: a thumbnail, a phone, a desk. */
export const PAGE_WIDTHS = [240, 800, 1600] as const
export type PageImageWidth = (typeof PAGE_WIDTHS)[number]

/** The width 0 of a row: the page's text as JSON. */
const TEXT = 0
/** How many pages are drawn in one go, once one of them is asked for. */
const AT_ONCE = 4

/** What the pages are shown from: the newest revision, or what was uploaded where nothing was sent yet. */
export async function shownDigest(db: Db, document: Pick<Document, 'id' | 'sourceDigest'>): Promise<Digest> {
  return (await headRevision(db, document.id))?.objectDigest ?? document.sourceDigest
}

/** A page (from 0) of a stored PDF as everybody sees it, drawn once in the child and kept beside it. */
export async function pageImage(tools: Tools, digest: Digest, page: number, width: number): Promise<{ bytes: Bytes; type: string }> {
  if (!(PAGE_WIDTHS as readonly number[]).includes(width) || !Number.isInteger(page) || page < 0)
    throw new Refusal('not_found', 'document.page-unknown')
  // The bytes of what was disposed of are gone.
  if (!digest) throw new Refusal('gone', 'vault.disposed')
  const known = await kept(tools.db, digest, page, width)
  if (known) return known
  await drawTogether(`${digest} ${page} ${width}`, () => drawPages(tools, digest, page, width))
  const drawn = await kept(tools.db, digest, page, width)
  if (!drawn) throw new Refusal('not_found', 'document.page-unknown')
  return drawn
}

/** The text of a page and where each stretch of it stands: points from the top left of the page as seen. */
export async function pageText(tools: Tools, digest: Digest, page: number): Promise<PageText> {
  const known = await kept(tools.db, digest, page, TEXT)
  if (known) return JSON.parse(fromUtf8(known.bytes)) as PageText
  const pdf = await laidAside(tools.db, digest)
  const { pages } = await runTask(tools.config, 'page-text', { pdf, pages: [page] })
  const [text = { text: '', runs: [] }] = pages
  await keep(tools.db, digest, page, TEXT, utf8(JSON.stringify(text)), 'application/json')
  return text
}

const underWay = new Map<string, Promise<void>>()

/** Two who ask for one page at once wait for one drawing. */
function drawTogether(key: string, draw: () => Promise<void>): Promise<void> {
  const running = underWay.get(key)
  if (running) return running
  const started = draw().finally(() => underWay.delete(key))
  underWay.set(key, started)
  return started
}

/** The page and those after it: whoever looks at one looks at the next. A page that is not there draws nothing. */
async function drawPages({ db, config }: Tools, digest: Digest, page: number, width: number): Promise<void> {
  const pdf = await laidAside(db, digest)
  const { images } = await runTask(config, 'pages', { pdf, from: { page, most: AT_ONCE }, width })
  for (const image of images) await keep(db, digest, image.page, width, image.bytes, image.type)
}

async function kept(db: Db, digest: Digest, page: number, width: number): Promise<{ bytes: Bytes; type: string } | null> {
  const row = await db
    .selectFrom('pageImage')
    .select(['imageDigest', 'type'])
    .where('objectDigest', '=', digest)
    .where('page', '=', page)
    .where('width', '=', width)
    .executeTakeFirst()
  return row ? { bytes: await readObject(db, row.imageDigest), type: row.type } : null
}

async function keep(db: Db, objectDigest: Digest, page: number, width: number, bytes: Bytes, type: string): Promise<void> {
  const { digest: imageDigest } = await putObject(db, bytes)
  await db
    .insertInto('pageImage')
    .values({ objectDigest, page, width, imageDigest, type })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
