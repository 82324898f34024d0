import type { Bytes } from '../base/bytes.ts'
import { PdfFault } from './fault.ts'
import type { PdfFile } from './file.ts'
import { asArray, asDictionary, asReference } from './value.ts'
import { decode } from './xref.ts'

const MOST = 500
const LONGEST = 4 * 1024 * 1024
const LONGEST_TOGETHER = 32 * 1024 * 1024

/** What the file's security store holds (ISO 32000-2 §12.8.4.3), unjudged. What cannot be read proves nothing and is left out. */
export interface Evidence {
  readonly certificates: readonly Bytes[]
  readonly ocsps: readonly Bytes[]
  readonly revocationLists: readonly Bytes[]
  /** The revision that wrote it, or undefined where there is none. */
  readonly revision: number | undefined
}

export async function evidenceOf(file: PdfFile): Promise<Evidence> {
  const value = file.catalog().entries.get('DSS')
  const store = file.dictionary(value)
  let left = LONGEST_TOGETHER
  const read = async (key: string): Promise<Bytes[]> => {
    const found: Bytes[] = []
    for (const item of (asArray(file.resolve(store?.entries.get(key)))?.items ?? []).slice(0, MOST)) {
      const object = file.object(asReference(item)?.number ?? -1)
      const dictionary = asDictionary(object?.value)
      if (!object?.stream || !dictionary) continue
      try {
        const bytes = Uint8Array.from(await decode(file.bytes, { dictionary, ...object.stream }, Math.min(LONGEST, left)))
        left -= bytes.length
        found.push(bytes)
      } catch (error) {
        if (!(error instanceof PdfFault)) throw error
      }
    }
    return found
  }
  const reference = asReference(value)
  return {
    certificates: await read('Certs'),
    ocsps: await read('OCSPs'),
    revocationLists: await read('CRLs'),
    revision: store ? (reference ? file.object(reference.number)?.revision : file.last.index) : undefined,
  }
}
