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

/** The line to the right of the box with the lines that go on below it; else the words to its left. Empty where there is neither. */
export function textBeside({ runs }: PageText, box: Box): string {
  const onLine = runs.filter((run) => run.text.trim() && run.y + run.height > box.y && run.y < box.y + box.height)
  const right = chain(
    onLine.filter((run) => run.x >= box.x + box.width - 2).sort((a, b) => a.x - b.x),
    box.x + box.width,
  )
  if (right.length) return shortened([right, ...below(runs, right)].flat())
  const left = onLine.filter((run) => run.x + run.width <= box.x + 2 && run.x + run.width >= box.x - BESIDE)
  return shortened(left.sort((a, b) => b.x - a.x).slice(0, 1))
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

function shortened(runs: readonly TextRun[]): string {
  const plain = runs
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST).trimEnd()}…` : plain
}
