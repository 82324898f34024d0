import { PDFDocument } from 'pdf-lib'
import type { Bytes } from '../base/bytes.ts'
import type { Picture } from './form.ts'
import { placePicture } from './pdf-lib-picture.ts'

const A4 = { width: 595.28, height: 841.89 }
const MARGIN = 28

/** Each picture on an A4 page of its own, upright or lying as the picture is, as large as the margins allow and never enlarged past 150 dots an inch. */
export async function imagesToPdf(pictures: readonly Picture[]): Promise<Bytes> {
  const doc = await PDFDocument.create()
  for (const picture of pictures) {
    const lying = picture.width > picture.height
    const page = doc.addPage(lying ? [A4.height, A4.width] : [A4.width, A4.height])
    const { width, height } = page.getSize()
    const scale = Math.min((width - 2 * MARGIN) / picture.width, (height - 2 * MARGIN) / picture.height, 72 / 96)
    const [w, h] = [picture.width * scale, picture.height * scale]
    placePicture(page, picture, { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h })
  }
  return Uint8Array.from(await doc.save({ useObjectStreams: false }))
}
