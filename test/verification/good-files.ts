import { degrees, PDFDocument, PDFName } from 'pdf-lib'
import type { Bytes } from '../../src/base/bytes.ts'
import { pictureForm, rowForm, sealForm, textForm, typedForm } from '../../src/pdf/appearance.ts'
import type { Form, Picture } from '../../src/pdf/form.ts'
import type { HeadField } from '../../src/pdf/head.ts'
import { prepare, type PreparedField } from '../../src/pdf/prepare.ts'
import type { KeyAlgorithm } from '../../src/pki/algorithm.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'
import { declareAuthority, type Holder } from '../pki/declared-authority.ts'
import { preparedFile } from '../pdf/prepared-file.ts'
import { preparation } from '../seal/installation.ts'
import { seeded } from '../support/seeded.ts'
import { type Authority, type SealedFile, sealedFile } from './sealed-file.ts'

/** How a file that we issue may look; everything by the number of the file. */
export interface Shape {
  readonly algorithm: KeyAlgorithm
  /** `written`: not prepared from an upload, but in the form that only a cross-reference stream has. */
  readonly xref: 'table' | 'written-stream'
  readonly sourceInStreams: boolean
  readonly rotation: 0 | 90 | 180 | 270
  readonly page: 'plain' | 'cropped' | 'offset' | 'user-unit' | 'large' | 'small'
  readonly pages: number
  readonly signers: number
  readonly stamp: 'none' | 'colour' | 'see-through' | 'grey'
  readonly attachment: boolean
  readonly form: boolean
  readonly renewals: number
  readonly megabytes: number
}

/** The first shapes have each kind at least once; the rest mixes them. */
export function shapeOf(number: number): Shape {
  const pick = seeded(number + 1)
  const one = <T>(list: readonly T[]): T => list[number < 12 ? number % list.length : pick(list.length)]!
  return {
    algorithm: number % 4 === 3 ? 'rsa-3072' : 'ecdsa-p256',
    xref: number % 6 === 5 ? 'written-stream' : 'table',
    sourceInStreams: number % 2 === 1,
    rotation: one([0, 90, 180, 270] as const),
    page: one(['plain', 'cropped', 'offset', 'user-unit', 'large', 'small'] as const),
    pages: 1 + pick(5),
    signers: number < 12 ? number + 1 : 1 + pick(12),
    stamp: one(['none', 'colour', 'see-through', 'grey'] as const),
    attachment: number % 3 === 1,
    form: number % 5 === 2,
    renewals: number % 3,
    megabytes: number % 50 === 7 ? 10 : 0,
  }
}

/** Keys are made once for all files; RSA takes its time. */
const made = new Map<KeyAlgorithm, Promise<{ authority: Authority; company: Holder; signers: Holder[] }>>()
async function hands(algorithm: KeyAlgorithm): Promise<{ authority: Authority; company: Holder; signers: Holder[] }> {
  const make = async () => {
    const authority = await declareAuthority(algorithm)
    const company = await authority.below('seal', { commonName: 'Acme Ltd', organization: 'Acme Ltd' })
    const signers = [
      await authority.below('signer', { commonName: 'Bob Baker' }),
      await authority.below('signer', { commonName: '李 小龍' }),
    ]
    return { authority, company, signers }
  }
  const known = made.get(algorithm) ?? make()
  made.set(algorithm, known)
  return known
}

export async function goodFile(number: number): Promise<SealedFile> {
  const shape = shapeOf(number)
  const pick = seeded(number + 9_000)
  const picture = pictureOf(shape, pick)
  const prepared = shape.xref === 'table' ? await preparedOf(shape, pick) : preparedFile('stream', pick(2) ? '\n' : '')
  const draw = (kind: HeadField['kind'] | 'seal', width: number, height: number): Form => drawn(kind, width, height, picture)
  const making = { ...(await hands(shape.algorithm)), prepared, draw, renewals: shape.renewals }
  return sealedFile('table', picture ? { ...making, picture } : making)
}

async function preparedOf(shape: Shape, pick: (below: number) => number): Promise<Bytes> {
  const source = await sourceOf(shape, pick)
  const signers = Array.from({ length: shape.signers }, (_, at) => ({ name: `S${at + 1}`, title: `Signer ${at + 1}` }))
  const fields = signers.flatMap(({ name }, at): PreparedField[] => {
    const page = at % shape.pages
    const box = { page, signer: name, x: 4 + (at % 3) * 60, y: 4 + Math.floor(at / 3) * 30, tooltip: 'Field' }
    return [
      { ...box, name: `${name}_f1`, kind: 'text', width: 50, height: 12 },
      { ...box, name: `${name}_f2`, kind: 'checkbox', y: box.y + 14, width: 8, height: 8 },
      { ...box, name: `${name}_f3`, kind: at % 2 ? 'multiline' : 'picture', x: box.x + 10, y: box.y + 14, width: 20, height: 10 },
      { ...box, name: `${name}_sig`, kind: 'signature', x: box.x + 32, y: box.y + 14, width: 24, height: 12 },
    ]
  })
  return (await prepare({ ...preparation(source, signers, fields), fonts: fontSet() })).pdf
}

async function sourceOf(shape: Shape, pick: (below: number) => number): Promise<Bytes> {
  const doc = await PDFDocument.create()
  for (let at = 0; at < shape.pages; at++) {
    const [width, height] = ({ large: [2_384, 3_370], small: [220, 220] } as Record<string, [number, number]>)[shape.page] ?? [500, 700]
    const page = doc.addPage([width, height])
    page.drawText(`Page ${at + 1}`, { x: 60, y: 60 })
    page.setRotation(degrees(shape.rotation))
    if (shape.page === 'cropped') page.setCropBox(20, 30, width - 60, height - 100)
    if (shape.page === 'offset') page.setMediaBox(-100, 50, width, height)
    if (shape.page === 'user-unit') page.node.set(PDFName.of('UserUnit'), doc.context.obj(2.5))
  }
  if (shape.attachment) await doc.attach(new Uint8Array(5_000).fill(65), 'terms.txt', { mimeType: 'text/plain' })
  if (shape.form) {
    const field = doc.getForm().createTextField('name')
    field.setText('Kept words')
    field.addToPage(doc.getPage(0), { x: 50, y: 150, width: 120, height: 20 })
  }
  if (shape.megabytes) {
    const noise = Uint8Array.from({ length: shape.megabytes * 1024 * 1024 }, () => pick(256))
    doc.getPage(0).node.set(PDFName.of('PieceInfo'), doc.context.obj({ Scan: doc.context.register(doc.context.stream(noise)) }))
  }
  return Uint8Array.from(await doc.save({ useObjectStreams: shape.sourceInStreams }))
}

function pictureOf({ stamp }: Shape, pick: (below: number) => number): Picture | undefined {
  if (stamp === 'none') return undefined
  const size = { width: 24, height: 16 }
  const samples = (count: number): Bytes => Uint8Array.from({ length: count * 24 * 16 }, () => pick(256))
  if (stamp === 'grey') return { ...size, gray: samples(1) }
  return { ...size, rgb: samples(3), ...(stamp === 'see-through' ? { alpha: samples(1) } : {}) }
}

/** As the house draws it. */
function drawn(kind: HeadField['kind'] | 'seal', width: number, height: number, picture: Picture | undefined): Form {
  const fonts = fontSet()
  if (kind === 'signature')
    return picture ? pictureForm(picture, width, height, 'Marie') : typedForm(fonts, 'hand-caveat', 'Marie Dupont', width, height)
  if (kind === 'seal')
    return sealForm(fonts, { initials: 'A', title: 'Sealed by Acme Ltd', lines: ['Today', 'Nothing else'] }, width, height)
  if (kind === 'text') return textForm(fonts, { text: 'Marie', width, height, size: 10, multiline: false })
  return rowForm(fonts, { facts: [{ label: 'Signed', value: 'today' }], mark: null }, width, height)
}
