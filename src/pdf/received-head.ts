import type { Rotation } from './appearance.ts'
import { PdfFault } from './fault.ts'
import { fieldsOf } from './fields.ts'
import type { PdfFile, PdfObject } from './file.ts'
import { type Box, userRectangle } from './geometry.ts'
import {
  endOf,
  type FieldLock,
  type FileHead,
  type Head,
  lockOf,
  type SecurityStoreHead,
  sourceIn,
  sourceObject,
  type SourceObject,
} from './head.ts'
import { isCertified, pagesOf, receivedOf, type ReceivedPage, rounded, usableFields } from './received.ts'
import { listSignatures } from './signatures.ts'
import { asArray, asDictionary, asReference, type Value } from './value.ts'

/** Where one person signs, or the company's seal. */
export interface ReceivedPlace {
  readonly name: string
  /** The empty field of the file that is taken; null: a new one. */
  readonly field: SourceObject | null
  readonly lock: FieldLock | null
  /** Object number of the page; 0-based number and place as seen; null where the signature is invisible. */
  readonly page: number
  readonly box: ({ readonly page: number; readonly rotation: Rotation } & Box) | null
  readonly rectangle: readonly number[]
  readonly signed: boolean
}

/** All that the writer needs of a file that arrived with signatures of others; plain JSON. Nothing of it was ever rewritten. */
export interface ReceivedHead extends FileHead {
  readonly received: {
    /** Before every name of ours. */
    readonly prefix: string
    /** The form, where it is an object of its own; else it stands in the catalog. */
    readonly form: SourceObject | null
    /** Its /Fields, where they are; else they stand in the form. */
    readonly fieldList: SourceObject | null
    /** By object number, each page that gets a visible signature, and its /Annots where they are an object of their own. */
    readonly pages: Readonly<Record<string, { readonly page: SourceObject; readonly annotations: SourceObject | null }>>
    readonly places: Readonly<Record<string, ReceivedPlace>>
  }
}

export type AnyHead = Head | ReceivedHead
export const isReceived = (head: AnyHead): head is ReceivedHead => 'received' in head

/** What is asked of a file: `field` names an empty field of it; without a box the signature is invisible. */
export interface WantedPlace {
  /** `S1`; `seal` is added by itself. */
  readonly signer: string
  readonly field: string | null
  readonly box: ({ readonly page: number } & Box) | null
}

/** PdfFault as `receivedOf`, and `signed-unreadable` where the file is built in a way that cannot be appended to without a doubt. */
export function receivedHeadOf(file: PdfFile, wanted: readonly WantedPlace[]): ReceivedHead {
  receivedOf(file)
  const root = asReference(file.last.trailer.entries.get('Root'))
  const catalog = root && rewritable(file, root.number)
  const formValue = asDictionary(catalog?.value)?.entries.get('AcroForm')
  const formReference = asReference(formValue)
  const form = formReference ? rewritable(file, formReference.number) : undefined
  const fields = asDictionary(form?.value ?? formValue)?.entries.get('Fields')
  const listReference = asReference(fields)
  const list = listReference ? rewritable(file, listReference.number) : undefined
  if (!catalog || asArray(list?.value ?? fields) === undefined) throw new PdfFault('signed-unreadable', 'form')
  const pages = pagesOf(file)
  rewritable(file, pages[0]?.number ?? -1)
  const certified = isCertified(listSignatures(file))
  const prefix = freePrefix(file)
  const places = Object.fromEntries(
    [...wanted, { signer: 'seal', field: null, box: null }].map((one) => [one.signer, placeOf(file, pages, prefix, one, certified)]),
  )
  const visible = new Set(Object.values(places).flatMap(({ box, field, page }) => (box && !field ? [page] : [])))
  return {
    ...endOf(file),
    catalog: sourceObject(catalog),
    securityStore: storeOf(file, asDictionary(catalog.value)?.entries.get('DSS')),
    timeStamps: 0,
    received: {
      prefix,
      form: form ? sourceObject(form) : null,
      fieldList: list ? sourceObject(list) : null,
      pages: Object.fromEntries([...visible].map((number) => [number, pageSources(file, number)])),
      places,
    },
  }
}

/** Only objects of generation 0 are ever written again. */
function rewritable(file: PdfFile, number: number): PdfObject {
  const object = file.object(number)
  if (!object || object.generation !== 0 || object.stream) throw new PdfFault('signed-unreadable', `object ${number}`)
  return object
}

function freePrefix(file: PdfFile): string {
  const taken = fieldsOf(file).map(({ name }) => name)
  for (let count = 1; ; count++) {
    const prefix = count === 1 ? 'Paraphe_' : `Paraphe${count}_`
    if (!taken.some((name) => name.startsWith(prefix))) return prefix
  }
}

function placeOf(
  file: PdfFile,
  pages: readonly ReceivedPage[],
  prefix: string,
  { signer, field: name, box }: WantedPlace,
  certified: boolean,
): ReceivedPlace {
  const nowhere = { field: null, lock: null, signed: false }
  if (!box) return { ...nowhere, name: `${prefix}${signer}`, page: pages[0]!.number, box: null, rectangle: [0, 0, 0, 0] }
  const page = pages[box.page]
  if (!page) throw new PdfFault('prepare.page')
  const seen = { ...rounded(box), page: box.page, rotation: page.seen.rotation }
  if (name === null) {
    if (certified) throw new PdfFault('signed-certified')
    const rectangle = userRectangle(page.seen, seen).map((value) => Math.round(value * 100) / 100)
    return { ...nowhere, name: `${prefix}${signer}`, page: page.number, box: seen, rectangle }
  }
  const usable = usableFields(file).find((one) => one.name === name && one.page === page.number)
  if (!usable) throw new PdfFault('signed-certified')
  const { object, dictionary } = usable.field
  const lock = lockOf(file.dictionary(dictionary.entries.get('Lock')))
  return { name, field: sourceObject(object), lock, page: page.number, box: seen, rectangle: usable.rectangle, signed: false }
}

function pageSources(file: PdfFile, number: number): { page: SourceObject; annotations: SourceObject | null } {
  const page = rewritable(file, number)
  const value = asDictionary(page.value)?.entries.get('Annots')
  const reference = asReference(value)
  const annotations = reference ? rewritable(file, reference.number) : undefined
  if (value && asArray(annotations?.value ?? value) === undefined) throw new PdfFault('signed-unreadable', 'annotations')
  return { page: sourceObject(page), annotations: annotations ? sourceObject(annotations) : null }
}

/** Wherever its author put the store's lists; what is repeated is references, verbatim. */
function storeOf(file: PdfFile, value: Value | undefined): SecurityStoreHead | null {
  const found = within(file, value)
  const store = asDictionary(found?.value)
  if (!found || !store) return null
  const list = (key: string): string[] => {
    const held = within(file, store.entries.get(key), found.buffer)
    return (asArray(held?.value)?.items ?? []).map((item) => sourceIn(held!.buffer, item))
  }
  const vri = within(file, store.entries.get('VRI'), found.buffer)
  const entries = asDictionary(vri?.value)?.entries ?? new Map<string, Value>()
  return {
    certificates: list('Certs'),
    ocsps: list('OCSPs'),
    revocationLists: list('CRLs'),
    vri: Object.fromEntries([...entries].map(([key, entry]) => [key, sourceIn(vri!.buffer, entry)])),
  }
}

/** A value with the bytes that its spans point into: its own where it is a reference, else those it stands in. */
function within(
  file: PdfFile,
  value: Value | undefined,
  buffer: Uint8Array = bufferOfCatalog(file),
): { value: Value; buffer: Uint8Array } | undefined {
  const reference = asReference(value)
  const object = reference && file.object(reference.number)
  return object ? { value: object.value, buffer: object.buffer } : value && !reference ? { value, buffer } : undefined
}

const bufferOfCatalog = (file: PdfFile): Uint8Array =>
  file.object(asReference(file.last.trailer.entries.get('Root'))?.number ?? -1)?.buffer ?? file.bytes
