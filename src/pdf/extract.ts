import { PDFName } from 'pdf-lib'
import type { Bytes } from '../base/bytes.ts'
import { flatten } from './flatten.ts'
import { load } from './load.ts'
import { sweep } from './sweep.ts'

/**
 * The pages from `first` (0-based) on as a PDF of their own, with everything that their fields show drawn into them. A copy to read and to
 * print: it bears no signature, and the verifier says so.
 */
export async function extractPages(bytes: Uint8Array, first: number): Promise<Bytes> {
  const { doc } = await load(bytes)
  flatten(doc)
  for (let page = Math.min(first, doc.getPageCount() - 1); page > 0; page--) doc.removePage(0)
  for (const key of ['DSS', 'Perms', 'Extensions']) doc.catalog.delete(PDFName.of(key))
  sweep(doc)
  return Uint8Array.from(await doc.save({ useObjectStreams: false, updateFieldAppearances: false } as never))
}
