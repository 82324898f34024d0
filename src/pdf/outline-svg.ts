import type { FontSet, Style } from './fonts.ts'
import { boundsOf } from './bounds.ts'
import { line, short } from './text.ts'

const INK = '#17256b'

/** One line of text as an SVG of outlines, cut to the line: the same shapes that a PDF is given. Lengths are points. */
export function outlineOf(fonts: FontSet, style: Style, text: string, size: number): { svg: string; width: number; height: number } {
  const made = line(fonts, style, size, text)
  const margin = size * 0.2
  const operators = made.draw(0, 0)
  // Some scripts rise and fall far beyond a Latin letter, and a swash reaches over its own width.
  const { left, bottom, right, top } = boundsOf(operators) ?? { left: 0, bottom: 0, right: 0, top: 0 }
  const start = Math.max(margin, margin / 2 - left)
  const base = Math.max(size, top + margin / 2)
  const width = Math.max(1, Math.ceil(Math.max(made.width + margin, right + margin / 2) + start))
  const height = Math.ceil(base + Math.max(size * 0.5, margin / 2 - bottom))
  const path = pathOf(operators)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><g transform="matrix(1 0 0 -1 ${short(start)} ${short(base)})"><path fill="${INK}" d="${path}"/></g></svg>`
  return { svg, width, height }
}

const LETTERS: Readonly<Record<string, string>> = { m: 'M', l: 'L', c: 'C', h: 'Z' }

/** Path operators of PDF (operands before the operator) as those of SVG (after it). */
function pathOf(operators: string): string {
  const parts: string[] = []
  let operands: string[] = []
  for (const token of operators.split(/\s+/)) {
    const letter = LETTERS[token]
    if (letter) {
      parts.push(letter + operands.join(' '))
      operands = []
    } else if (token === 'f') operands = []
    else if (token) operands.push(token)
  }
  return parts.join('')
}
