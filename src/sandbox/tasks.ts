import { tagPlaces } from '../image/tag-places.ts'
import { cropToContent } from '../image/crop.ts'
import { readPictureHeader } from '../image/header.ts'
import { pagesText, pagesWords } from '../image/page-text.ts'
import { renderPages } from '../image/pages.ts'
import { removeBackground } from '../image/paper.ts'
import { decodePicture, scaleToFit, splitOpacity } from '../image/picture.ts'
import { bmpOf } from '../image/bitmap.ts'
import { encodePng } from '../image/png.ts'
import { Refusal } from '../base/refusal.ts'
import type { Bytes } from '../base/bytes.ts'
import type { TaskInput, TaskKind, TaskOutput } from './task.ts'

/** What runs in the child. What only some kinds need is loaded when the first of them comes. */
export const TASKS: { readonly [K in TaskKind]: (input: TaskInput[K]) => Promise<TaskOutput[K]> } = {
  pages: async ({ pdf, ...request }) => ({ images: await renderPages(pdf, request) }),
  'page-text': async ({ pdf, pages, password }) => ({ pages: await pagesText(pdf, pages, password) }),
  words: async ({ pdf, pages }) => ({ texts: await pagesWords(pdf, pages) }),
  mark,
  'check-picture': async ({ picture, side = 1_200 }) => {
    const { format } = readPictureHeader(picture)
    const bitmap = await scaleToFit(await decodePicture(picture), side, side)
    return { format, width: bitmap.width, height: bitmap.height, png: encodePng(bitmap, 6) }
  },
  inspect: async ({ pdf, password }) => (await import('../pdf/inspect.ts')).inspect(pdf, password),
  decrypt: async ({ pdf, password }) => ({ pdf: await (await import('../pdf/inspect.ts')).decrypt(pdf, password) }),
  prepare: async (input) => {
    const [{ prepare }, { fontSet }] = await Promise.all([import('../pdf/prepare.ts'), import('./fonts.ts')])
    const made = await prepare({ ...input, fonts: await fontSet() })
    const [{ headOf }, { readPdf }] = await Promise.all([import('../pdf/head.ts'), import('../pdf/read.ts')])
    return { ...made, head: headOf(await readPdf(made.pdf)) }
  },
  receive: async ({ pdf, wanted }) => (await import('../pdf/receive.ts')).receive(pdf, wanted),
  signatures: async ({ pdf }) => {
    const [{ readPdf }, { listSignatures }] = await Promise.all([import('../pdf/read.ts'), import('../pdf/signatures.ts')])
    return { signatures: listSignatures(await readPdf(pdf)).map(({ field, kind, contents, der }) => ({ field, kind, contents, der })) }
  },
  material: async ({ pdf, received }) => ({
    material: await (await import('../verification/signature-material.ts')).signatureMaterialOf(pdf, received),
  }),
  tags: async ({ pdf }) => ({ tags: await tagPlaces(pdf) }),
  'office-kind': async ({ file }) => ({ kind: (await import('./office-file.ts')).officeKindOf(file) }),
  'images-to-pdf': async ({ pictures }) => {
    const { imagesToPdf } = await import('../pdf/image-pages.ts')
    const decoded = []
    for (const picture of pictures) decoded.push(await printable(picture))
    return { pdf: await imagesToPdf(decoded), pages: decoded.length }
  },
  extract: async ({ pdf, first }) => ({ pdf: await (await import('../pdf/extract.ts')).extractPages(pdf, first) }),
  compare: async ({ pdf, end, ...request }) => (await import('../image/compare.ts')).comparePages(pdf.subarray(0, end), pdf, request),
  report: async ({ sheet }) => {
    const [{ drawReport }, { fontBytes, fontSet }] = await Promise.all([import('../pdf/report.ts'), import('./fonts.ts')])
    return { pdf: await drawReport(fontSet(), fontBytes, sheet) }
  },
  verify: async ({ pdf, ...question }) => (await import('../verification/verify-file.ts')).verifyFile(pdf, question),
}

async function mark({ picture, keepBackground = false, side = 1_000 }: TaskInput['mark']): Promise<TaskOutput['mark']> {
  const decoded = await decodePicture(picture)
  const scaled = await scaleToFit(decoded, side * 2, side * 2)
  const cropped = cropToContent(keepBackground ? scaled : removeBackground(scaled))
  if (!cropped) throw new Refusal('invalid', 'picture.empty')
  const bitmap = await scaleToFit(cropped, side, side)
  return { ...splitOpacity(bitmap), png: encodePng(bitmap, 6) }
}

/** As a JPEG where nothing is see-through: a scanned page as samples would take thirty times the room. */
async function printable(picture: Bytes): Promise<{ width: number; height: number; rgb?: Bytes; alpha?: Bytes; jpeg?: Bytes }> {
  const bitmap = await decodePicture(picture)
  const split = splitOpacity(bitmap)
  if (split.alpha) return split
  const jpeg = new Uint8Array(await new Bun.Image(bmpOf(bitmap)).jpeg({ quality: 92 }).bytes())
  return { width: bitmap.width, height: bitmap.height, jpeg }
}
