import { latinBytes } from './syntax.ts'
import type { Appending } from './appended.ts'
import { PdfFault } from './fault.ts'
import type { Form, Picture } from './form.ts'
import { nameSource, numberSource, textSource } from './source.ts'

/** Writes a form XObject with its pictures; answers its object number. Matrix, fonts and groups are never written. */
export async function addForm(appending: Appending, form: Form): Promise<number> {
  const images: string[] = []
  for (const [name, picture] of Object.entries(form.images ?? {}))
    images.push(`${nameSource(name)} ${await addPicture(appending, picture)} 0 R`)
  const resources = images.length ? `<</XObject <<${images.join(' ')}>>>>` : '<<>>'
  const box = `[0 0 ${numberSource(form.width)} ${numberSource(form.height)}]`
  const dictionary = `/Type /XObject /Subtype /Form /FormType 1 /BBox ${box} /Resources ${resources}`
  return appending.addFlate(dictionary, latinBytes(contentOf(form)))
}

/** ISO 32000-2 §14.9.4: the drawn outlines are this text. */
function contentOf({ content, actualText }: Form): string {
  if (actualText === undefined || actualText === '') return content
  return `/Span <</ActualText ${textSource(actualText)}>> BDC\n${content}\nEMC`
}

async function addPicture(appending: Appending, picture: Picture): Promise<number> {
  const { width, height, rgb, gray, jpeg, alpha } = picture
  const size = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`
  const samples = `${size} /ColorSpace /DeviceGray /BitsPerComponent 8`
  const mask = alpha ? ` /SMask ${await addSamples(appending, samples, alpha, width * height)} 0 R` : ''
  const colour = `${size} /ColorSpace /DeviceRGB /BitsPerComponent 8${mask}`
  if (jpeg) return appending.addStream(`${colour} /Filter /DCTDecode`, jpeg)
  if (rgb) return addSamples(appending, colour, rgb, width * height * 3)
  if (gray) return addSamples(appending, `${samples}${mask}`, gray, width * height)
  throw new PdfFault('append.picture')
}

async function addSamples(appending: Appending, dictionary: string, samples: Uint8Array, length: number): Promise<number> {
  if (samples.length !== length) throw new PdfFault('append.picture')
  return appending.addFlate(dictionary, samples)
}
