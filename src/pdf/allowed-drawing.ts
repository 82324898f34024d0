import type { Difference } from './difference.ts'
import type { PdfObject } from './file.ts'
import { asDictionary, asReference, isName, nameOf, numbersOf, plainInteger, type Value } from './value.ts'

const FORM = ['Type', 'Subtype', 'FormType', 'BBox', 'Resources', 'Filter', 'Length']
const IMAGE = ['Type', 'Subtype', 'Width', 'Height', 'ColorSpace', 'BitsPerComponent', 'Filter', 'Length', 'SMask']

/** `/AP << /N form >>`, the form new, inside the field's box, drawing with pictures and with fonts that revision 0 offers. */
export function judgeAppearance(
  difference: Difference,
  value: Value | undefined,
  rect: readonly number[],
  fonts: ReadonlySet<number>,
): void {
  const appearance = asDictionary(value)
  if (!appearance || appearance.entries.size !== 1) return difference.fault('change.appearance')
  const object = difference.takeNew(appearance.entries.get('N'))
  const form = asDictionary(object?.value)
  if (!object?.stream || !form) return difference.fault('change.appearance')
  difference.only(form, FORM, object.number)
  const box = numbersOf(form.entries.get('BBox'))
  const [left = 0, bottom = 0, right = 0, top = 0] = rect
  const inside = box?.length === 4 && box[0] === 0 && box[1] === 0 && box[2]! <= right - left + 0.01 && box[3]! <= top - bottom + 0.01
  if (!inside || !isName(form.entries.get('Subtype'), 'Form')) difference.fault('change.appearance', object.number)
  judgeStream(difference, object)
  const resources = asDictionary(form.entries.get('Resources'))
  if (!resources) return difference.fault('change.resources', object.number)
  difference.only(resources, ['Font', 'XObject'], object.number)
  // Written in place, so that no old dictionary is drawn from.
  if ([...resources.entries.values()].some((value) => value.kind !== 'dictionary')) difference.fault('change.resources', object.number)
  for (const font of asDictionary(resources.entries.get('Font'))?.entries.values() ?? [])
    if (asReference(font)?.generation !== 0 || !fonts.has(asReference(font)!.number)) difference.fault('change.font', object.number)
  for (const image of asDictionary(resources.entries.get('XObject'))?.entries.values() ?? []) judgeImage(difference, image, true)
}

function judgeImage(difference: Difference, value: Value | undefined, mayMask: boolean): void {
  const object = difference.takeNew(value)
  const image = asDictionary(object?.value)
  if (!object?.stream || !image) return difference.fault('change.image')
  difference.only(image, mayMask ? IMAGE : IMAGE.filter((key) => key !== 'SMask'), object.number)
  const space = nameOf(image.entries.get('ColorSpace'))
  const colour = space === 'DeviceGray' || (mayMask && space === 'DeviceRGB')
  if (!isName(image.entries.get('Subtype'), 'Image') || !colour || plainInteger(image.entries.get('BitsPerComponent')) !== 8)
    difference.fault('change.image', object.number)
  judgeStream(difference, object)
  if (image.entries.has('SMask')) judgeImage(difference, image.entries.get('SMask'), false)
}

export function judgeStream(difference: Difference, object: PdfObject): void {
  const dictionary = asDictionary(object.value)
  const filter = dictionary?.entries.get('Filter')
  if (filter && !['FlateDecode', 'DCTDecode'].includes(nameOf(filter) ?? '')) difference.fault('change.filter', object.number)
  if (plainInteger(dictionary?.entries.get('Length')) === undefined) difference.fault('change.stream', object.number)
}
