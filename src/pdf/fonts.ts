import type { Font, GlyphRun } from 'fontkit'

/** The typefaces that are shipped; each is one file. */
export const FACES = [
  'inter',
  'inter-semibold',
  'source-serif',
  'source-serif-semibold',
  'mono',
  'noto',
  'noto-arabic',
  'noto-hebrew',
  'noto-devanagari',
  'noto-thai',
  'noto-jp',
  'noto-sc',
  'noto-kr',
  'caveat',
  'dancing',
  'marck',
  'ruqaa',
  'klee',
  'zhimang',
  'nanum',
] as const
export type Face = (typeof FACES)[number]

/** Where font files come from: a folder on the server, the binary, a visitor's download. */
export type FontBytes = (face: Face) => Uint8Array

const SCRIPTS: readonly Face[] = ['noto', 'noto-arabic', 'noto-hebrew', 'noto-devanagari', 'noto-thai', 'noto-jp', 'noto-sc', 'noto-kr']
const HANDS: readonly Face[] = ['caveat', 'marck', 'ruqaa', 'klee', 'zhimang', 'nanum', ...SCRIPTS]

/** A style of writing: the typefaces asked for each character, in order. */
export const STYLES = {
  text: ['inter', ...SCRIPTS],
  strong: ['inter-semibold', ...SCRIPTS],
  title: ['source-serif-semibold', ...SCRIPTS],
  serif: ['source-serif', ...SCRIPTS],
  mono: ['mono', ...SCRIPTS],
  'hand-caveat': HANDS,
  'hand-dancing': ['dancing', ...HANDS],
  'hand-marck': ['marck', ...HANDS],
  'hand-serif': ['source-serif', ...HANDS],
} as const satisfies Readonly<Record<string, readonly Face[]>>
export type Style = keyof typeof STYLES
export const HANDWRITING = ['hand-caveat', 'hand-dancing', 'hand-marck', 'hand-serif'] as const satisfies readonly Style[]

/** Words kept as shaped. */
const SHAPED = 4_000
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\s]/u

/** The parser is loaded with the first font: it takes a third of what the server needs to start. */
const parsed = (bytes: Uint8Array): Font => (require('./font-parser.ts') as typeof import('./font-parser.ts')).create(bytes)

/** Parses a font when the first character needs it: a Chinese font is ten megabytes. */
export class FontSet {
  readonly #bytes: FontBytes
  readonly #parsed = new Map<Face, Font>()
  readonly #shaped = new Map<string, GlyphRun>()
  constructor(bytes: FontBytes) {
    this.#bytes = bytes
  }
  font(face: Face): Font {
    let font = this.#parsed.get(face)
    if (!font) this.#parsed.set(face, (font = parsed(this.#bytes(face))))
    return font
  }
  /** A word shaped by the typeface's own tables. Breaking lines asks for the same words again and again. */
  layout(face: Face, word: string): GlyphRun {
    const key = `${face} ${word}`
    const known = this.#shaped.get(key)
    if (known) return known
    // Digits of one width: kerned, the dots of an address or a number disappear between them.
    const made = this.font(face).layout(word, face.startsWith('inter') && /\d/.test(word) ? { tnum: true } : {})
    if (this.#shaped.size >= SHAPED) this.#shaped.clear()
    this.#shaped.set(key, made)
    return made
  }
  /** The first typeface of the style that has the character; the first of all where none has. */
  faceFor(style: Style, codePoint: number): Face {
    const faces: readonly Face[] = STYLES[style]
    return faces.find((face) => this.#has(face, codePoint)) ?? faces[0]!
  }
  #has(face: Face, codePoint: number): boolean {
    return mayHave(face, codePoint) && this.font(face).hasGlyphForCodePoint(codePoint)
  }
  /** What would become an empty box: each character that no typeface of the style has, or that its own letter's typeface lacks. */
  undrawable(style: Style, text: string): string[] {
    const missing = new Set<string>()
    for (const { segment } of graphemes.segment(text)) {
      const [first, ...rest] = [...segment].filter((character) => !UNSEEN.test(character)).map((character) => character.codePointAt(0)!)
      if (first === undefined) continue
      const face = this.faceFor(style, first)
      if (![first, ...rest].every((codePoint) => this.#has(face, codePoint))) missing.add(segment)
    }
    return [...missing]
  }
}

/** Spares the large fonts from being parsed for a character that they cannot have. */
function mayHave(face: Face, codePoint: number): boolean {
  if (face.startsWith('noto-') || face === 'klee' || face === 'zhimang' || face === 'nanum' || face === 'ruqaa') {
    if (codePoint < 0x590) return false
    if (face === 'noto-arabic' || face === 'ruqaa') return within(codePoint, 0x600, 0x8ff) || within(codePoint, 0xfb50, 0xfeff)
    if (face === 'noto-hebrew') return within(codePoint, 0x590, 0x5ff) || within(codePoint, 0xfb1d, 0xfb4f)
    if (face === 'noto-devanagari') return within(codePoint, 0x900, 0x97f)
    if (face === 'noto-thai') return within(codePoint, 0xe00, 0xe7f)
    if (face === 'noto-kr' || face === 'nanum')
      return within(codePoint, 0x1100, 0x11ff) || within(codePoint, 0x3130, 0x318f) || within(codePoint, 0xac00, 0xd7af)
    return codePoint >= 0x2e80
  }
  return true
}
const within = (value: number, first: number, last: number): boolean => value >= first && value <= last
