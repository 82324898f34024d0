import type { Instant } from '../base/instant.ts'
import { Appending, type Tail } from './appended.ts'
import { addForm } from './drawing.ts'
import { PdfFault } from './fault.ts'
import type { Form } from './form.ts'
import type { FieldLock, Head, HeadField } from './head.ts'
import { dateSource, nameSource, textSource, withEntries, withItem } from './source.ts'

export { fillHole, type Tail } from './appended.ts'
export { securityStore, type SecurityStoreInput } from './security-store.ts'

export interface SignatureFacts {
  /** Written as /M: what the signer's server claims; the time stamp proves. */
  readonly at: Instant
  readonly name: string
  readonly reason?: string
  readonly location?: string
  readonly contactInfo?: string
  /** Bytes of DER to keep room for. */
  readonly contentsBytes: number
}

export interface Filled {
  readonly field: string
  /** Text and choice fields. */
  readonly value?: string
  /** Boxes. */
  readonly checked?: boolean
  /** Text and choice fields and pictures. */
  readonly appearance?: Form
}

/** Revision 1: the company certifies, and from here on only filling in and signing is allowed (DocMDP P 2, ISO 32000-2 §12.8.2.2). */
export async function certify(head: Head, facts: SignatureFacts): Promise<Tail> {
  const appending = new Appending(head)
  const field = unsigned(head, 'certification')
  const reference = '/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /P 2 /V /1.2>>>>]'
  const signature = appending.addSignature(SIGNATURE, ` ${factsSource(facts)} ${reference}`)
  const catalog = withEntries(head.catalog.source, { Perms: `<</DocMDP ${signature} 0 R>>` })
  appending.put(head.catalog.number, catalog)
  const written = new Map([[field.number, withEntries(field.source, { V: `${signature} 0 R` })]])
  return closeSigned(head, appending, facts, written, { catalog: { ...head.catalog, source: catalog } })
}

/** A signer's revision: own values and appearances, and a signature that locks exactly the fields of its /Lock (FieldMDP Include). */
export async function sign(
  head: Head,
  act: { readonly field: string; readonly appearance: Form | null; readonly filled: readonly Filled[] } & SignatureFacts,
): Promise<Tail> {
  const appending = new Appending(head)
  const field = unsigned(head, act.field)
  if (field.lock?.action !== 'Include') throw new PdfFault('append.lock', act.field)
  const signature = appending.addSignature(SIGNATURE, ` ${factsSource(act)} ${fieldLockSource(head, field.lock)}`)
  const written = new Map<number, string>()
  for (const filled of act.filled) {
    const target = head.fields[filled.field]
    if (!target || !field.lock.names.includes(filled.field) || target.kind === 'signature') throw new PdfFault('append.field', filled.field)
    if (target.filled || written.has(target.number)) throw new PdfFault('append.filled', filled.field)
    const entries = await entriesOf(appending, target, filled)
    if (Object.keys(entries).length) written.set(target.number, withEntries(target.source, entries))
  }
  written.set(field.number, await signedField(appending, field, signature, act.appearance))
  return closeSigned(head, appending, act, written)
}

/** The company's visible seal: its lock covers every field that no signer locked (FieldMDP Exclude). */
export async function seal(head: Head, act: { readonly appearance: Form | null } & SignatureFacts): Promise<Tail> {
  const appending = new Appending(head)
  const field = unsigned(head, 'seal')
  if (field.lock?.action !== 'Exclude') throw new PdfFault('append.lock', 'seal')
  const signature = appending.addSignature(SIGNATURE, ` ${factsSource(act)} ${fieldLockSource(head, field.lock)}`)
  const written = new Map([[field.number, await signedField(appending, field, signature, act.appearance)]])
  return closeSigned(head, appending, act, written)
}

/** An archive time stamp in a new field with an empty rectangle (a visible one would break the certification). */
export async function documentTimeStamp(
  head: Head,
  stamp: { readonly name?: string; readonly contentsBytes?: number } = {},
): Promise<Tail> {
  const { name = `DocTS${head.timeStamps + 1}`, contentsBytes = 8_192 } = stamp
  if (head.fields[name]) throw new PdfFault('append.field', name)
  const appending = new Appending(head)
  const token = appending.addSignature('/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161')
  const source = `<</Type /Annot /Subtype /Widget /FT /Sig /T ${textSource(name)} /V ${token} 0 R /F 132 /P ${head.sealPage} 0 R /Rect [0 0 0 0]>>`
  const number = appending.add(source)
  const fieldList = { ...head.fieldList, source: withItem(head.fieldList.source, `${number} 0 R`) }
  const annotations = { ...head.annotations, source: withItem(head.annotations.source, `${number} 0 R`) }
  appending.put(fieldList.number, fieldList.source)
  appending.put(annotations.number, annotations.source)
  const field: HeadField = { number, source, kind: 'signature', width: 0, height: 0, lock: null, state: null, filled: true }
  return appending.closeWithHole(contentsBytes, (at) => ({
    ...head,
    ...at,
    fieldList,
    annotations,
    fields: { ...head.fields, [name]: field },
    timeStamps: head.timeStamps + 1,
  }))
}

/** ISO 32000-2 Table 255; PAdES as in ETSI EN 319 142-1 §6.3. */
export const SIGNATURE = '/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached'

export function factsSource({ at, name, reason, location, contactInfo }: SignatureFacts): string {
  const texts = { Name: name, Reason: reason, Location: location, ContactInfo: contactInfo }
  const entries = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return [`/M ${dateSource(at)}`, ...entries.map(([key, text]) => `/${key} ${textSource(text)}`)].join(' ')
}

/** The same list as in the field's /Lock, and one reference only: viewers call the file corrupted otherwise. */
export function fieldLockSource(head: Pick<Head, 'trailer'>, { action, names }: FieldLock): string {
  const fields = names.map(textSource).join(' ')
  const parameters = `<</Type /TransformParams /Action /${action} /Fields [${fields}] /V /1.2>>`
  return `/Reference [<</Type /SigRef /TransformMethod /FieldMDP /Data ${head.trailer.root} /TransformParams ${parameters}>>]`
}

function unsigned(head: Head, name: string): HeadField {
  const field = head.fields[name]
  if (field?.kind !== 'signature') throw new PdfFault('append.field', name)
  if (field.filled) throw new PdfFault('append.filled', name)
  return field
}

async function signedField(appending: Appending, field: HeadField, signature: number, appearance: Form | null): Promise<string> {
  const shown = appearance && field.width > 0 && field.height > 0 ? { AP: `<</N ${await addForm(appending, appearance)} 0 R>>` } : {}
  return withEntries(field.source, { ...shown, V: `${signature} 0 R` })
}

async function entriesOf(appending: Appending, field: HeadField, filled: Filled): Promise<Record<string, string>> {
  if (field.kind === 'box') {
    if (!filled.checked) return {}
    if (!field.state) throw new PdfFault('append.field', filled.field)
    return { V: nameSource(field.state), AS: nameSource(field.state) }
  }
  const value: Record<string, string> = filled.value !== undefined && field.kind !== 'button' ? { V: textSource(filled.value) } : {}
  return filled.appearance ? { ...value, AP: `<</N ${await addForm(appending, filled.appearance)} 0 R>>` } : value
}

function closeSigned(
  head: Head,
  appending: Appending,
  { contentsBytes }: SignatureFacts,
  written: ReadonlyMap<number, string>,
  changed: Partial<Head> = {},
): Tail {
  for (const [number, source] of written) appending.put(number, source)
  const fields = Object.fromEntries(
    Object.entries(head.fields).map(([name, field]) => {
      const source = written.get(field.number)
      return [name, source === undefined ? field : { ...field, source, filled: true }]
    }),
  )
  return appending.closeWithHole(contentsBytes, (at) => ({ ...head, ...changed, ...at, fields }))
}
