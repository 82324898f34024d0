import type { Document } from '../envelope/envelope.ts'
import { pageText } from '../envelope/page-images.ts'
import type { Digest } from '../base/digest.ts'
import type { PageText, TextRun } from '../image/page-text.ts'
import type { CeremonyTools } from './ceremony.ts'
import type { FillableField } from './filling.ts'

const LONGEST = 200
/** Points. */
const BESIDE = 40
const MOST_LINES = 3

/** A box without a label of its own is named by what the page says beside it: nobody ticks “tick here”. */
export async function nameBoxes(
  tools: Pick<CeremonyTools, 'db' | 'config'>,
  documents: readonly (Pick<Document, 'id'> & { readonly shown: Digest })[],
  fields: readonly FillableField[],
): Promise<FillableField[]> {
  const named: FillableField[] = []
  for (const field of fields) {
    const document = documents.find(({ id }) => id === field.documentId)
    if (field.kind !== 'checkbox' || field.label || !document) {
      named.push(field)
      continue
    }
    // A page whose text cannot be read now has its box named by its page.
    const page = await pageText(tools, document.shown, field.page).catch(() => ({ text: '', runs: [] }))
    named.push({ ...field, label: textBeside(page, field) })
  }
  return named
}

type Box = Pick<FillableField, 'x' | 'y' | 'width' | 'height'>

/** The line to the right of the box with the lines that go on below it; else the one to its left. Empty where there is neither. */
export function textBeside({ text, runs }: PageText, box: Box): string {
  const spelled = speller(text)
  const onLine = runs.filter((run) => run.text.trim() && run.y + run.height > box.y && run.y < box.y + box.height)
  const right = chain(
    onLine.filter((run) => run.x >= box.x + box.width - 2).sort((a, b) => a.x - b.x),
    box.x + box.width,
  )
  if (right.length) return shortened([right, ...below(runs, right)].map(spelled).join(' '))
  const left = onLine.filter((run) => run.x + run.width <= box.x + 2 && run.x + run.width >= box.x - BESIDE)
  const nearest = left.sort((a, b) => b.x - a.x)[0]
  if (!nearest) return ''
  const whole = onLine.filter((run) => run.x <= nearest.x).sort((a, b) => a.x - b.x)
  return shortened(spelled(lastStretch(whole)))
}

/** As long as one run follows upon the other. */
function chain(sorted: readonly TextRun[], from: number): TextRun[] {
  const taken: TextRun[] = []
  let end = from
  for (const run of sorted) {
    if (run.x - end > (taken.length ? 2 * run.height : BESIDE)) break
    taken.push(run)
    end = Math.max(end, run.x + run.width)
  }
  return taken
}

function lastStretch(sorted: readonly TextRun[]): TextRun[] {
  let start = 0
  for (const [at, run] of sorted.entries()) {
    const before = sorted[at - 1]
    if (before && run.x - before.x - before.width > 2 * run.height) start = at
  }
  return sorted.slice(start)
}

/** The lines of the same paragraph: begun where the first one begins, a line's height apart. */
function below(runs: readonly TextRun[], first: readonly TextRun[]): TextRun[][] {
  const lines: TextRun[][] = []
  let last = first
  while (lines.length < MOST_LINES - 1) {
    const [start] = last as [TextRun]
    const next = runs
      .filter(
        (run) => run.text.trim() && run.x >= start.x - 3 && run.y > start.y + start.height * 0.6 && run.y < start.y + start.height * 1.7,
      )
      .sort((a, b) => a.x - b.x)
    if (!next[0] || next[0].x > start.x + 3) break
    last = chain(next, next[0].x)
    lines.push([...last])
  }
  return lines
}

function joined(line: readonly TextRun[]): string {
  let text = ''
  let end = 0
  for (const run of line) {
    text += `${text && run.x - end > run.height * 0.2 ? ' ' : ''}${run.text}`
    end = run.x + run.width
  }
  return text
}

/** How alike the pairs of letters must be for a line of the page's text to be the one that was seen. */
const ALIKE = 0.75

/**
 * Where letters stand is known of each rectangle alone, and one that kerning has pulled into its neighbour is told with both; the page's own text
 * spells them right. A line that is found nowhere there is joined from what stands in it.
 */
function speller(pageText: string): (line: readonly TextRun[]) => string {
  const lines = pageText.split('\n').map((text) => ({ text: text.trim(), pairs: pairsOf(text) }))
  return (line) => {
    const seen = joined(line)
    const wanted = pairsOf(seen)
    let [best, alike] = [seen, ALIKE]
    for (const { text, pairs } of lines) {
      const common = [...pairs].filter((pair) => wanted.has(pair)).length
      const likeness = (2 * common) / Math.max(1, pairs.size + wanted.size)
      if (likeness > alike) [best, alike] = [text, likeness]
    }
    return best
  }
}

function pairsOf(text: string): Set<string> {
  const letters = text.replace(/\s+/g, '')
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, at) => letters.slice(at, at + 2)))
}

const shortened = (text: string): string => {
  const plain = text.replace(/\s+/g, ' ').trim()
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST).trimEnd()}…` : plain
}
