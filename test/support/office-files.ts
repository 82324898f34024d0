import { crc32, deflateRawSync } from 'node:zlib'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { officeProgram } from '../../src/sandbox/office.ts'

/** Whether LibreOffice is on this machine; what needs it is skipped otherwise, and says so by its name. */
export const HAS_OFFICE = officeProgram({ libreOffice: null }) !== null

/** A ZIP of the named parts, each deflated. `claims` writes another unpacked size into the directory. */
export function zipOf(parts: Readonly<Record<string, string | Uint8Array>>, claims?: number): Bytes {
  const local: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const [name, content] of Object.entries(parts)) {
    const plain = typeof content === 'string' ? utf8(content) : content
    const packed = name === 'mimetype' ? plain : new Uint8Array(deflateRawSync(plain))
    const head = new DataView(new ArrayBuffer(26))
    const words: [number, number][] = [
      [0, 20],
      [4, name === 'mimetype' ? 0 : 8],
      [22, name.length],
    ]
    for (const [offset, value] of words) head.setUint16(offset, value, true)
    head.setUint32(10, crc32(plain), true)
    head.setUint32(14, packed.length, true)
    head.setUint32(18, claims ?? plain.length, true)
    const fixed = new Uint8Array(head.buffer)
    const own = concat([utf8('PK\x03\x04'), fixed, utf8(name), packed])
    const tail = new DataView(new ArrayBuffer(14))
    tail.setUint32(10, at, true)
    directory.push(concat([utf8('PK\x01\x02'), new Uint8Array([20, 0]), fixed, new Uint8Array(tail.buffer), utf8(name)]))
    local.push(own)
    at += own.length
  }
  const size = directory.reduce((total, one) => total + one.length, 0)
  const end = new DataView(new ArrayBuffer(18))
  for (const offset of [4, 6]) end.setUint16(offset, directory.length, true)
  end.setUint32(8, size, true)
  end.setUint32(12, at, true)
  return concat([...local, ...directory, utf8('PK\x05\x06'), new Uint8Array(end.buffer)])
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

/** A DOCX with a paragraph for each line; `more` is put into its body, `links` into its relationships. */
export const docxOf = (lines: readonly string[], more = '', links = ''): Bytes =>
  zipOf({
    '[Content_Types].xml':
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels':
      '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    'word/_rels/document.xml.rels': `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${links}</Relationships>`,
    'word/document.xml': `<?xml version="1.0"?><w:document ${W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>${lines.map((line) => `<w:p><w:r><w:t xml:space="preserve">${line}</w:t></w:r></w:p>`).join('')}${more}</w:body></w:document>`,
  })

/** A picture that is not in the file but at an address. */
export const linkedPicture = (address: string): [string, string] => [
  `<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><wp:extent cx="990000" cy="990000"/><wp:docPr id="1" name="p"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="0" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="rId9"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="990000" cy="990000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
  `<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="${address}" TargetMode="External"/>`,
]

const ODF = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'

/** An ODT of one paragraph; `body` goes before it, `encrypted` says in its manifest that it is. */
export const odtOf = (line: string, { body = '', encrypted = false }: { body?: string; encrypted?: boolean } = {}): Bytes =>
  zipOf({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml': `<?xml version="1.0"?><office:document-content ${ODF} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body><office:text>${body}<text:p>${line}</text:p></office:text></office:body></office:document-content>`,
    'META-INF/manifest.xml': `<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">${encrypted ? '<manifest:encryption-data manifest:checksum="x"/>' : ''}</manifest:file-entry></manifest:manifest>`,
  })

/** [MS-CFB]: enough of a compound file to be taken for one, with these names of streams in its directory. */
export function compoundOf(...names: readonly string[]): Bytes {
  const file = new Uint8Array(4_096)
  file.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
  for (const [at, name] of names.entries()) file.set(Buffer.from(name, 'utf16le'), 1_024 + at * 128)
  return file
}
