import { decodePDFRawStream, PDFArray, PDFContentStream, type PDFDocument, type PDFPage, PDFRawStream, PDFStream } from 'pdf-lib'

/** How many graphics states a page's content leaves open, and how many it closes that it never opened. */
export function unbalanced(content: Uint8Array): { open: number; missing: number } {
  let open = 0
  let missing = 0
  const text = content
  const isSpace = (byte: number | undefined): boolean => byte === undefined || byte <= 32
  const isDelimiter = (byte: number | undefined): boolean =>
    isSpace(byte) || (byte !== undefined && '()<>[]{}/%'.includes(String.fromCharCode(byte)))
  for (let at = 0; at < text.length;) {
    const byte = text[at]!
    if (byte === 0x25) while (at < text.length && text[at] !== 10 && text[at] !== 13) at++
    else if (byte === 0x28) {
      for (let depth = 0; at < text.length; at++) {
        if (text[at] === 0x5c) at++
        else if (text[at] === 0x28) depth++
        else if (text[at] === 0x29 && --depth === 0) break
      }
      at++
    } else if (byte === 0x2f) {
      at++
      while (at < text.length && !isDelimiter(text[at])) at++
    } else if (isDelimiter(byte)) at++
    else {
      const start = at
      while (at < text.length && !isDelimiter(text[at])) at++
      const length = at - start
      if (length === 1 && byte === 0x71) open++
      else if (length === 1 && byte === 0x51) {
        if (open) open--
        else missing++
      } else if (length === 2 && byte === 0x49 && text[start + 1] === 0x44) {
        // An inline image's samples end at EI between white space (ISO 32000-2 §8.9.7).
        while (at < text.length && !(text[at] === 0x45 && text[at + 1] === 0x49 && isSpace(text[at - 1]) && isSpace(text[at + 2]))) at++
        at += 2
      }
    }
  }
  return { open, missing }
}

/** Puts the page's own content between q and Q, so that nothing drawn after it is moved, clipped or coloured by it. */
export function enclose(doc: PDFDocument, page: PDFPage): void {
  const { context } = doc
  const streams: PDFStream[] = []
  const contents = page.node.Contents()
  if (contents instanceof PDFStream) streams.push(contents)
  else if (contents instanceof PDFArray)
    for (let at = 0; at < contents.size(); at++) {
      const stream = contents.lookup(at)
      if (stream instanceof PDFStream) streams.push(stream)
    }
  let { open, missing } = { open: 0, missing: 0 }
  for (const stream of streams) {
    try {
      const bytes =
        stream instanceof PDFRawStream
          ? decodePDFRawStream(stream).decode()
          : stream instanceof PDFContentStream
            ? stream.getUnencodedContents()
            : new Uint8Array()
      const found = unbalanced(bytes)
      const closed = Math.min(open, found.missing)
      open = open - closed + found.open
      missing += found.missing - closed
    } catch {
      // What cannot be decoded draws nothing in a reader either.
    }
  }
  page.node.normalize()
  const start = context.register(context.flateStream(`${'q\n'.repeat(missing + 1)}`))
  const end = context.register(context.flateStream(`\n${'Q\n'.repeat(open + 1)}`))
  page.node.wrapContentStreams(start, end)
}
