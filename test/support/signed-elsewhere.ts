import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'

/** A PDF as another program writes and signs it: nothing of ours is used, so that what is tried is what strangers send. */
export interface Elsewhere {
  /** Cross-reference table, or stream with the form and the page in an object stream. */
  readonly kind?: 'table' | 'stream'
  /** Certified with this permission (DocMDP). */
  readonly certify?: 1 | 2 | 3
  readonly lock?: 'All'
  /** An empty signature field at [60 100 240 160]. */
  readonly emptyField?: boolean
  /** `shared`: one array for the form's fields and the page's annotations. */
  readonly lists?: 'direct' | 'indirect' | 'shared'
  readonly rotate?: 0 | 90 | 180 | 270
  readonly xfa?: boolean
  readonly javascript?: boolean
  /** UR3 alone: nobody signs. */
  readonly usageRights?: boolean
}

const ROOM = 6_000

export function signedElsewhere(how: Elsewhere = {}): Uint8Array<ArrayBuffer> {
  const { kind = 'table', lists = 'direct', rotate = 0 } = how
  const fields = ['5 0 R', ...(how.emptyField ? ['8 0 R'] : [])]
  const list = lists === 'direct' ? `[${fields.join(' ')}]` : '9 0 R'
  const annotations = lists === 'shared' ? '9 0 R' : `[${fields.join(' ')}]`
  const content = 'BT /F1 24 Tf 72 700 Td (Agreed elsewhere) Tj ET'
  const signature = `<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Name (Sven Svensson) /M (D:20260102120000Z) /ByteRange [0 0000000000 0000000000 0000000000] /Contents <${'0'.repeat(ROOM * 2)}>${
    how.certify
      ? ` /Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /P ${how.certify} /V /1.2>>>>]`
      : how.lock
        ? ' /Reference [<</Type /SigRef /TransformMethod /FieldMDP /TransformParams <</Type /TransformParams /Action /All /V /1.2>>>>]'
        : ''
  }>>`
  const form = `<</Fields ${how.usageRights ? '[]' : list} /SigFlags 3${how.xfa ? ' /XFA [(template) 4 0 R]' : ''}>>`
  const permissions = how.certify ? ' /Perms <</DocMDP 6 0 R>>' : how.usageRights ? ' /Perms <</UR3 6 0 R>>' : ''
  const action = how.javascript ? ' /OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>' : ''
  const objects: Record<number, string> = {
    // A comment at the end of a dictionary: whoever appends to it must not end up inside.
    1: `<</Type /Catalog /Pages 2 0 R /AcroForm ${lists === 'indirect' ? '10 0 R' : form}${permissions}${action} % end\n>>`,
    2: '<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612.00 792.0]>>',
    3: `<</Type /Page /Parent 2 0 R /Rotate ${rotate} /Contents 4 0 R /Resources <</Font <</F1 7 0 R>>>> /Annots ${how.usageRights ? '[]' : annotations}>>`,
    4: `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
    5: '<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /V 6 0 R /F 132 /P 3 0 R /Rect [0 0 0 0]>>',
    6: signature,
    7: '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
    ...(how.emptyField ? { 8: '<</Type /Annot /Subtype /Widget /FT /Sig /T (Second) /F 4 /P 3 0 R /Rect [60 100 240 160]>>' } : {}),
    ...(lists === 'direct' ? {} : { 9: `[${fields.join(' ')}]` }),
    ...(lists === 'indirect' ? { 10: form } : {}),
  }
  return signed(kind === 'table' ? withTable(objects) : withStreams(objects))
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

function withTable(objects: Record<number, string>): Buffer {
  let text = '%PDF-1.6\n%\xe2\xe3\xcf\xd3\n'
  const offsets = new Map<number, number>()
  for (const [number, source] of Object.entries(objects)) {
    offsets.set(Number(number), text.length)
    text += `${number} 0 obj\n${source}\nendobj\n`
  }
  const size = Math.max(...offsets.keys()) + 1
  const start = text.length
  const lines = Array.from({ length: size }, (_, number) =>
    offsets.has(number) ? `${String(offsets.get(number)).padStart(10, '0')} 00000 n \n` : `0000000000 ${number ? '00000' : '65535'} f \n`,
  )
  return latin(`${text}xref\n0 ${size}\n${lines.join('')}trailer\n<</Size ${size} /Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`)
}

/** Streams and the signature stand by themselves, everything else in an object stream, as many programs do. */
function withStreams(objects: Record<number, string>): Buffer {
  const plain = Object.entries(objects).filter(([number]) => number === '4' || number === '6')
  const packed = Object.entries(objects).filter(([number]) => number !== '4' && number !== '6')
  const holder = Math.max(...Object.keys(objects).map(Number)) + 1
  let at = 0
  const index = packed.map(([number, source]) => {
    const place = `${number} ${at}`
    at += source.length + 1
    return place
  })
  const first = `${index.join(' ')}\n`
  const body = deflateSync(latin(first + packed.map(([, source]) => source).join('\n')))
  const parts: Buffer[] = [latin('%PDF-1.6\n%\xe2\xe3\xcf\xd3\n')]
  let length = parts[0]!.length
  const offsets = new Map<number, number>()
  const add = (number: number, bytes: Buffer): void => {
    offsets.set(number, length)
    parts.push(bytes)
    length += bytes.length
  }
  for (const [number, source] of plain) add(Number(number), latin(`${number} 0 obj\n${source}\nendobj\n`))
  const dictionary = `<</Type /ObjStm /N ${packed.length} /First ${first.length} /Filter /FlateDecode /Length ${body.length}>>`
  add(holder, Buffer.concat([latin(`${holder} 0 obj\n${dictionary}\nstream\n`), body, latin('\nendstream\nendobj\n')]))
  const self = holder + 1
  const start = length
  const rows = Array.from({ length: self + 1 }, (_, number) => {
    const inside = packed.findIndex(([one]) => Number(one) === number)
    const offset = number === self ? start : offsets.get(number)
    const [type, a, b] = inside >= 0 ? [2, holder, inside] : offset === undefined ? [0, 0, 0] : [1, offset, 0]
    return [type, (a >> 16) & 255, (a >> 8) & 255, a & 255, b]
  })
  const xref = `<</Type /XRef /Size ${self + 1} /Root 1 0 R /W [1 3 1] /Length ${rows.length * 5}>>`
  parts.push(
    latin(`${self} 0 obj\n${xref}\nstream\n`),
    Buffer.from(rows.flat()),
    latin(`\nendstream\nendobj\nstartxref\n${start}\n%%EOF\n`),
  )
  return Buffer.concat(parts)
}

/** The CMS is openssl's. */
function signed(file: Buffer): Uint8Array<ArrayBuffer> {
  const hole = file.indexOf('/Contents <') + '/Contents '.length
  if (hole < 20) return new Uint8Array(file)
  const after = file.indexOf('>', hole) + 1
  const range = file.indexOf('/ByteRange [')
  const ten = (value: number): string => String(value).padStart(10, '0')
  file.write(`/ByteRange [0 ${ten(hole)} ${ten(after)} ${ten(file.length - after)}]`, range, 'latin1')
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-elsewhere-'))
  try {
    const run = (...words: string[]): void => {
      const { success, stderr } = Bun.spawnSync(['openssl', ...words], { cwd: folder })
      if (!success) throw new Error(stderr.toString())
    }
    run(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '3650',
      '-subj',
      '/CN=Sven Svensson/O=Nordbygg AB',
      '-keyout',
      'key',
      '-out',
      'certificate',
    )
    writeFileSync(join(folder, 'data'), Buffer.concat([file.subarray(0, hole), file.subarray(after)]))
    run(
      'cms',
      '-sign',
      '-binary',
      '-in',
      'data',
      '-signer',
      'certificate',
      '-inkey',
      'key',
      '-md',
      'sha256',
      '-outform',
      'DER',
      '-out',
      'cms',
    )
    file.write(readFileSync(join(folder, 'cms')).toString('hex'), hole + 1, 'latin1')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return new Uint8Array(file)
}
