import { readFile } from 'node:fs/promises'
import { ownFile } from '../../base/program.ts'
import type { Bytes } from '../../base/bytes.ts'
import { load } from '../../pdf/load.ts'
import { best, type Figure, timed } from './figure.ts'
import { prepared } from './file.ts'

const PAGES = 10

/** Strip on every page, certificate of completion and form, over reading the same document and writing it as it is. */
export async function prepareTenPages(): Promise<Figure> {
  const source = await tenPages()
  const measured = await best(20, { run: () => prepared(source) }, { run: async () => saved((await load(source)).doc) })
  return timed('prepare.10pages', measured, 'pdf-lib load and save of the same document')
}

/** The pages of the sample contract, over and over. */
async function tenPages(): Promise<Bytes> {
  const contract = new Uint8Array(await readFile(ownFile('static/sample/contract.en.pdf')))
  const { doc } = await load(contract)
  const before = doc.getPageCount()
  while (doc.getPageCount() < PAGES)
    for (const page of await doc.copyPages((await load(contract)).doc, [...Array(before).keys()]))
      if (doc.getPageCount() < PAGES) doc.addPage(page)
  return saved(doc)
}

const saved = async (doc: Awaited<ReturnType<typeof load>>['doc']): Promise<Bytes> =>
  Uint8Array.from(await doc.save({ useObjectStreams: false }))
