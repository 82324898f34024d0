import type { FontSet } from './fonts.ts'
import { line, wrap } from './text.ts'

/** What is written into a box. Points. */
export interface TextBox {
  readonly text: string
  readonly width: number
  readonly height: number
  /** As large as it may be; 0: as the box takes. */
  readonly size: number
  readonly multiline: boolean
}

/** What is set automatically is no larger than body text in lines, and than a large title in one line. */
const startOf = ({ size, height, multiline }: TextBox): number => size || (multiline ? 12 : Math.min(24, Math.max(4, height * 0.62)))

/** Nobody is asked to read less. */
const READABLE = 6

/** The size at which the text fits, half a point at a time; the least one where it fits at none. */
export function textSize(fonts: FontSet, box: TextBox, least: number): number {
  let size = startOf(box)
  while (size > least && !fits(fonts, box, size)) size = Math.max(least, size - 0.5)
  return size
}

function fits(fonts: FontSet, { text, width, height, multiline }: TextBox, size: number): boolean {
  if (!multiline) return size <= height - 1 && line(fonts, 'text', size, text).width <= width - 4
  return wrap(fonts, 'text', size, text, width - 4).length * size * 1.3 <= height - 2
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * How many characters of the text a reader could still read in this box; null where all of them have room. A box that the sender drew smaller
 * than any readable line takes what stands in it at its own height.
 */
export function roomFor(fonts: FontSet, box: TextBox): number | null {
  const least = Math.min(READABLE, startOf(box), box.multiline ? (box.height - 2) / 1.3 : box.height - 1)
  const holds = (text: string): boolean => fits(fonts, { ...box, text }, least)
  if (holds(box.text)) return null
  const units = [...segmenter.segment(box.text)].map(({ segment }) => segment)
  let [yes, no] = [0, units.length]
  while (no - yes > 1) {
    const middle = (yes + no) >> 1
    if (holds(units.slice(0, middle).join(''))) yes = middle
    else no = middle
  }
  return yes
}
