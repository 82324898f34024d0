import type { Bytes, LaidAside } from '../base/bytes.ts'
import { readDay } from '../base/day.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { FieldKind } from '../db/database.ts'
import type { Rules } from '../field/rules.ts'
import type { TagPlace } from '../image/tag-places.ts'
import type { FoundFormField } from '../pdf/form-fields.ts'
import type { Inspection } from '../pdf/inspect.ts'
import { runTask } from '../sandbox/run.ts'
import type { Document } from './envelope.ts'
import { NEW_FIELDS, NEW_SIZE } from './new-fields.ts'
import { readTag } from './text-tags.ts'

/** What was found in a file at its upload, as it stands there. */
export interface Found {
  readonly tags: readonly TagPlace[]
  readonly form: readonly FoundFormField[]
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A field that may be made of something that stands in the file. */
export interface FoundField extends Box {
  /** `tag:3` or `form:Name#1`: what it stands for, for as long as the file stays. */
  readonly origin: string
  readonly page: number
  readonly kind: FieldKind
  /** Whom it is for, as it was written, folded; empty where nothing says so. */
  readonly who: string
  readonly label: string
  readonly value: string
  readonly required: boolean
  readonly readOnly: boolean
  readonly fontSize: number
  readonly rules: Rules
}

export async function foundIn(
  config: Pick<Config, 'dataDirectory'>,
  pdf: Bytes | LaidAside,
  { form, pages }: Pick<Inspection, 'form' | 'pages'>,
): Promise<Found | null> {
  const { tags } = await runTask(config, 'tags', { pdf }, { pages: pages.length }).catch((error: unknown) => {
    // Text that cannot be read has no tags; the pages themselves can be drawn.
    if (error instanceof Refusal) return { tags: [] }
    throw error
  })
  return tags.length || form.length ? { tags, form } : null
}

export const foundOf = (document: Pick<Document, 'findings'>): Found =>
  (JSON.parse(document.findings) as { found?: Found }).found ?? { tags: [], form: [] }

/** Where a tag stands: what is painted over once a field stands for it. */
export function coversOf(document: Pick<Document, 'findings'>): (Box & { readonly origin: string; readonly page: number })[] {
  return foundOf(document).tags.flatMap(({ boxes, page }, at) =>
    boxes.map(({ x, y, width, height }) => ({ origin: `tag:${at}`, page, x: x - 1, y: y - 1, width: width + 2, height: height + 2 })),
  )
}

/** Tags that say nothing we know: the sender is told, and they stay. */
export const unknownTags = (document: Pick<Document, 'findings'>): { readonly text: string; readonly page: number }[] =>
  foundOf(document).tags.filter(({ text }) => readTag(text) === null)

export function tagFields(document: Pick<Document, 'findings' | 'pages'>): FoundField[] {
  const sizes = JSON.parse(document.pages) as readonly { readonly width: number; readonly height: number }[]
  return foundOf(document).tags.flatMap(({ text, page, boxes }, at) => {
    const tag = readTag(text)
    const [box] = boxes
    const size = sizes[page]
    if (!tag || !box || !size) return []
    const plain = NEW_FIELDS[tag.kind]
    const isSmall = tag.kind === 'checkbox' || tag.kind === 'radio'
    const height = Math.min(size.height, tag.height ?? plain.height)
    const width = Math.min(size.width, tag.width ?? (isSmall ? plain.width : Math.max(plain.width, boxes.length > 1 ? 0 : box.width)))
    // What is one line high stands on the tag's line; what is higher begins where the tag begins.
    const top = height <= 24 ? box.y + (box.height - height) / 2 : box.y
    return [
      {
        origin: `tag:${at}`,
        page,
        x: between(box.x, size.width - width),
        y: between(top, size.height - height),
        width,
        height,
        kind: tag.kind,
        who: tag.who,
        label: tag.label,
        value: valueFor(tag.kind, tag.value),
        required: tag.required ?? plain.required,
        readOnly: tag.readOnly && tag.value !== '',
        fontSize: tag.fontSize ?? NEW_SIZE,
        rules: tag.rules,
      },
    ]
  })
}

const FORM_KINDS: Readonly<Record<FoundFormField['kind'], FieldKind>> = {
  text: 'text',
  multiline: 'multiline',
  date: 'date',
  checkbox: 'checkbox',
  radio: 'radio',
  choice: 'drop-down',
  signature: 'signature',
}

export const formFieldsOf = (document: Pick<Document, 'findings'>): FoundField[] =>
  foundOf(document).form.map((found): FoundField => {
    const { origin, page, x, y, width, height, required, readOnly, fontSize, maxLength, options, answer } = found
    const kind = FORM_KINDS[found.kind]
    const said = found.tooltip || readable(found.name)
    return {
      origin,
      page,
      x,
      y,
      width,
      height,
      kind,
      who: '',
      label: answer ?? said,
      value: valueFor(kind, found.value),
      required: required || kind === 'signature',
      readOnly: readOnly && found.value !== '' && kind !== 'signature',
      fontSize,
      rules: {
        ...(maxLength ? { maxLength } : {}),
        ...(options?.length ? { options } : {}),
        ...(answer === undefined ? {} : { group: said.slice(0, 100) }),
      },
    }
  })

/** `client.last_name` says “last name”. */
const readable = (name: string): string =>
  (name.split('.').at(-1) ?? '')
    .replace(/\[\d+\]$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .trim()
    .slice(0, 200)

/** A day is kept where it is one. */
const valueFor = (kind: FieldKind, value: string): string =>
  kind === 'date' ? (readDay(value) ? value : '') : kind === 'number' ? '' : value

const between = (value: number, most: number): number => Math.round(Math.min(Math.max(0, value), Math.max(0, most)) * 100) / 100
