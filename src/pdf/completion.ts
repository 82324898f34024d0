import { type PDFDocument, type PDFPage } from 'pdf-lib'
import { encode } from 'uqr'
import { INK, INK2, INK3, pictureForm } from './appearance.ts'
import type { FontSet, Style } from './fonts.ts'
import type { Picture } from './form.ts'
import type { Box } from './geometry.ts'
import type { HiddenText } from './hidden-text.ts'
import { addFormObject } from './pdf-lib-picture.ts'
import { fitted, type Line, line, short, wrap } from './text.ts'

export interface CompletionWords {
  readonly title: string
  readonly documentId: string
  readonly recipients: string
  readonly seal: string
  readonly siblings: string
  /** Under the QR code. */
  readonly scan: string
  readonly check: readonly string[]
}

export interface Completion {
  readonly words: CompletionWords
  readonly company: { readonly name: string; readonly logo?: Picture }
  readonly title: string
  readonly documentId: string
  readonly verifyUrl: string
  readonly facts: readonly { readonly label: string; readonly value: string }[]
  /** The other documents of the same sending, with the SHA-256 of each as it was uploaded. */
  readonly siblings: readonly { readonly documentId: string; readonly title: string; readonly digest: string }[]
  readonly recipients: readonly {
    readonly name: string
    readonly title: string
    readonly subtitle: string
    readonly signs: boolean
    /** Files asked of them, each with a line in their row. */ readonly attachments?: number
  }[]
}

/** Where a later revision writes: on which of the certificate's pages, from the top left. */
export interface CompletionPlaces {
  readonly pages: readonly PDFPage[]
  readonly rows: Readonly<Record<string, { readonly page: number } & Box>>
  readonly seal: { readonly page: number } & Box
}

const MARGIN = 48
const CARD = 108
const LINE = '0.89 0.882 0.851 RG'

/** Draws the certificate of completion at the end of the document; what only time can tell is left as places for the signers and the seal. */
export function drawCompletion(
  doc: PDFDocument,
  fonts: FontSet,
  hidden: HiddenText,
  size: { width: number; height: number },
  completion: Completion,
): CompletionPlaces {
  const { words } = completion
  const pages: PDFPage[] = []
  const rows: Record<string, { page: number } & Box> = {}
  const foot = 12
  let canvas = newPage()
  function newPage(): { parts: string[]; y: number } {
    pages.push(doc.addPage([size.width, size.height]))
    return { parts: [], y: size.height - MARGIN }
  }
  const close = (): void => {
    const page = pages.at(-1)!
    page.node.addContentStream(doc.context.register(doc.context.flateStream(canvas.parts.join('\n'))))
  }
  const room = (height: number): void => {
    if (canvas.y - height >= foot) return
    close()
    canvas = newPage()
  }
  const set = (made: Line, x: number, y: number, colour: string): void =>
    void canvas.parts.push(colour, made.draw(x, y), hidden.on(pages.at(-1)!, made.words(x, y)))
  const put = (style: Style, points: number, text: string, x: number, y: number, colour: string, width: number): void =>
    set(fitted(fonts, style, points, text, width), x, y, colour)
  const inner = size.width - 2 * MARGIN

  // Head: logo and company, title, what it is about.
  if (completion.company.logo) {
    const form = pictureForm(completion.company.logo, 110, 30, completion.company.name)
    const name = pages.at(-1)!.node.newXObject('Logo', addFormObject(doc.context, form))
    const shift =
      (110 - completion.company.logo.width * Math.min(110 / completion.company.logo.width, 30 / completion.company.logo.height)) / 2
    canvas.parts.push(`q 1 0 0 1 ${short(MARGIN - shift)} ${short(canvas.y - 26)} cm ${name} Do Q`)
    put('text', 9, completion.company.name, MARGIN + 124, canvas.y - 14, INK2, inner - 124)
  } else put('strong', 11, completion.company.name, MARGIN, canvas.y - 12, INK, inner)
  canvas.y -= 40
  canvas.parts.push(`q ${LINE} 0.8 w ${MARGIN} ${short(canvas.y)} m ${short(size.width - MARGIN)} ${short(canvas.y)} l S Q`)
  canvas.y -= 32
  const qr = 79.4
  const top = canvas.y + 14
  // One language large, the others below it.
  const [title = '', ...otherTitles] = words.title.split('\n')
  put('title', 22, title, MARGIN, canvas.y, INK, inner - qr - 24)
  for (const other of otherTitles) {
    canvas.y -= 17
    put('title', 12, other, MARGIN, canvas.y, INK2, inner - qr - 24)
  }
  canvas.y -= 20
  for (const made of wrap(fonts, 'text', 11, completion.title, inner - qr - 24, 2)) {
    set(made, MARGIN, canvas.y, INK2)
    canvas.y -= 15
  }
  canvas.y -= 9
  put('text', 7, words.documentId, MARGIN, canvas.y + 2, INK3, inner - qr - 24)
  canvas.y -= 13
  put('mono', 15, completion.documentId, MARGIN, canvas.y, INK, inner - qr - 24)
  canvas.parts.push(qrCode(completion.verifyUrl, size.width - MARGIN - qr, top - qr, qr))
  let below = top - qr - 10
  for (const made of wrap(fonts, 'text', 6, words.scan, qr, 4)) {
    set(made, size.width - MARGIN - qr, below, INK3)
    below -= 8
  }
  canvas.y = Math.min(canvas.y, below) - 16

  // Facts in two columns of label and value, the first as wide as its longest label needs.
  const labels = [...completion.facts.map(({ label }) => label), ...(completion.siblings.length ? [words.siblings] : [])]
  const column = Math.min(190, Math.max(96, ...labels.map((label) => line(fonts, 'text', 7.6, label).width)))
  for (const { label, value } of completion.facts) {
    const lines = wrap(fonts, /^[0-9a-f ]{60,}$/.test(value) ? 'mono' : 'text', 7.6, value, inner - column - 8, 3)
    room(lines.length * 11)
    put('text', 7.6, label, MARGIN, canvas.y, INK3, column)
    for (const made of lines) {
      set(made, MARGIN + column + 8, canvas.y, INK)
      canvas.y -= 11
    }
    canvas.y -= 2.5
  }
  for (const [at, sibling] of completion.siblings.entries()) {
    room(24)
    put('text', 7.6, at ? '' : words.siblings, MARGIN, canvas.y, INK3, column)
    put('text', 7.6, `${sibling.documentId}  ${sibling.title}`, MARGIN + column + 8, canvas.y, INK, inner - column - 8)
    put('mono', 5.6, sibling.digest.replace(/(.{4})(?!$)/g, '$1 '), MARGIN + column + 8, canvas.y - 8.5, INK2, inner - column - 8)
    canvas.y -= 22
  }

  // A card for each recipient.
  if (completion.recipients.length) {
    canvas.y -= 12
    room(CARD + 24)
    put('strong', 9.5, words.recipients, MARGIN, canvas.y, INK, inner)
    canvas.y -= 12
  }
  for (const recipient of completion.recipients) {
    const height = recipient.signs ? CARD + (recipient.attachments ?? 0) * 20 : 40
    room(height + 8)
    canvas.parts.push(card(MARGIN, canvas.y - height, inner, height))
    put('strong', 9.5, recipient.title, MARGIN + 14, canvas.y - 18, INK, inner - 28)
    put('text', 7.6, recipient.subtitle, MARGIN + 14, canvas.y - 29, INK2, inner - 28)
    if (recipient.signs)
      rows[recipient.name] = {
        page: pages.length - 1,
        x: MARGIN + 14,
        y: size.height - canvas.y + 36,
        width: inner - 28,
        height: height - 42,
      }
    canvas.y -= height + 8
  }

  // The company's seal, and how to check.
  const check = words.check.flatMap((text) => wrap(fonts, 'text', 6.8, text, inner))
  room(84 + check.length * 9 + 16)
  canvas.y -= 4
  canvas.parts.push(card(MARGIN, canvas.y - 74, inner, 74))
  const seal = { page: pages.length - 1, x: MARGIN + 10, y: size.height - canvas.y + 6, width: inner - 20, height: 62 }
  canvas.y -= 92
  for (const made of check) {
    set(made, MARGIN, canvas.y, INK3)
    canvas.y -= 9
  }
  close()
  return { pages, rows, seal }
}

/** The outline of a card with round corners. */
export const card = (x: number, y: number, width: number, height: number): string => {
  const r = 6
  const k = r * 0.4477
  const [right, top] = [x + width, y + height]
  const at = (...numbers: number[]): string => numbers.map(short).join(' ')
  return `q ${LINE} 0.8 w ${at(x + r, y)} m ${at(right - r, y)} l ${at(right - k, y, right, y + k, right, y + r)} c ${at(right, top - r)} l ${at(right, top - k, right - k, top, right - r, top)} c ${at(x + r, top)} l ${at(x + k, top, x, top - k, x, top - r)} c ${at(x, y + r)} l ${at(x, y + k, x + k, y, x + r, y)} c h S Q`
}

/** Dark modules as rectangles, a run a row: sharp at any size. */
function qrCode(text: string, x: number, y: number, side: number): string {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const module = side / size
  const parts: string[] = []
  data.forEach((row, at) => {
    for (let start = 0; start < size; start++) {
      if (!row[start]) continue
      let end = start
      while (end < size && row[end]) end++
      parts.push(
        `${short(x + start * module)} ${short(y + side - (at + 1) * module)} ${short((end - start) * module + 0.02)} ${short(module + 0.02)} re`,
      )
      start = end
    }
  })
  return `q ${INK}\n${parts.join('\n')}\nf Q`
}
