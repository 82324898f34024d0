import { type PDFDocument, PDFHexString, type PDFName, type PDFPage, type PDFRef } from 'pdf-lib'
import type { Word } from './form.ts'
import { latin, shown } from './latin.ts'

/** Codes of one font of the second kind: a byte each, 0 left out. */
const CODES = 255
/** Every glyph is empty and half an em wide. */
const HALF = 0.5

/** Hidden text on the pages of one document, in any script: what WinAnsi lacks is set in fonts of empty glyphs that only say which character it is. */
export class HiddenText {
  readonly #doc: PDFDocument
  readonly #latin: PDFRef
  readonly #codes = new Map<string, number>()
  readonly #fonts: PDFRef[] = []
  readonly #names = new Map<PDFPage, Map<PDFRef, string>>()

  constructor(doc: PDFDocument, latinFont: PDFRef) {
    this.#doc = doc
    this.#latin = latinFont
  }

  /** Operators for the page's content, in the coordinates that are in force there. */
  on(page: PDFPage, words: readonly Word[]): string {
    return words
      .map((word) => {
        const set = latin(word.text)
        if (set) return shown(this.#name(page, this.#latin), word, set.source, set.width)
        let { x } = word
        const step = word.width / Math.max(1, [...word.text].length)
        return [...word.text]
          .map((character) => {
            const code = this.#codeOf(character)
            const source = `<${((code % CODES) + 1).toString(16).padStart(2, '0')}>`
            const place = { ...word, x, width: step }
            x += step
            return shown(this.#name(page, this.#fonts[Math.floor(code / CODES)]!), place, source, HALF)
          })
          .join('\n')
      })
      .filter(Boolean)
      .join('\n')
  }

  #codeOf(character: string): number {
    const known = this.#codes.get(character)
    if (known !== undefined) return known
    const code = this.#codes.size
    this.#codes.set(character, code)
    if (code % CODES === 0) this.#fonts.push(this.#doc.context.nextRef())
    return code
  }

  #name(page: PDFPage, font: PDFRef): string {
    const names = this.#names.get(page) ?? new Map<PDFRef, string>()
    this.#names.set(page, names)
    const known = names.get(font)
    if (known) return known
    const name = (page.node.newFontDictionary('Hidden', font) as PDFName).decodeText()
    names.set(font, name)
    return name
  }

  /** Writes the fonts that were needed, once every page has its text. */
  close(): void {
    const { context } = this.#doc
    const characters = [...this.#codes.keys()]
    for (const [at, font] of this.#fonts.entries()) {
      const own = characters.slice(at * CODES, (at + 1) * CODES)
      const names = own.map((_, code) => `g${code + 1}`)
      const empty = context.register(context.flateStream('500 0 d0'))
      context.assign(
        font,
        context.obj({
          Type: 'Font',
          Subtype: 'Type3',
          FontBBox: [0, -200, 500, 800],
          FontMatrix: [0.001, 0, 0, 0.001, 0, 0],
          Resources: {},
          CharProcs: Object.fromEntries(names.map((name) => [name, empty])),
          Encoding: { Type: 'Encoding', Differences: [1, ...names] },
          FirstChar: 1,
          LastChar: own.length,
          Widths: own.map(() => 500),
          ToUnicode: context.register(context.flateStream(toUnicode(own))),
        } as never),
      )
    }
  }
}

/** ISO 32000-2 §9.10.3: each code's character as UTF-16BE, at most 100 in a block. */
function toUnicode(characters: readonly string[]): string {
  const lines = characters.map(
    (character, at) => `<${(at + 1).toString(16).padStart(2, '0')}> <${PDFHexString.fromText(character).asString().slice(4)}>`,
  )
  const blocks: string[] = []
  for (let at = 0; at < lines.length; at += 100) {
    const block = lines.slice(at, at + 100)
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`)
  }
  return `/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Hidden def\n/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n${blocks.join('\n')}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend`
}
