import { PDFName, type PDFContext, type PDFPage, type PDFRef } from 'pdf-lib'
import { PdfFault } from './fault.ts'
import type { Form, Picture } from './form.ts'
import { short } from './text.ts'

/** The picture as an image XObject of the document (ISO 32000-2 §8.9.5). */
export function addPicture(context: PDFContext, { width, height, rgb, gray, jpeg, alpha }: Picture): PDFRef {
  const common = { Type: 'XObject', Subtype: 'Image', Width: width, Height: height, BitsPerComponent: 8 }
  const mask = alpha ? { SMask: context.register(context.flateStream(alpha, { ...common, ColorSpace: 'DeviceGray' })) } : {}
  if (jpeg) return context.register(context.stream(jpeg, { ...common, ColorSpace: 'DeviceRGB', Filter: 'DCTDecode', ...mask }))
  if (rgb) return context.register(context.flateStream(rgb, { ...common, ColorSpace: 'DeviceRGB', ...mask }))
  if (gray) return context.register(context.flateStream(gray, { ...common, ColorSpace: 'DeviceGray', ...mask }))
  throw new PdfFault('prepare.picture')
}

export function placePicture(page: PDFPage, picture: Picture, at: { x: number; y: number; width: number; height: number }): void {
  const { context } = page.doc
  const name = page.node.newXObject('Picture', addPicture(context, picture))
  const content = context.flateStream(`q ${short(at.width)} 0 0 ${short(at.height)} ${short(at.x)} ${short(at.y)} cm ${name} Do Q`)
  page.node.addContentStream(context.register(content))
}

/** A form XObject of the document. */
export function addFormObject(context: PDFContext, form: Form): PDFRef {
  const images = Object.fromEntries(Object.entries(form.images ?? {}).map(([name, picture]) => [name, addPicture(context, picture)]))
  const resources = context.obj({ XObject: images })
  return context.register(
    context.flateStream(form.content, {
      Type: 'XObject',
      Subtype: 'Form',
      FormType: 1,
      BBox: [0, 0, form.width, form.height],
      Resources: resources,
      ...(form.actualText ? {} : {}),
    }),
  )
}

export const N = (name: string): PDFName => PDFName.of(name)
