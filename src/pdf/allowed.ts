import { judgeAppearance, judgeStream } from './allowed-drawing.ts'
import { type Difference } from './difference.ts'
import type { PdfObject } from './file.ts'
import type { FieldLock } from './head.ts'
import type { Prepared, PreparedField } from './prepared.ts'
import {
  asArray,
  asDictionary,
  asReference,
  type DictionaryValue,
  equalValues,
  isName,
  nameOf,
  numbersOf,
  plainInteger,
  textOf,
  textsOf,
  type Value,
} from './value.ts'

/* The allow-list (src/README.md): per kind of revision, which keys of which old objects, and which new objects at which places. */

const SIGNATURE = ['Type', 'Filter', 'SubFilter', 'ByteRange', 'Contents', 'M', 'Name', 'Reason', 'Location', 'ContactInfo', 'Reference']

export function judgeCertified(difference: Difference, prepared: Prepared): void {
  const catalog = difference.takeRewritten(prepared.root, ['Perms'])
  const field = difference.takeRewritten(prepared.fields.get('certification')!.number, ['V'])
  const signature = judgeSignature(difference, field?.entries.get('V'))
  const permissions = asDictionary(catalog?.entries.get('Perms'))
  if (permissions?.entries.size !== 1 || !equalValues(permissions.entries.get('DocMDP'), field?.entries.get('V')))
    difference.fault('change.permissions')
  const parameters = referenceOf(difference, signature, 'DocMDP', ['Type', 'TransformMethod', 'TransformParams'])
  if (plainInteger(parameters?.entries.get('P')) !== 2) difference.fault('change.permissions')
}

export function judgeSigned(difference: Difference, prepared: Prepared, name: string): void {
  const own = prepared.fields.get(name)
  if (own?.type !== 'Sig' || own.lock?.action !== 'Include' || name === 'seal' || name === 'certification')
    return difference.fault('change.field', name)
  judgeSignatureField(difference, prepared, own, own.lock)
  const allowed = new Map(own.lock.names.map((locked) => [prepared.fields.get(locked)?.number, prepared.fields.get(locked)] as const))
  for (const number of difference.rewritten()) {
    const field = allowed.get(number)
    if (field && field.type !== 'Sig') judgeFilled(difference, prepared, field)
  }
}

export function judgeSealed(difference: Difference, prepared: Prepared): void {
  const own = prepared.fields.get('seal')!
  judgeSignatureField(difference, prepared, own, own.lock!)
}

export function judgeSecurityStore(difference: Difference, prepared: Prepared): void {
  const before = asDictionary(difference.wasBefore(prepared.root))?.entries.get('DSS')
  const catalog = difference.takeRewritten(prepared.root, ['DSS'], ['DSS'])
  const old = difference.file.dictionary(before, difference.revision.index - 1)
  const store = asDictionary(difference.takeNew(catalog?.entries.get('DSS'))?.value)
  if (!store) return
  difference.only(store, ['Type', 'Certs', 'OCSPs', 'CRLs', 'VRI'], 'DSS')
  for (const [list, key] of [
    ['Certs', 'Cert'],
    ['OCSPs', 'OCSP'],
    ['CRLs', 'CRL'],
  ] as const) {
    const kept = asArray(old?.entries.get(list))?.items ?? []
    const items = asArray(store.entries.get(list))?.items ?? []
    if (!kept.every((item, at) => equalValues(item, items[at]))) difference.fault('change.security-store', list)
    for (const item of items.slice(kept.length)) judgeEvidence(difference, difference.takeNew(item))
    judgeIndex(difference, store, old, key, items)
  }
}

export function judgeTimeStamped(difference: Difference, prepared: Prepared, name: string): void {
  const { file, revision } = difference
  const added = [prepared.fieldList, prepared.annotations].map((number) => {
    const array = difference.takeArray(number)
    if (!array || array.now.length !== array.old.length + 1 || !array.old.every((item, at) => equalValues(item, array.now[at])))
      difference.fault('change.array', number)
    return array?.now.at(-1)
  })
  if (!equalValues(added[0], added[1])) difference.fault('change.array')
  const field = asDictionary(difference.takeNew(added[0])?.value)
  const expected =
    file.revisions.slice(0, revision.index).filter(({ index }) => index > 0 && hasTimeStamp(difference, prepared, index)).length + 1
  if (!field || textOf(field.entries.get('T')) !== name || name !== `DocTS${expected}`) return difference.fault('change.field', name)
  difference.only(field, ['Type', 'Subtype', 'FT', 'T', 'V', 'F', 'P', 'Rect'], name)
  const rect = numbersOf(field.entries.get('Rect'))
  if (rect?.length !== 4 || rect.some((side) => side !== 0) || plainInteger(field.entries.get('F')) !== 132)
    difference.fault('change.field', name)
  if (asReference(field.entries.get('P'))?.number !== prepared.sealPage || !isName(field.entries.get('FT'), 'Sig'))
    difference.fault('change.field', name)
  const stamp = asDictionary(difference.takeNew(field.entries.get('V'))?.value)
  if (!stamp) return
  difference.only(stamp, ['Type', 'Filter', 'SubFilter', 'ByteRange', 'Contents'], name)
  if (!isName(stamp.entries.get('Type'), 'DocTimeStamp') || !isName(stamp.entries.get('SubFilter'), 'ETSI.RFC3161'))
    difference.fault('change.time-stamp')
}

const hasTimeStamp = ({ file }: Difference, prepared: Prepared, revision: number): boolean =>
  file.revisions[revision]!.entries.has(prepared.fieldList)

function judgeSignatureField(difference: Difference, prepared: Prepared, own: PreparedField, lock: FieldLock): void {
  const old = asDictionary(difference.wasBefore(own.number))
  const field = difference.takeRewritten(own.number, ['V', 'AP'])
  if (!field) return
  if (field.entries.has('AP') && !old?.entries.has('AP')) judgeAppearance(difference, field.entries.get('AP'), own.rect, prepared.fonts)
  const signature = judgeSignature(difference, field.entries.get('V'))
  const parameters = referenceOf(difference, signature, 'FieldMDP', ['Type', 'TransformMethod', 'Data', 'TransformParams'], prepared.root)
  const names = textsOf(parameters?.entries.get('Fields'))
  const same = names?.length === lock.names.length && lock.names.every((name, at) => name === names[at])
  if (!same || !isName(parameters?.entries.get('Action'), lock.action)) difference.fault('change.lock', own.name)
}

/** A field of the signer's own list: its value and what it shows, both for the first time; a box by its own states. */
function judgeFilled(difference: Difference, prepared: Prepared, own: PreparedField): void {
  const old = asDictionary(difference.wasBefore(own.number))
  if (own.type === 'Btn' && !own.pushButton) {
    const states = asDictionary(asDictionary(old?.entries.get('AP'))?.entries.get('N'))
    const field = difference.takeRewritten(own.number, ['V', 'AS'], ['V', 'AS'])
    const state = nameOf(field?.entries.get('V'))
    const untouched = nameOf(old?.entries.get('V')) === 'Off'
    if (!untouched || !state || state !== nameOf(field?.entries.get('AS')) || !states?.entries.has(state))
      difference.fault('change.box', own.name)
    return
  }
  const field = difference.takeRewritten(own.number, own.pushButton ? ['AP'] : ['V', 'AP'])
  const value = field?.entries.get('V')
  if (field && !own.pushButton && value?.kind !== 'string') difference.fault('change.value', own.name)
  if (field?.entries.has('AP')) judgeAppearance(difference, field.entries.get('AP'), own.rect, prepared.fonts)
}

function judgeSignature(difference: Difference, value: Value | undefined): DictionaryValue | undefined {
  const signature = asDictionary(difference.takeNew(value)?.value)
  if (!signature) return undefined
  difference.only(signature, SIGNATURE, 'signature')
  const { entries } = signature
  if (
    !isName(entries.get('Type'), 'Sig') ||
    !isName(entries.get('Filter'), 'Adobe.PPKLite') ||
    !isName(entries.get('SubFilter'), 'ETSI.CAdES.detached')
  )
    difference.fault('change.signature')
  return signature
}

/** The parameters of the one signature reference. */
function referenceOf(
  difference: Difference,
  signature: DictionaryValue | undefined,
  method: string,
  keys: readonly string[],
  data?: number,
): DictionaryValue | undefined {
  const items = asArray(signature?.entries.get('Reference'))?.items
  const reference = asDictionary(items?.[0])
  if (items?.length !== 1 || !reference || !isName(reference.entries.get('TransformMethod'), method)) {
    difference.fault('change.signature-reference')
    return undefined
  }
  difference.only(reference, keys, 'SigRef')
  if (data !== undefined && asReference(reference.entries.get('Data'))?.number !== data) difference.fault('change.signature-reference')
  const parameters = asDictionary(reference.entries.get('TransformParams'))
  if (parameters) difference.only(parameters, ['Type', 'V', ...(method === 'DocMDP' ? ['P'] : ['Action', 'Fields'])], 'TransformParams')
  return parameters
}

function judgeEvidence(difference: Difference, object: PdfObject | undefined): void {
  const dictionary = asDictionary(object?.value)
  if (!object?.stream || !dictionary) return difference.fault('change.security-store')
  difference.only(dictionary, ['Filter', 'Length'], object.number)
  judgeStream(difference, object)
}

/** VRI: entries by digest that point into the lists of this very store; earlier entries stay as they were. */
function judgeIndex(
  difference: Difference,
  store: DictionaryValue,
  old: DictionaryValue | undefined,
  key: string,
  items: readonly Value[],
): void {
  const index = asDictionary(store.entries.get('VRI'))
  const kept = asDictionary(old?.entries.get('VRI'))
  for (const [name, value] of kept?.entries ?? [])
    if (!equalValues(value, index?.entries.get(name))) difference.fault('change.security-store', name)
  for (const [name, value] of index?.entries ?? []) {
    const entry = asDictionary(value)
    if (!/^[0-9A-F]{40}$/.test(name) || !entry) return difference.fault('change.security-store', name)
    difference.only(entry, ['Type', 'Cert', 'OCSP', 'CRL'], name)
    for (const item of asArray(entry.entries.get(key))?.items ?? [])
      if (!items.some((listed) => equalValues(listed, item))) difference.fault('change.security-store', name)
  }
}
