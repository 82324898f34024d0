import { latinBytes } from './syntax.ts'
import type { Appending } from './appended.ts'
import { PdfFault } from './fault.ts'
import type { Form, Picture } from './form.ts'
import { TEXT_FONT } from './head.ts'
import { hiddenWords, isLatin } from './latin.ts'
import { nameSource, numberSource, textSource } from './source.ts'

/**
 * Writes a form XObject with its pictures; answers its object number. Matrix and groups are never written, and no font but revision 0's own,
 * for text that shows nothing.
 */
export async function addForm(appending: Appending, form: Form): Promise<number> {
  const images: string[] = []
  for (const [name, picture] of Object.entries(form.images ?? {}))
    images.push(`${nameSource(name)} ${await addPicture(appending, picture)} 0 R`)
  const { textFont } = appending.head
  const hidden = textFont ? hiddenWords(form.words ?? []) : ''
  const resources = [
    hidden && `/Font <<${nameSource(TEXT_FONT)} ${textFont}>>`,
    images.length && `/XObject <<${images.join(' ')}>>`,
  ].filter(Boolean)
  const box = `[0 0 ${numberSource(form.width)} ${numberSource(form.height)}]`
  const dictionary = `/Type /XObject /Subtype /Form /FormType 1 /BBox ${box} /Resources <<${resources.join(' ')}>>`
  return appending.addFlate(dictionary, latinBytes(contentOf(form, hidden)))
}

/** Where the hidden words do not say all of it, the whole is said to be this text (ISO 32000-2 §14.9.4). */
function contentOf({ content, actualText, words, images, turn }: Form, hidden: string): string {
  const whole = hidden ? `${content}\n${turn ? `q ${turn} cm\n${hidden}\nQ` : hidden}` : content
  const isSaid = hidden && !images && words?.every(({ text }) => isLatin(text))
  return !actualText || isSaid ? whole : `/Span <</ActualText ${textSource(actualText)}>> BDC\n${whole}\nEMC`
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
