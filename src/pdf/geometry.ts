import type { PDFPage } from 'pdf-lib'
import type { Rotation } from './appearance.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A page as a reader sees it: its crop box turned by /Rotate. Lengths in points of user space. */
export interface SeenPage {
  readonly box: Box
  readonly rotation: Rotation
  readonly width: number
  readonly height: number
}

export const seenPage = (page: PDFPage): SeenPage => seenAs(page.getMediaBox(), page.getCropBox(), page.getRotation().angle)

/** By its media box, its crop box and its /Rotate. */
export function seenAs(mediaBox: Box, cropBox: Box, angle: number): SeenPage {
  const media = normal(mediaBox)
  const crop = normal(cropBox)
  const left = Math.max(media.x, crop.x)
  const bottom = Math.max(media.y, crop.y)
  const right = Math.min(media.x + media.width, crop.x + crop.width)
  const top = Math.min(media.y + media.height, crop.y + crop.height)
  // A crop box outside its media box shows nothing: readers fall back to the media box.
  const box = right - left > 1 && top - bottom > 1 ? { x: left, y: bottom, width: right - left, height: top - bottom } : media
  const rotation = ((((Math.round(angle / 90) * 90) % 360) + 360) % 360) as Rotation
  const aside = rotation === 90 || rotation === 270
  return { box, rotation, width: aside ? box.height : box.width, height: aside ? box.width : box.height }
}

export const normal = ({ x, y, width, height }: Box): Box => ({
  x: Math.min(x, x + width),
  y: Math.min(y, y + height),
  width: Math.abs(width),
  height: Math.abs(height),
})

/** A rectangle given from the top left of the page as seen, in user space: [left, bottom, right, top]. */
export function userRectangle({ box, rotation }: SeenPage, { x, y, width: w, height: h }: Box): [number, number, number, number] {
  const [left, bottom, right, top] = [box.x, box.y, box.x + box.width, box.y + box.height]
  if (rotation === 90) return [left + y, bottom + x, left + y + h, bottom + x + w]
  if (rotation === 180) return [right - x - w, bottom + y, right - x, bottom + y + h]
  if (rotation === 270) return [right - y - h, top - x - w, right - y, top - x]
  return [left + x, top - y - h, left + x + w, top - y]
}

/** The other way: a rectangle of user space, from the top left of the page as seen. */
export function seenRectangle({ box, rotation }: SeenPage, rectangle: readonly number[]): Box {
  const [a = 0, b = 0, c = 0, d = 0] = rectangle
  const [left, bottom, right, top] = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
  const [width, height] = [right - left, top - bottom]
  if (rotation === 90) return { x: bottom - box.y, y: left - box.x, width: height, height: width }
  if (rotation === 180) return { x: box.x + box.width - right, y: bottom - box.y, width, height }
  if (rotation === 270) return { x: box.y + box.height - top, y: box.x + box.width - right, width: height, height: width }
  return { x: left - box.x, y: box.y + box.height - top, width, height }
}

/** The matrix that draws upright, with 0,0 at the foot's left as seen and y upwards, onto the page's user space. */
export function uprightMatrix({ box, rotation }: SeenPage): string {
  const [left, bottom, right, top] = [box.x, box.y, box.x + box.width, box.y + box.height].map(
    (value) => Math.round(value * 1_000) / 1_000,
  ) as [number, number, number, number]
  if (rotation === 90) return `0 1 -1 0 ${right} ${bottom}`
  if (rotation === 180) return `-1 0 0 -1 ${right} ${top}`
  if (rotation === 270) return `0 -1 1 0 ${left} ${top}`
  return `1 0 0 1 ${left} ${bottom}`
}
