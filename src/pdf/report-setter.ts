import { type PDFDocument, type PDFFont, PDFName, type PDFPage } from 'pdf-lib'
import { INK, INK2, INK3 } from './appearance.ts'
import { card } from './completion.ts'
import { type Face, type FontSet, type Style, STYLES } from './fonts.ts'
import { HiddenText } from './hidden-text.ts'
import type { Entry, Fact, ReportSheet, State } from './report.ts'
import { fitted, type Line, short, wrap } from './text.ts'

/** A4. */
const [WIDTH, HEIGHT] = [595.28, 841.89]
export const MARGIN = 48
const FOOT = 52
export const INNER = WIDTH - 2 * MARGIN
const LABEL = 104
const COLOURS: Readonly<Record<State, { readonly ink: string; readonly soft: string }>> = {
  good: { ink: '0.133 0.439 0.29', soft: '0.902 0.949 0.922' },
  wait: { ink: '0.576 0.376 0.039', soft: '0.98 0.941 0.863' },
  stop: { ink: '0.639 0.137 0.11', soft: '0.984 0.914 0.906' },
}
/** Set as text; what they lack is drawn in outlines. */
export const FACES = ['inter', 'inter-semibold', 'source-serif-semibold', 'mono'] as const satisfies readonly Face[]
/** Values come from strangers' files: one is cut here, however long it is. */
const LONGEST = 600

/** A line that knows how it is set. */
interface SetLine extends Line {
  readonly style: Style
  readonly size: number
}

/** Sets a report from the top of its first page to the foot of its last. */
export class Setter {
  readonly #fonts: FontSet
  readonly #embedded: ReadonlyMap<Face, PDFFont>
  readonly #doc: PDFDocument
  readonly #hidden: HiddenText
  readonly #pages: { readonly page: PDFPage; readonly parts: string[] }[] = []
  /** The chain of one signature is mostly that of the next. */
  readonly #shaped = new Map<string, SetLine[]>()
  #y = HEIGHT - MARGIN
  constructor(doc: PDFDocument, fonts: FontSet, embedded: ReadonlyMap<Face, PDFFont>) {
    this.#doc = doc
    this.#fonts = fonts
    this.#embedded = embedded
    const { context } = doc
    const latin = { Type: 'Font', Subtype: 'Type1', BaseFont: 'Helvetica', Encoding: 'WinAnsiEncoding' }
    this.#hidden = new HiddenText(doc, context.register(context.obj(latin)))
    this.#turn()
  }

  #turn(): void {
    const page = this.#doc.addPage([WIDTH, HEIGHT])
    for (const [at, face] of FACES.entries()) page.node.setFontDictionary(PDFName.of(`F${at}`), this.#embedded.get(face)!.ref)
    this.#pages.push({ page, parts: [] })
  }

  head({ by, title }: ReportSheet): void {
    this.#put('strong', 10, by, MARGIN, this.#y - 8, INK, INNER)
    this.#y -= 20
    this.#rule()
    this.#y -= 34
    this.#put('title', 22, title, MARGIN, this.#y, INK, INNER)
    this.#y -= 18
  }

  verdict({ state, title, text }: ReportSheet['verdict']): void {
    const [heads, lines] = [this.#wrapped('title', 15, title, INNER - 76), this.#wrapped('text', 9, text, INNER - 76)]
    const height = 26 + heads.length * 19 + lines.length * 13
    const top = this.#y
    this.#draw(card(MARGIN, top - height, INNER, height))
    this.#draw(`q ${COLOURS[state].ink} rg ${short(MARGIN + 5)} ${short(top - 1.6)} ${short(INNER - 10)} 2.4 re f Q`)
    this.#draw(badge(state, MARGIN + 32, top - height / 2, 13))
    this.#y -= 25
    for (const made of heads) this.#line(made, MARGIN + 60, this.#y, INK, 19)
    this.#y -= 1
    for (const made of lines) this.#line(made, MARGIN + 60, this.#y, INK2, 13)
    this.#y = top - height - 20
  }

  facts(facts: readonly Fact[], x: number, width: number): void {
    for (const { label, value, mono } of facts) {
      const labels = this.#wrapped('text', 8, label, LABEL - 8, 2)
      const lines = this.#wrapped(mono ? 'mono' : 'text', mono ? 7.4 : 8, value, width - LABEL)
      // A value that is longer than a page would be is cut; one that does not fit here begins on the next page.
      this.#room(Math.max(labels.length, lines.length) * 11.5)
      const top = this.#y
      for (const made of labels) this.#line(made, x, this.#y, INK3, 11.5)
      this.#y = top
      for (const made of lines) this.#line(made, x + LABEL, this.#y, INK, 11.5)
      this.#y = top - Math.max(labels.length, lines.length) * 11.5 - 2.5
    }
  }

  heading(text: string, withAtLeast: number): void {
    this.#y -= 14
    this.#room(withAtLeast)
    this.#put('strong', 11.5, text, MARGIN, this.#y - 4, INK, INNER)
    this.#y -= 20
  }

  question({ state, title, answer, how }: ReportSheet['questions']['rows'][number]): void {
    const [answers, hows] = [this.#wrapped('strong', 9, answer, INNER - 24), this.#wrapped('text', 7.6, how, INNER - 24)]
    this.#room(14 + answers.length * 12.5 + hows.length * 10.5)
    this.#put('text', 7.6, title, MARGIN + 24, this.#y, INK3, INNER - 24)
    this.#y -= 12.5
    this.#draw(badge(state, MARGIN + 8, this.#y + 3, 6.5))
    for (const made of answers) this.#line(made, MARGIN + 24, this.#y, INK, 12.5)
    for (const made of hows) this.#line(made, MARGIN + 24, this.#y, INK3, 10.5)
    this.#y -= 6
  }

  entry({ title, state, facts }: Entry): void {
    this.#room(48)
    this.#rule()
    this.#y -= 16
    const word = state && this.#fitted('text', 8, state.word, 120)
    this.#put('strong', 9.5, title, MARGIN, this.#y, INK, INNER - (word ? word.width + 30 : 0))
    if (state && word) {
      const left = WIDTH - MARGIN - word.width
      this.#draw(badge(state.state, left - 10, this.#y + 2.8, 6))
      this.#draw(`${COLOURS[state.state].ink} rg`, this.#set(word, left, this.#y))
    }
    this.#y -= 15
    this.facts(facts, MARGIN, INNER)
    this.#y -= 4
  }

  paragraph(style: Style, size: number, text: string, x: number, width: number, colour: string, leading: number): void {
    for (const made of this.#wrapped(style, size, text, width)) {
      this.#room(leading)
      this.#line(made, x, this.#y, colour, leading)
    }
    this.#y -= 3
  }

  gap(height: number): void {
    this.#y -= height
  }

  /** Writes each page's content, with its foot. */
  close({ foot, pageOf }: ReportSheet): void {
    const total = String(this.#pages.length)
    for (const [at, { page, parts }] of this.#pages.entries()) {
      const number = this.#fitted('text', 7.2, pageOf.replace('{number}', String(at + 1)).replace('{total}', total), 120)
      const left = this.#fitted('text', 7.2, foot, INNER - 140)
      parts.push(INK3, this.#set(left, MARGIN, 30, page), this.#set(number, WIDTH - MARGIN - number.width, 30, page))
      page.node.addContentStream(this.#doc.context.register(this.#doc.context.flateStream(parts.join('\n'))))
    }
    this.#hidden.close()
  }

  #wrapped(style: Style, size: number, text: string, width: number, most = 40): SetLine[] {
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
    const key = `${style} ${size} ${width} ${most} ${cut}`
    const known = this.#shaped.get(key)
    if (known) return known
    // Text is set without the kerning by which it was measured.
    const made = wrap(this.#fonts, style, size, cut, width * 0.985, most).map((one) => ({ ...one, style, size }))
    this.#shaped.set(key, made)
    return made
  }

  #fitted(style: Style, size: number, text: string, width: number): SetLine {
    return { ...fitted(this.#fonts, style, size, text.slice(0, LONGEST), width), style, size }
  }

  /** As text where the first typeface of the style has every character, else as outlines with the text hidden under them. */
  #set(made: SetLine, x: number, y: number, page = this.#pages.at(-1)!.page): string {
    const face = STYLES[made.style][0]
    const font = this.#embedded.get(face)
    // Hardly a text face has the narrow space of French; without this one, half the lines would be outlines.
    const text = made.text.replaceAll('\u202f', '\u00a0')
    if (!text) return ''
    if (font && [...text].every((character) => this.#fonts.faceFor(made.style, character.codePointAt(0)!) === face))
      return `BT /F${FACES.indexOf(face as (typeof FACES)[number])} ${short(made.size)} Tf ${short(x)} ${short(y)} Td ${font.encodeText(text).toString()} Tj ET`
    // The mode of showing nothing outlives its text object: only Q ends it.
    return `${made.draw(x, y)}\nq ${this.#hidden.on(page, made.words(x, y))} Q`
  }

  #room(height: number): void {
    if (this.#y - height >= FOOT) return
    this.#turn()
    this.#y = HEIGHT - MARGIN - 8
  }

  #draw(...parts: string[]): void {
    this.#pages.at(-1)!.parts.push(...parts)
  }

  #line(made: SetLine, x: number, y: number, colour: string, leading: number): void {
    this.#draw(colour, this.#set(made, x, y))
    this.#y -= leading
  }

  #put(style: Style, size: number, text: string, x: number, y: number, colour: string, width: number): void {
    this.#draw(colour, this.#set(this.#fitted(style, size, text, width), x, y))
  }

  #rule(): void {
    this.#draw(`q 0.89 0.882 0.851 RG 0.8 w ${MARGIN} ${short(this.#y)} m ${short(WIDTH - MARGIN)} ${short(this.#y)} l S Q`)
  }
}

/** A disc with a tick, a cross or a bar: never colour alone. */
function badge(state: State, x: number, y: number, r: number): string {
  const { ink, soft } = COLOURS[state]
  const k = r * 0.5523
  const at = (...numbers: number[]): string => numbers.map(short).join(' ')
  const disc = `${at(x + r, y)} m ${at(x + r, y + k, x + k, y + r, x, y + r)} c ${at(x - k, y + r, x - r, y + k, x - r, y)} c ${at(x - r, y - k, x - k, y - r, x, y - r)} c ${at(x + k, y - r, x + r, y - k, x + r, y)} c f`
  const u = r * 0.4
  const sign = {
    good: `${at(x - u, y)} m ${at(x - u * 0.25, y - u * 0.8)} l ${at(x + u * 1.1, y + u * 0.85)} l S`,
    stop: `${at(x - u, y - u)} m ${at(x + u, y + u)} l S ${at(x - u, y + u)} m ${at(x + u, y - u)} l S`,
    wait: `${at(x, y + u * 1.2)} m ${at(x, y - u * 0.3)} l S ${at(x, y - u * 1.05)} m ${at(x, y - u * 1.1)} l S`,
  }[state]
  return `q ${soft} rg ${disc} ${ink} RG ${short(r * 0.17)} w 1 J 1 j ${sign} Q`
}
