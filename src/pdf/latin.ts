import type { Word } from './form.ts'
import { TEXT_FONT } from './head.ts'
import { short } from './text.ts'

/** Loaded with the first word: the library behind it takes longer to start than the whole server, which needs nothing else of it. */
const helvetica = () => (require('./helvetica.ts') as typeof import('./helvetica.ts')).helvetica

/**
 * What is drawn as outlines, once more as text that shows nothing (ISO 32000-2 §9.3.6, mode 3): it can be found, copied and read aloud. Its
 * font is never embedded, for nothing of it is drawn; each word is stretched to the width of its outlines. Words beyond WinAnsi are left out.
 */
export function hiddenWords(words: readonly Word[]): string {
  return words
    .map((word) => {
      const set = latin(word.text)
      return set ? shown(TEXT_FONT, word, set.source, set.width) : ''
    })
    .filter(Boolean)
    .join('\n')
}

export const isLatin = (text: string): boolean => latin(text) !== null

/** A word as a string of WinAnsi and its width at one point; null where it has a character beyond. */
export function latin(word: string): { source: string; width: number } | null {
  const text = word.replace(/\s/g, ' ')
  const font = helvetica()
  if (![...text].every((character) => font.encoding.canEncodeUnicodeCodePoint(character.codePointAt(0)!))) return null
  return { source: font.encodeText(text).toString(), width: font.widthOfTextAtSize(text, 1) }
}

export const shown = (font: string, { x, y, size, width }: Word, source: string, natural: number): string =>
  natural > 0 && width > 0
    ? `BT 3 Tr /${font} ${short(size)} Tf ${short((100 * width) / (natural * size))} Tz ${short(x)} ${short(y)} Td ${source} Tj ET`
    : ''
