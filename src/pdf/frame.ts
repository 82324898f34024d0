import type { PdfFile, Revision } from './file.ts'
import { Reader } from './syntax.ts'
import { equalValues } from './value.ts'

const TRAILER_KEYS = {
  table: ['Root', 'Info', 'ID', 'Prev', 'Size'],
  stream: ['Root', 'Info', 'ID', 'Prev', 'Size', 'Type', 'W', 'Index', 'Length'],
}

/** The frame (src/README.md): how an appended revision of ours lies in the file, whatever it says. Codes of what is otherwise. */
export function frameFaults(file: PdfFile, revision: Revision): string[] {
  const previous = file.revisions[revision.index - 1]!
  const faults: string[] = []
  if (revision.kind !== previous.kind) faults.push('frame.xref-kind')
  if (revision.previous !== previous.startxref) faults.push('frame.previous')
  if (revision.loose) faults.push('frame.xref')
  const objects = objectFaults(file, revision, previous)
  if (objects) faults.push(objects)
  const allowed: readonly string[] = TRAILER_KEYS[revision.kind]
  const { entries } = revision.trailer
  if ([...entries.keys()].some((key) => !allowed.includes(key))) faults.push('frame.trailer')
  if (['Root', 'Info', 'ID'].some((key) => !equalValues(entries.get(key), previous.trailer.entries.get(key)))) faults.push('frame.trailer')
  const tail = `${revision.kind === 'stream' ? '\n' : ''}startxref\n${revision.startxref}\n%%EOF\n`
  const after = revision.kind === 'stream' ? revision.sectionEnd : revision.sectionEnd + 1
  const reader = new Reader(file.bytes, revision.sectionEnd)
  const expected = revision.kind === 'stream' ? tail : `\n${tail}`
  if (!reader.looksAt(expected) || after + tail.length !== revision.end) faults.push('frame.end')
  return faults
}

/** Back to back, ascending, exactly those that the cross-reference lists, new numbers without a gap. */
function objectFaults(file: PdfFile, revision: Revision, previous: Revision): string | undefined {
  const listed = [...revision.entries].sort(([a], [b]) => a - b)
  let at = revision.start
  let next = previous.size
  for (const [number, entry] of listed) {
    if (entry.kind !== 'offset' || entry.generation !== 0) return 'frame.entry'
    if (number >= previous.size && number !== next++) return 'frame.numbers'
    if (number === revision.self) {
      if (entry.offset !== revision.startxref || number !== revision.size - 1) return 'frame.xref'
      break
    }
    if (entry.offset !== at) return 'frame.gap'
    const head = new Reader(file.bytes, at)
    if (!head.looksAt(`${number} 0 obj\n`)) return 'frame.gap'
    const object = file.object(number, revision.index)
    if (!object || object.start !== at) return 'frame.gap'
    at = object.end + 1
    if (file.bytes[object.end] !== 10) return 'frame.gap'
  }
  if (revision.kind === 'stream' && revision.self === undefined) return 'frame.xref'
  return at === revision.startxref && next === revision.size && listed.length > 0 ? undefined : 'frame.gap'
}
