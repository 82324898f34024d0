import type { FontSet, Style } from './fonts.ts'
import { line, short } from './text.ts'

const INK = '#17256b'

/** One line of text as an SVG of outlines, cut to the line: the same shapes that a PDF is given. Lengths are points. */
export function outlineOf(fonts: FontSet, style: Style, text: string, size: number): { svg: string; width: number; height: number } {
  const made = line(fonts, style, size, text)
  const margin = size * 0.2
  const width = Math.max(1, Math.ceil(made.width + 2 * margin))
  const height = Math.ceil(size * 1.5)
  const base = short(size)
  const path = pathOf(made.draw(0, 0))
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><g transform="matrix(1 0 0 -1 ${short(margin)} ${base})"><path fill="${INK}" d="${path}"/></g></svg>`
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
