import { degrees, type PDFPage } from 'pdf-lib'
import { type Box, normal, type SeenPage } from './geometry.ts'

/** Makes the page longer at the foot as seen. */
export function growFoot(page: PDFPage, seen: SeenPage, by: number): SeenPage {
  const { box, rotation } = seen
  const grown: Box =
    rotation === 90
      ? { ...box, width: box.width + by }
      : rotation === 180
        ? { ...box, height: box.height + by }
        : rotation === 270
          ? { ...box, x: box.x - by, width: box.width + by }
          : { ...box, y: box.y - by, height: box.height + by }
  const media = normal(page.getMediaBox())
  const left = Math.min(media.x, grown.x)
  const bottom = Math.min(media.y, grown.y)
  page.setMediaBox(
    left,
    bottom,
    Math.max(media.x + media.width, grown.x + grown.width) - left,
    Math.max(media.y + media.height, grown.y + grown.height) - bottom,
  )
  page.setCropBox(grown.x, grown.y, grown.width, grown.height)
  page.setRotation(degrees(rotation))
  return { box: grown, rotation, width: seen.width, height: seen.height + by }
}
