import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { latin } from '../../src/pdf/syntax.ts'
import { otherFile } from './other-file.ts'

/** The file of others with its page inside an object stream (11) and a cross-reference stream (12). */
export function packedFile(): Bytes {
  const plain = latin(otherFile())
  const body = plain.slice(0, plain.indexOf('xref\n'))
  const page = /3 0 obj\n(.*)\nendobj\n/.exec(body)!
  let text = body.replace(page[0], '')
  const content = `3 0 ${page[1]}`
  const offsets: number[] = []
  for (const [, number, at] of [...text.matchAll(/(?:^|\n)(\d+) 0 obj/g)].map((found) => [0, Number(found[1]), found.index + 1] as const))
    offsets[number] = at
  offsets[11] = text.length
  text += `11 0 obj\n<</Type /ObjStm /N 1 /First 4 /Length ${content.length}>>\nstream\n${content}\nendstream\nendobj\n`
  const start = text.length
  const rows = Array.from({ length: 13 }, (_, number) => {
    if (number === 0) return [0, 0, 0, 0, 0]
    if (number === 3) return [2, 0, 0, 11, 0]
    const at = number === 12 ? start : offsets[number]!
    return [1, (at >> 16) & 255, (at >> 8) & 255, at & 255, 0]
  }).flat()
  const dictionary = `<</Type /XRef /Size 13 /Root 1 0 R /W [1 3 1] /Length ${rows.length}>>`
  const latinBytes = Uint8Array.from(`${text}12 0 obj\n${dictionary}\nstream\n`, (character) => character.charCodeAt(0))
  return concat([latinBytes, Uint8Array.from(rows), utf8(`\nendstream\nendobj\nstartxref\n${start}\n%%EOF\n`)])
}
