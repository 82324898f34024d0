import type { FontSet, Style } from './fonts.ts'
import { boundsOf } from './bounds.ts'
import type { Form, Picture, Word } from './form.ts'
import { type TextBox, textSize } from './text-size.ts'
import { fitted, type Line, line, short, wrap } from './text.ts'

/** Colours on paper, as operators. */
export const INK = '0.106 0.129 0.188 rg'
export const INK2 = '0.29 0.322 0.4 rg'
export const INK3 = '0.478 0.51 0.588 rg'
export const PEN = '0.09 0.145 0.42 rg'
export const SEAL = '0.612 0.184 0.165 rg'
export const GROUND = '0.945 0.941 0.925 rg'

/** How a page is turned clockwise when it is shown. */
export type Rotation = 0 | 90 | 180 | 270

/** A text field's appearance: one line that shrinks to fit, or several. */
export function textForm(fonts: FontSet, field: TextBox): Form {
  const { text, width, height, multiline } = field
  const size = textSize(fonts, field, multiline ? 5 : 4)
  if (multiline) {
    const lines = wrap(fonts, 'text', size, text, width - 4)
    const place = (at: number): [number, number] => [2, height - 2 - size - at * size * 1.3]
    const content = lines.map((made, at) => made.draw(...place(at))).join('\n')
    return { width, height, content: `${INK}\n${content}`, actualText: text, words: lines.flatMap((made, at) => made.words(...place(at))) }
  }
  const made = line(fonts, 'text', size, text)
  const place = [2, (height - size * 0.72) / 2] as const
  return { width, height, content: `${INK}\n${made.draw(...place)}`, actualText: text, words: made.words(...place) }
}

/** A picture as large as the box allows, in its proportions, standing on the foot and centred. */
export function pictureForm(picture: Picture, width: number, height: number, actualText: string): Form {
  const scale = Math.min(width / picture.width, height / picture.height)
  const [w, h] = [picture.width * scale, picture.height * scale]
  return {
    width,
    height,
    content: `q ${short(w)} 0 0 ${short(h)} ${short((width - w) / 2)} ${short((height - h) / 2)} cm /Im0 Do Q`,
    images: { Im0: picture },
    actualText,
  }
}

/** A signature or initials made from a name, in blue-black ink, as large as the box allows. */
export function typedForm(fonts: FontSet, style: Style, text: string, width: number, height: number): Form {
  const size = Math.min(height * 0.72, 48)
  const made = line(fonts, style, size, text)
  const path = made.draw(0, 0)
  const { left, bottom, right, top } = boundsOf(path) ?? { left: 0, bottom: 0, right: 0, top: 1 }
  const [from, to] = [Math.min(0, left), Math.max(made.width, right)]
  const scale = Math.min(1, (width - 4) / Math.max(1, to - from), (height - 2) / Math.max(1, top - bottom))
  const x = (width - (to - from) * scale) / 2 - from * scale
  // On the line that Latin letters stand on, unless the script rises or falls out of the box there.
  const y = Math.max(1 - bottom * scale, Math.min(height - 1 - top * scale, (height - size * scale * 0.5) / 2))
  return {
    width,
    height,
    content: `${PEN}\nq ${short(scale)} 0 0 ${short(scale)} ${short(x)} ${short(y)} cm\n${path}\nQ`,
    actualText: text,
    words: moved(made.words(0, 0), scale, x, y),
  }
}

/** Words of a form that is drawn smaller inside another one. */
const moved = (words: readonly Word[] | undefined, scale: number, x: number, y: number): Word[] =>
  (words ?? []).map((word) => ({
    ...word,
    x: x + word.x * scale,
    y: y + word.y * scale,
    width: word.width * scale,
    size: word.size * scale,
  }))

/** The same form with a line of small print below it, where there is room. */
export function captioned(fonts: FontSet, form: Form, caption: string): Form {
  const { width, height } = form
  if (height < 30 || width < 70) return form
  const scale = (height - 8) / height
  const text = fitted(fonts, 'text', 5.4, caption, width - 2)
  const move = (width - width * scale) / 2
  const place = [(width - text.width) / 2, 1.6] as const
  return {
    ...form,
    content: `q ${short(scale)} 0 0 ${short(scale)} ${short(move)} 8 cm\n${form.content}\nQ\n${INK3}\n${text.draw(...place)}`,
    actualText: `${form.actualText ?? ''}\n${caption}`,
    words: [...moved(form.words, scale, move, 8), ...text.words(...place)],
  }
}

/** A ticked box. */
export const tickForm = (width: number, height: number): Form => ({
  width,
  height,
  content: `q ${PEN.replace('rg', 'RG')} ${short(Math.max(1, height * 0.12))} w 1 J 1 j ${short(width * 0.18)} ${short(height * 0.5)} m ${short(width * 0.42)} ${short(height * 0.24)} l ${short(width * 0.84)} ${short(height * 0.8)} l S Q`,
})

/** A radio button that was chosen. */
export function dotForm(width: number, height: number): Form {
  const content = `q ${PEN} ${circle(width / 2, height / 2, Math.min(width, height) * 0.3)} f Q`
  return { width, height, content }
}

/** Several forms in one, each at its place from the top left. */
export function composed(
  parts: readonly { readonly form: Form; readonly x: number; readonly y: number }[],
  width: number,
  height: number,
): Form {
  const images: Record<string, Picture> = {}
  const contents = parts.map(({ form, x, y }, at) => {
    let { content } = form
    for (const [name, picture] of Object.entries(form.images ?? {})) {
      images[`${name}p${at}`] = picture
      content = content.replaceAll(`/${name} Do`, `/${name}p${at} Do`)
    }
    return `q 1 0 0 1 ${short(x)} ${short(height - y - form.height)} cm\n${content}\nQ`
  })
  const said = parts.flatMap(({ form }) => (form.actualText ? [form.actualText] : []))
  return { width, height, content: contents.join('\n'), images, ...(said.length ? { actualText: said.join('\n') } : {}) }
}

export interface RowContent {
  readonly facts: readonly { readonly label: string; readonly value: string }[]
  readonly mark: Form | null
}

/** What a signer's own revision writes on their card of the certificate of completion: facts at the left, the mark at the right. */
export function rowForm(fonts: FontSet, row: RowContent, width: number, height: number): Form {
  const markWidth = Math.min(130, width * 0.3)
  const laid = layFacts(fonts, row.facts, width - markWidth - 10, height)
  const set = laid.flatMap(({ label, value, column, y, step }) => [
    ...label.map((made, at) => ({ made, ink: INK3, x: 0, y: y - at * step })),
    ...value.map((made, at) => ({ made, ink: INK, x: column, y: y - at * step })),
  ])
  const parts = set.map(({ made, ink, x, y }) => `${ink}\n${made.draw(x, y)}`)
  const words = set.flatMap(({ made, x, y }) => made.words(x, y))
  const said = row.facts.map(({ label, value }) => `${label}: ${value}`).join('\n')
  if (!row.mark) return { width, height, content: parts.join('\n'), actualText: said, words }
  const scale = Math.min(markWidth / row.mark.width, (height - 4) / row.mark.height)
  const [x, y] = [width - row.mark.width * scale, (height - row.mark.height * scale) / 2]
  parts.push(`q ${short(scale)} 0 0 ${short(scale)} ${short(x)} ${short(y)} cm\n${row.mark.content}\nQ`)
  return {
    width,
    height,
    content: parts.join('\n'),
    actualText: said,
    words: [...words, ...moved(row.mark.words, scale, x, y)],
    ...(row.mark.images ? { images: row.mark.images } : {}),
  }
}

/** Evidence is never cut: what is too long goes on in a second line, and everything is set smaller until it fits. */
function layFacts(
  fonts: FontSet,
  facts: RowContent['facts'],
  width: number,
  height: number,
): { label: Line[]; value: Line[]; column: number; y: number; step: number }[] {
  for (let size = 7.5; ; size -= 0.25) {
    const step = size * 1.3
    const longest = Math.max(60, ...facts.map(({ label }) => line(fonts, 'text', size, label).width + 8))
    const column = Math.min(longest, width * 0.48)
    let y = height - 1 - size
    const laid = facts.map(({ label, value }) => {
      const place = {
        label: wrap(fonts, 'text', size, label, column - 6),
        value: wrap(fonts, 'text', size, value, width - column),
        column,
        y,
        step,
      }
      y -= Math.max(place.label.length, place.value.length) * step
      return place
    })
    if (y + step >= 1 || size <= 4) return laid
  }
}

/** The company's seal: a ring with the initials, the name, the moment and the state of the audit log. */
export function sealForm(
  fonts: FontSet,
  seal: { initials: string; title: string; lines: readonly string[] },
  width: number,
  height: number,
): Form {
  const radius = Math.min(height / 2 - 3, 27)
  const [cx, cy] = [radius + 3, height / 2]
  const letters = line(fonts, 'title', radius * 0.72, seal.initials.slice(0, 3))
  const x = cx + radius + 14
  const set = laySeal(fonts, seal, width - x - 4, height)
  const parts = [
    `q ${SEAL} ${SEAL.replace('rg', 'RG')} 1.4 w ${circle(cx, cy, radius)} S 0.5 w ${circle(cx, cy, radius - 3.2)} S`,
    ...Array.from({ length: 36 }, (_, at) => {
      const angle = (at * Math.PI) / 18
      return `${short(cx + Math.cos(angle) * (radius - 1.6))} ${short(cy + Math.sin(angle) * (radius - 1.6))} m ${short(cx + Math.cos(angle) * (radius - 0.6))} ${short(cy + Math.sin(angle) * (radius - 0.6))} l S`
    }),
    letters.draw(cx - letters.width / 2, cy - radius * 0.25),
    'Q',
    ...set.map(({ made, ink, y }) => `${ink}\n${made.draw(x, y)}`),
  ]
  return {
    width,
    height,
    content: parts.join('\n'),
    actualText: [seal.title, ...seal.lines].join('\n'),
    words: set.flatMap(({ made, y }) => made.words(x, y)),
  }
}

/** Title and lines, never cut: set smaller until they fit. */
function laySeal(
  fonts: FontSet,
  seal: { title: string; lines: readonly string[] },
  width: number,
  height: number,
): { made: Line; ink: string; y: number }[] {
  for (let scale = 1; ; scale -= 0.05) {
    const titles = wrap(fonts, 'strong', 10 * scale, seal.title, width)
    const lines = seal.lines.flatMap((text) => wrap(fonts, 'text', 7.2 * scale, text, width))
    const tall = (titles.length * 12 + lines.length * 10) * scale
    if (tall > height - 6 && scale > 0.5) continue
    let y = Math.min(height - 4, (height + tall) / 2)
    return [
      ...titles.map((made) => ({ made, ink: INK, y: (y -= 12 * scale) + 2 * scale })),
      ...lines.map((made) => ({ made, ink: INK2, y: (y -= 10 * scale) + 2 * scale })),
    ]
  }
}

const circle = (x: number, y: number, r: number): string => {
  const k = r * 0.5523
  const at = (...numbers: number[]): string => numbers.map(short).join(' ')
  return `${at(x + r, y)} m ${at(x + r, y + k, x + k, y + r, x, y + r)} c ${at(x - k, y + r, x - r, y + k, x - r, y)} c ${at(x - r, y - k, x - k, y - r, x, y - r)} c ${at(x + k, y - r, x + r, y - k, x + r, y)} c h`
}

/** The form as it must be written so that it stands upright on a page that is shown turned: no Matrix is ever written. */
export function turned(form: Form, rotation: Rotation): Form {
  const { width: w, height: h } = form
  if (rotation === 0) return form
  const matrix = { 90: `0 1 -1 0 ${short(h)} 0`, 180: `-1 0 0 -1 ${short(w)} ${short(h)}`, 270: `0 -1 1 0 0 ${short(w)}` }[rotation]
  return { ...form, ...(rotation === 180 ? {} : { width: h, height: w }), content: `q ${matrix} cm\n${form.content}\nQ`, turn: matrix }
}
