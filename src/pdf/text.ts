import bidiFactory from 'bidi-js'
import type { Face, FontSet, Style } from './fonts.ts'
import type { Word } from './form.ts'

/** One line of text as outlines. Sizes in points; y grows upwards from the base line. */
export interface Line {
  readonly text: string
  readonly width: number
  /** Path operators with the base line's start at x, y; filled by the colour in force. */
  draw(x: number, y: number): string
  /** The same as words, each where its outlines stand, and written as it is seen, from left to right. */
  words(x: number, y: number): Word[]
}

const bidi = bidiFactory()
const CLEAN = /[\p{Cc}\u2028\u2029]/gu

/** Any script: split by direction (UAX #9), then by the typeface that has each character; shaped by the font's own tables. */
export function line(fonts: FontSet, style: Style, size: number, given: string): Line {
  const text = given.toWellFormed().replace(CLEAN, ' ')
  const pieces: { commands: readonly { command: string; args: readonly number[] }[]; x: number; y: number; scale: number }[] = []
  const words: { text: string; x: number; width: number }[] = []
  let width = 0
  for (const run of runsOf(fonts, style, text)) {
    const scale = size / fonts.font(run.face).unitsPerEm
    const parts = run.text.match(/\S+\s*|\s+/g) ?? []
    for (const part of run.rightToLeft ? parts.reverse() : parts) {
      const start = width
      const { glyphs, positions } = fonts.layout(run.face, part)
      for (const [at, glyph] of glyphs.entries()) {
        const position = positions[at]!
        pieces.push({ commands: glyph.path.commands, x: width + position.xOffset * scale, y: position.yOffset * scale, scale })
        width += position.xAdvance * scale
      }
      if (part.trim()) words.push({ text: run.rightToLeft ? reversed(part) : part, x: start, width: width - start })
    }
  }
  return {
    text,
    width,
    draw: (x, y) => {
      const path = pieces
        .map((piece) => outline(piece.commands, x + piece.x, y + piece.y, piece.scale))
        .filter(Boolean)
        .join('\n')
      return path ? `${path}\nf` : ''
    },
    words: (x, y) => words.map((word) => ({ ...word, x: x + word.x, y, size })),
  }
}

interface Run {
  readonly text: string
  readonly face: Face
  readonly rightToLeft: boolean
}

/** In the order in which they are seen, from left to right. */
function runsOf(fonts: FontSet, style: Style, text: string): Run[] {
  if (!/[\u0590-\u08ff\ufb1d-\ufeff]/.test(text)) return faces(fonts, style, text)
  const embedding = bidi.getEmbeddingLevels(text, 'auto')
  const runs: { level: number; text: string }[] = []
  for (const [at, unit] of [...text].map((unit, index, all) => [all.slice(0, index).join('').length, unit] as const)) {
    const level = embedding.levels[at]!
    const last = runs.at(-1)
    if (last?.level === level) last.text += unit
    else runs.push({ level, text: unit })
  }
  // UAX #9 rule L2: from the highest level down, reverse each sequence at that level or above.
  for (let level = Math.max(...runs.map((run) => run.level)); level > 0; level--)
    for (let start = 0; start < runs.length; start++) {
      if (runs[start]!.level < level) continue
      let end = start
      while (end < runs.length && runs[end]!.level >= level) end++
      runs.splice(start, end - start, ...runs.slice(start, end).reverse())
      start = end
    }
  return runs.flatMap((run) => (run.level % 2 ? faces(fonts, style, run.text, true).reverse() : faces(fonts, style, run.text)))
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

const reversed = (text: string): string =>
  [...segmenter.segment(text)]
    .map(({ segment }) => segment)
    .reverse()
    .join('')

function faces(fonts: FontSet, style: Style, text: string, rightToLeft = false): Run[] {
  const runs: { text: string; face: Face; rightToLeft: boolean }[] = []
  for (const { segment } of segmenter.segment(text)) {
    const last = runs.at(-1)
    // A space stays with what is before it, so that a change of typeface does not cut words apart.
    const face = last && /^\s$/.test(segment) ? last.face : fonts.faceFor(style, segment.codePointAt(0)!)
    if (last?.face === face) last.text += segment
    else runs.push({ text: segment, face, rightToLeft })
  }
  return runs
}

/** TrueType's quadratic curves as the cubic ones of PDF (ISO 32000-2 §8.5.2). */
function outline(commands: readonly { command: string; args: readonly number[] }[], x: number, y: number, scale: number): string {
  let path = ''
  let [fromX, fromY] = [0, 0]
  const point = (px: number, py: number): string => `${short(x + px * scale)} ${short(y + py * scale)}`
  for (const { command, args } of commands) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args
    if (command === 'moveTo') path += `${point(a, b)} m `
    else if (command === 'lineTo') path += `${point(a, b)} l `
    else if (command === 'quadraticCurveTo') {
      path += `${point(fromX + (2 / 3) * (a - fromX), fromY + (2 / 3) * (b - fromY))} ${point(c + (2 / 3) * (a - c), d + (2 / 3) * (b - d))} ${point(c, d)} c `
    } else if (command === 'bezierCurveTo') path += `${point(a, b)} ${point(c, d)} ${point(e, f)} c `
    else path += 'h '
    if (args.length) [fromX, fromY] = [args.at(-2)!, args.at(-1)!]
  }
  return path.trim()
}

/** At most two decimals, no exponent: a hundredth of a point is a seventh of a printer's dot. */
export const short = (value: number): string => {
  const rounded = Math.round(value * 100) / 100
  return Object.is(rounded, -0) ? '0' : String(rounded)
}

const words = new Intl.Segmenter('en', { granularity: 'word' })

/** Text broken into lines no wider than `width`; a word that is longer is cut where it must be. */
export function wrap(fonts: FontSet, style: Style, size: number, text: string, width: number, most = 200): Line[] {
  const lines: Line[] = []
  for (const paragraph of text.split(/\r\n|\r|\n/)) {
    // Most texts fit, and are shaped once instead of once a word.
    const whole = line(fonts, style, size, paragraph.trimEnd())
    if (whole.width <= width) {
      lines.push(whole)
      if (lines.length >= most) break
      continue
    }
    let current = ''
    const close = (): void => {
      lines.push(line(fonts, style, size, current.trimEnd()))
      current = ''
    }
    for (const { segment } of words.segment(paragraph)) {
      if (line(fonts, style, size, (current + segment).trimEnd()).width <= width) {
        current += segment
        continue
      }
      if (current.trim()) close()
      if (!segment.trim()) continue
      for (const { segment: unit } of segmenter.segment(segment)) {
        if (current && line(fonts, style, size, current + unit).width > width) close()
        current += unit
      }
    }
    close()
    if (lines.length >= most) break
  }
  return lines.slice(0, most)
}

/** The text, or as much of it as fits followed by an ellipsis. */
export function fitted(fonts: FontSet, style: Style, size: number, text: string, width: number): Line {
  let made = line(fonts, style, size, text)
  if (made.width <= width) return made
  const units = [...segmenter.segment(text)].map(({ segment }) => segment)
  while (units.length > 1 && made.width > width) {
    units.pop()
    made = line(fonts, style, size, `${units.join('').trimEnd()}…`)
  }
  return made
}
