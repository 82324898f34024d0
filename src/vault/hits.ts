import { DOCUMENT_END, PAGE_END, type TextQuery } from './text-index.ts'

/** A place in a document where the words stand. */
export interface Hit {
  /** Which document of the entry, and which page of it, both from 0. */
  readonly document: number
  readonly page: number
  readonly parts: readonly { readonly text: string; readonly isHit: boolean }[]
}

/** Letters to either side of the first hit of a page. */
const BEFORE = 60
const AFTER = 110
/** No more of a text is looked through for a list: its first pages. */
const MOST_LETTERS = 400_000

/** The first pages that hold one of the words, at most `most` of them, each with a line in which the words stand out. */
export function hitsIn(body: string, query: TextQuery, most: number): Hit[] {
  const wanted = patternsOf(query)
  const hits: Hit[] = []
  let looked = 0
  for (const [document, text] of body.split(DOCUMENT_END).entries())
    for (const [page, shown] of text.split(PAGE_END).entries()) {
      if (hits.length >= most || looked > MOST_LETTERS) return hits
      looked += shown.length
      const parts = lineOf(shown, wanted)
      if (parts) hits.push({ document, page, parts })
    }
  return hits
}

/** Any text with its hits marked; null where there are none. */
export const marked = (text: string, query: TextQuery): Hit['parts'] => {
  const found = placesIn(text, patternsOf(query))
  return found.length ? cut(text, found, 0, text.length) : [{ text, isHit: false }]
}

/** Each character of the answer stands for one of the text, so that a place in it is a place in the text. */
function folded(text: string): string {
  let out = ''
  for (const unit of text) {
    const plain = unit.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
    out += plain.length === unit.length ? plain : unit
  }
  return out
}

interface Pattern {
  readonly text: string
  /** A word is found by its beginning, a phrase whole. */
  readonly isWhole: boolean
}

const patternsOf = ({ words, phrases }: TextQuery): Pattern[] => [
  ...phrases.map((phrase) => ({ text: folded(phrase).replace(/[^\p{L}\p{N}]+/gu, ' '), isWhole: true })),
  ...words.map((word) => ({ text: folded(word), isWhole: [...word].length === 1 })),
]

const isLetter = (text: string, at: number): boolean => at >= 0 && at < text.length && /[\p{L}\p{N}\p{M}]/u.test(text[at]!)

/** Start and end of each hit, in order, none over another. */
function placesIn(text: string, patterns: readonly Pattern[]): [number, number][] {
  const plain = folded(text)
  // A phrase goes over line ends and signs, so it is looked for where each of them is one blank; the places stay.
  const spaced = plain.replace(/[^\p{L}\p{N}]/gu, ' ')
  const found: [number, number][] = []
  for (const { text: wanted, isWhole } of patterns)
    for (let at = spaced.indexOf(wanted); at >= 0 && found.length < 200; at = spaced.indexOf(wanted, at + 1)) {
      let end = at + wanted.length
      if (isLetter(spaced, at - 1) || (isWhole && isLetter(spaced, end))) continue
      while (!isWhole && isLetter(spaced, end)) end++
      found.push([at, end])
    }
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1])
  return found.filter(([from], index) => index === 0 || from >= Math.max(...found.slice(0, index).map(([, end]) => end)))
}

function lineOf(page: string, patterns: readonly Pattern[]): Hit['parts'] | null {
  const found = placesIn(page, patterns)
  const [first] = found
  if (!first) return null
  let from = Math.max(0, first[0] - BEFORE)
  let to = Math.min(page.length, first[1] + AFTER)
  // Not in the middle of a word.
  while (from > 0 && from < first[0] && isLetter(page, from - 1)) from++
  while (to < page.length && to > first[1] && isLetter(page, to)) to--
  const parts = cut(
    page,
    found.filter(([start, end]) => start >= from && end <= to),
    from,
    to,
  )
  return [...(from > 0 ? [{ text: '… ', isHit: false }] : []), ...parts, ...(to < page.length ? [{ text: ' …', isHit: false }] : [])]
}

function cut(text: string, places: readonly [number, number][], from: number, to: number): { text: string; isHit: boolean }[] {
  const parts: { text: string; isHit: boolean }[] = []
  let at = from
  const add = (end: number, isHit: boolean): void => {
    const piece = text.slice(at, end).replace(/\s+/g, ' ').toWellFormed()
    if (piece) parts.push({ text: piece, isHit })
    at = end
  }
  for (const [start, end] of places) {
    add(start, false)
    add(end, true)
  }
  add(to, false)
  return parts
}
