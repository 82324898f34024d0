import { PDFArray, PDFDict, type PDFDocument, PDFName, type PDFObject, PDFStream } from 'pdf-lib'
import { formWidgets, type FormWidget, isHidden, plainNumber, plainText } from './form-widgets.ts'
import { type Box, seenPage, seenRectangle } from './geometry.ts'

/** A field of a form that arrived with the file: where and what it is, as a reader sees it. */
export interface FoundFormField extends Box {
  readonly origin: string
  /** 0-based. */
  readonly page: number
  readonly kind: 'text' | 'multiline' | 'date' | 'checkbox' | 'radio' | 'choice' | 'signature'
  readonly name: string
  readonly tooltip: string
  readonly required: boolean
  readonly readOnly: boolean
  /** Of a box or a button `1` where it is chosen. */
  readonly value: string
  /** Points; 0: as large as the box takes. */
  readonly fontSize: number
  readonly maxLength?: number
  /** Of a choice: what is shown of each. */
  readonly options?: readonly string[]
  /** Of a radio button: what choosing it says. */
  readonly answer?: string
}

const MOST = 1_000
const SMALLEST = 6
/** Table 230, 228, 229: positions of the flags. */
const READ_ONLY = 1
const REQUIRED = 1 << 1
const MULTILINE = 1 << 12
const RADIO = 1 << 15
const PUSH_BUTTON = 1 << 16

const N = (name: string): PDFName => PDFName.of(name)

/** What a person could have filled in or signed; push buttons and what is hidden are left out. */
export function formFields(doc: PDFDocument): FoundFormField[] {
  const pages = doc.getPages().map((page) => seenPage(page))
  const found: FoundFormField[] = []
  for (const one of formWidgets(doc)) {
    if (found.length >= MOST) break
    const rectangle = one.widget.lookup(N('Rect'))
    const page = pages[one.page]
    if (!page || isHidden(one.widget) || !(rectangle instanceof PDFArray) || rectangle.size() !== 4) continue
    const box = inside(
      seenRectangle(
        page,
        Array.from({ length: 4 }, (_, at) => plainNumber(rectangle.lookup(at))),
      ),
      page,
    )
    const asked = box && questionOf(one)
    if (asked) found.push({ origin: one.origin, page: one.page, name: one.name, ...box, ...asked })
  }
  return found
}

/** What of it can be seen; null where that is too little to fill in. */
function inside(box: Box, page: { readonly width: number; readonly height: number }): Box | null {
  const x = Math.max(0, box.x)
  const y = Math.max(0, box.y)
  const width = Math.min(page.width, box.x + box.width) - x
  const height = Math.min(page.height, box.y + box.height) - y
  const floor = (value: number): number => Math.floor(value * 100) / 100
  return width >= SMALLEST && height >= SMALLEST ? { x: floor(x), y: floor(y), width: floor(width), height: floor(height) } : null
}

type Question = Omit<FoundFormField, 'origin' | 'page' | 'name' | keyof Box>

function questionOf({ widget, inherited }: FormWidget): Question | null {
  const flags = plainNumber(inherited('Ff'))
  const shared = {
    tooltip: plainText(inherited('TU')).slice(0, 200),
    required: (flags & REQUIRED) !== 0,
    readOnly: (flags & READ_ONLY) !== 0,
    fontSize: sizeOf(plainText(inherited('DA'))),
  }
  const value = inherited('V') ?? inherited('DV')
  switch (String(inherited('FT'))) {
    case '/Sig':
      return { ...shared, kind: 'signature', value: '' }
    case '/Tx': {
      const maxLength = plainNumber(inherited('MaxLen'))
      const multiline = (flags & MULTILINE) !== 0
      const told = linesOf(value, multiline)
      return {
        ...shared,
        kind: multiline ? 'multiline' : isDate(widget) || isDate(parentOf(widget)) ? 'date' : 'text',
        value: told,
        ...(maxLength > 0 && maxLength <= 4_000 ? { maxLength } : {}),
      }
    }
    case '/Ch':
      return { ...shared, kind: 'choice', ...choiceOf(inherited('Opt'), value) }
    case '/Btn': {
      if (flags & PUSH_BUTTON) return null
      const state = onState(widget)
      const chosen = String(value) === `/${state}` || String(widget.lookup(N('AS'))) === `/${state}`
      if (!(flags & RADIO)) return { ...shared, kind: 'checkbox', value: chosen ? '1' : '' }
      const told = inherited('Opt')
      const answer = told instanceof PDFArray && /^\d+$/.test(state) ? plainText(told.lookup(Number(state))) : ''
      return { ...shared, kind: 'radio', value: chosen ? '1' : '', answer: (answer || state).slice(0, 200) }
    }
    default:
      return null
  }
}

/** The name of the appearance that says yes. */
function onState(widget: PDFDict): string {
  const all = widget.lookup(N('AP'))
  const normal = all instanceof PDFDict ? all.lookup(N('N')) : undefined
  const names = normal instanceof PDFDict ? normal.keys().map((key) => key.decodeText()) : []
  return names.find((name) => name !== 'Off') ?? 'Yes'
}

/** Of pairs the second is what is shown; the value is the first. */
function choiceOf(told: PDFObject | undefined, value: PDFObject | undefined): { options: string[]; value: string } {
  const options: string[] = []
  let chosen = ''
  const stored = plainText(value instanceof PDFArray ? value.lookup(0) : value)
  if (told instanceof PDFArray)
    for (let at = 0; at < Math.min(told.size(), 200); at++) {
      const one = told.lookup(at)
      const [kept, shown] =
        one instanceof PDFArray ? [plainText(one.lookup(0)), plainText(one.lookup(1))] : [plainText(one), plainText(one)]
      const text = (shown || kept).slice(0, 200)
      if (text) options.push(text)
      if (stored && stored === kept) chosen = text
    }
  return { options: [...new Set(options)], value: chosen }
}

function linesOf(value: PDFObject | undefined, multiline: boolean): string {
  if (value instanceof PDFStream || !multiline) return plainText(value).slice(0, 2_000)
  const text = (value as { decodeText?: () => string } | undefined)?.decodeText?.() ?? ''
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .slice(0, 2_000)
}

/** `/Helv 12 Tf`: the size is the number before the operator. */
function sizeOf(appearance: string): number {
  const size = Number(/(\d+(?:\.\d+)?)\s+Tf/.exec(appearance)?.[1] ?? 0)
  return size === 0 ? 0 : Math.min(48, Math.max(4, size))
}

function parentOf(widget: PDFDict): PDFDict | undefined {
  const parent = widget.lookup(N('Parent'))
  return parent instanceof PDFDict ? parent : undefined
}

/** Adobe's own scripts say of a text that it is a day. */
function isDate(field: PDFDict | undefined): boolean {
  const actions = field?.lookup(N('AA'))
  if (!(actions instanceof PDFDict)) return false
  return ['F', 'K'].some((key) => {
    const action = actions.lookup(N(key))
    return action instanceof PDFDict && plainText(action.lookup(N('JS'))).startsWith('AFDate')
  })
}
