import type { FontSet, Style } from './fonts.ts'
import type { Form, Picture } from './form.ts'
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
export function textForm(fonts: FontSet, field: { text: string; width: number; height: number; size: number; multiline: boolean }): Form {
  const { text, width, height, multiline } = field
  const inside = width - 4
  let size = field.size
  if (multiline) {
    let lines = wrap(fonts, 'text', size, text, inside)
    while (size > 5 && lines.length * size * 1.3 > height - 2) {
      size -= 0.5
      lines = wrap(fonts, 'text', size, text, inside)
    }
    const content = lines.map((made, at) => made.draw(2, height - 2 - size - at * size * 1.3)).join('\n')
    return { width, height, content: `${INK}\n${content}`, actualText: text }
  }
  let made = line(fonts, 'text', size, text)
  while (size > 4 && (made.width > inside || size > height - 1)) made = line(fonts, 'text', (size -= 0.5), text)
  return { width, height, content: `${INK}\n${made.draw(2, (height - size * 0.72) / 2)}`, actualText: text }
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
  const scale = Math.min(1, (width - 4) / Math.max(1, made.width))
  const x = (width - made.width * scale) / 2
  const y = (height - size * scale * 0.5) / 2
  return {
    width,
    height,
    content: `${PEN}\nq ${short(scale)} 0 0 ${short(scale)} ${short(x)} ${short(y)} cm\n${made.draw(0, 0)}\nQ`,
    actualText: text,
  }
}

/** The same form with a line of small print below it, where there is room. */
export function captioned(fonts: FontSet, form: Form, caption: string): Form {
  const { width, height } = form
  if (height < 30 || width < 70) return form
  const scale = (height - 8) / height
  const text = fitted(fonts, 'text', 5.4, caption, width - 2)
  const move = short((width - width * scale) / 2)
  return {
    ...form,
    content: `q ${short(scale)} 0 0 ${short(scale)} ${move} 8 cm\n${form.content}\nQ\n${INK3}\n${text.draw((width - text.width) / 2, 1.6)}`,
    actualText: `${form.actualText ?? ''}\n${caption}`,
  }
}

/** A ticked box. */
export const tickForm = (width: number, height: number): Form => ({
  width,
  height,
  content: `q ${PEN.replace('rg', 'RG')} ${short(Math.max(1, height * 0.12))} w 1 J 1 j ${short(width * 0.18)} ${short(height * 0.5)} m ${short(width * 0.42)} ${short(height * 0.24)} l ${short(width * 0.84)} ${short(height * 0.8)} l S Q`,
})

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
  const parts = laid.map(({ label, value, column, y }) =>
    [`${INK3}\n${label.draw(0, y)}`, ...value.map((made, at) => `${INK}\n${made.draw(column, y - at * made.step)}`)].join('\n'),
  )
  const said = row.facts.map(({ label, value }) => `${label}: ${value}`).join('\n')
  if (!row.mark) return { width, height, content: parts.join('\n'), actualText: said }
  const scale = Math.min(markWidth / row.mark.width, (height - 4) / row.mark.height)
  const [x, y] = [width - row.mark.width * scale, (height - row.mark.height * scale) / 2]
  parts.push(`q ${short(scale)} 0 0 ${short(scale)} ${short(x)} ${short(y)} cm\n${row.mark.content}\nQ`)
  return { width, height, content: parts.join('\n'), actualText: said, ...(row.mark.images ? { images: row.mark.images } : {}) }
}

/** Evidence is never cut: what is too long goes on in a second line, and everything is set smaller until it fits. */
function layFacts(
  fonts: FontSet,
  facts: RowContent['facts'],
  width: number,
  height: number,
): { label: Line; value: (Line & { step: number })[]; column: number; y: number }[] {
  for (let size = 7.5; ; size -= 0.25) {
    const step = size * 1.3
    const longest = Math.max(60, ...facts.map(({ label }) => line(fonts, 'text', size, label).width + 8))
    const column = Math.min(longest, width * 0.42)
    let y = height - 1 - size
    const laid = facts.map(({ label, value }) => {
      const lines = wrap(fonts, 'text', size, value, width - column, 3).map((made) => Object.assign(made, { step }))
      const place = { label: fitted(fonts, 'text', size, label, column - 6), value: lines, column, y }
      y -= lines.length * step
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
  const parts = [
    `q ${SEAL} ${SEAL.replace('rg', 'RG')} 1.4 w ${circle(cx, cy, radius)} S 0.5 w ${circle(cx, cy, radius - 3.2)} S`,
    ...Array.from({ length: 36 }, (_, at) => {
      const angle = (at * Math.PI) / 18
      return `${short(cx + Math.cos(angle) * (radius - 1.6))} ${short(cy + Math.sin(angle) * (radius - 1.6))} m ${short(cx + Math.cos(angle) * (radius - 0.6))} ${short(cy + Math.sin(angle) * (radius - 0.6))} l S`
    }),
    letters.draw(cx - letters.width / 2, cy - radius * 0.25),
    'Q',
    `${INK}\n${fitted(fonts, 'strong', 10, seal.title, width - x - 4).draw(x, height - 16)}`,
    ...seal.lines.map((text, at) => `${INK2}\n${fitted(fonts, 'text', 7.2, text, width - x - 4).draw(x, height - 28 - at * 10)}`),
  ]
  return { width, height, content: parts.join('\n'), actualText: [seal.title, ...seal.lines].join('\n') }
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
  return { ...form, ...(rotation === 180 ? {} : { width: h, height: w }), content: `q ${matrix} cm\n${form.content}\nQ` }
}
