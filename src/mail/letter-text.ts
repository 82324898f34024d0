import { fill, words } from '../view/words.ts'
import type { Letter } from './letter.ts'

/** The letter as plain text: reads well by itself. */
export function letterText(letter: Letter): string {
  const labelled = (label: string): string => fill(words(letter.language).mail.labelled, { label })
  const parts = [letter.greeting, letter.text]
  if (letter.code) parts.push(`    ${letter.code}`)
  if (letter.record) parts.push(letter.record.trimEnd())
  for (const { title, link, lines } of letter.digest) parts.push([title, ...lines.map((line) => `- ${line}`), link].join('\n'))
  if (letter.note)
    parts.push(
      `${labelled(letter.note.label)}\n${letter.note.text
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n')}`,
    )
  if (letter.button) parts.push(`${labelled(letter.button.label)}\n${letter.button.link}`)
  if (letter.facts.length) parts.push(letter.facts.map(({ label, value }) => `${labelled(label)} ${value}`).join('\n'))
  parts.push(...letter.after, `-- \n${letter.footer}`)
  return `${parts.join('\n\n')}\n`
}
