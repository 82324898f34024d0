import { PdfFault } from './fault.ts'
import { type FormField, fieldsOf } from './fields.ts'
import type { PdfFile } from './file.ts'
import { type Box, seenAs, seenRectangle, type SeenPage } from './geometry.ts'
import { lockOf } from './head.ts'
import { listSignatures, type PdfSignature } from './signatures.ts'
import { asArray, asDictionary, asReference, type DictionaryValue, isName, nameOf, numbersOf, plainInteger, type Value } from './value.ts'

const MAXIMUM_PAGES = 20_000

/** An empty signature field that stands in a received file already and may still be signed. */
export interface EmptyField extends Box {
  readonly name: string
  /** 0-based; `x` and `y` are points from the top left of the page as seen. */
  readonly page: number
}

/** What may be appended to a file that arrived with signatures of others, without any of them losing what it says. */
export interface Received {
  readonly signatures: number
  /** Certified by somebody (DocMDP P 2 or 3): no new visible field, for readers would reject it. */
  readonly certified: boolean
  readonly emptyFields: readonly EmptyField[]
}

/** A page by its object, as a reader sees it. */
export interface ReceivedPage {
  readonly number: number
  readonly seen: SeenPage
}

/**
 * What a signed file allows. PdfFault: `signed-no-changes` (DocMDP P 1, ISO 32000-2 §12.8.2.2), `signed-locked` (a signature that locks every field,
 * those to come included, §12.8.2.4), `signed-xfa` (readers would show another form than the signed one).
 */
export function receivedOf(file: PdfFile): Received {
  const signatures = listSignatures(file)
  for (const field of fieldsOf(file)) if (field.type === 'Sig' && field.dictionary.entries.has('V')) refuseClosed(file, field)
  if (file.dictionary(file.catalog().entries.get('AcroForm'))?.entries.has('XFA')) throw new PdfFault('signed-xfa')
  const pages = pagesOf(file)
  return {
    signatures: signatures.filter(({ kind }) => kind !== 'time-stamp').length,
    certified: isCertified(signatures),
    emptyFields: usableFields(file).flatMap(({ name, page, rectangle }) => {
      const at = pages.findIndex(({ number }) => number === page)
      return at < 0 ? [] : [{ name, page: at, ...rounded(seenRectangle(pages[at]!.seen, rectangle)) }]
    }),
  }
}

export const isCertified = (signatures: readonly PdfSignature[]): boolean => signatures.some(({ kind }) => kind === 'certification')

/** What a signature says about the time after it: as it was signed (/Reference), and what its field promises (/Lock). */
function refuseClosed(file: PdfFile, { dictionary }: FormField): void {
  const signature = file.dictionary(dictionary.entries.get('V'))
  const references = asArray(file.resolve(signature?.entries.get('Reference')))?.items ?? []
  const parameters = references.map((one) => file.dictionary(file.dictionary(one)?.entries.get('TransformParams')))
  for (const rule of [...parameters, file.dictionary(dictionary.entries.get('Lock'))]) {
    if (!rule) continue
    if (plainInteger(file.resolve(rule.entries.get('P'))) === 1) throw new PdfFault('signed-no-changes')
    const action = nameOf(file.resolve(rule.entries.get('Action')))
    if (action === 'All' || action === 'Exclude') throw new PdfFault('signed-locked')
  }
}

export interface UsableField {
  readonly name: string
  readonly field: FormField
  /** Object number of its page. */
  readonly page: number
  readonly rectangle: readonly number[]
}

/** Merged with their widget, visible, without seed values and without a lock that would close the file to those who sign later. */
export function usableFields(file: PdfFile): UsableField[] {
  return fieldsOf(file).flatMap((field) => {
    const { entries } = field.dictionary
    const page = asReference(entries.get('P'))?.number
    const rectangle = numbersOf(file.resolve(entries.get('Rect')))
    if (field.type !== 'Sig' || entries.has('V') || !field.plain || entries.has('SV') || page === undefined) return []
    if (rectangle?.length !== 4 || field.object.generation !== 0) return []
    if (Math.abs(rectangle[2]! - rectangle[0]!) < 6 || Math.abs(rectangle[3]! - rectangle[1]!) < 6) return []
    const lock = entries.has('Lock') ? file.dictionary(entries.get('Lock')) : null
    if (lock === undefined || (lock && (lockOf(lock)?.action !== 'Include' || lock.entries.has('P')))) return []
    return [{ name: field.name, field, page, rectangle }]
  })
}

/** All pages in their order with what they inherit (ISO 32000-2 §7.7.3). */
export function pagesOf(file: PdfFile): ReceivedPage[] {
  const pages: ReceivedPage[] = []
  const seen = new Set<number>()
  const visit = (value: Value | undefined, above: ReadonlyMap<string, Value>, depth: number): void => {
    const reference = asReference(value)
    const node = reference && asDictionary(file.resolve(reference))
    if (!reference || !node || seen.has(reference.number) || depth > 64 || seen.size > MAXIMUM_PAGES * 2)
      throw new PdfFault('signed-unreadable', 'pages')
    seen.add(reference.number)
    const own = new Map([...above, ...['MediaBox', 'CropBox', 'Rotate'].flatMap((key) => entryOf(node, key))])
    const kids = asArray(file.resolve(node.entries.get('Kids')))
    if (kids && !isName(node.entries.get('Type'), 'Page')) for (const kid of kids.items) visit(kid, own, depth + 1)
    else pages.push({ number: reference.number, seen: seenOf(file, own) })
  }
  visit(file.catalog().entries.get('Pages'), new Map(), 0)
  return pages
}

const entryOf = (node: DictionaryValue, key: string): [string, Value][] => {
  const value = node.entries.get(key)
  return value ? [[key, value]] : []
}

function seenOf(file: PdfFile, inherited: ReadonlyMap<string, Value>): SeenPage {
  const box = (key: string): Box | undefined => {
    const numbers = asArray(file.resolve(inherited.get(key)))?.items.map((item) => file.resolve(item))
    if (numbers?.length !== 4) return undefined
    const [a, b, c, d] = numbers.map((value) => (value?.kind === 'number' ? value.value : Number.NaN)) as [number, number, number, number]
    return [a, b, c, d].every(Number.isFinite) ? { x: a, y: b, width: c - a, height: d - b } : undefined
  }
  const media = box('MediaBox') ?? { x: 0, y: 0, width: 612, height: 792 }
  const angle = file.resolve(inherited.get('Rotate'))
  return seenAs(media, box('CropBox') ?? media, angle?.kind === 'number' ? angle.value : 0)
}

export const rounded = ({ x, y, width, height }: Box): Box => {
  const [left, top, w, h] = [x, y, width, height].map((value) => Math.round(value * 100) / 100) as [number, number, number, number]
  return { x: left, y: top, width: w, height: h }
}
