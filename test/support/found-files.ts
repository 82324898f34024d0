import { degrees, PDFDocument, PDFName, PDFString, StandardFonts } from 'pdf-lib'
import type { Bytes } from '../../src/base/bytes.ts'

/** A page of 595 × 842 points with each text at its place: left, and the base line from the top. */
export async function pdfWithText(texts: readonly (readonly [string, number, number])[], rotation = 0): Promise<Bytes> {
  const doc = await PDFDocument.create()
  const page = doc.addPage([595, 842])
  const font = await doc.embedFont(StandardFonts.Helvetica)
  for (const [text, x, y] of texts) page.drawText(text, { x, y: 842 - y, size: 10, font })
  page.setRotation(degrees(rotation))
  return new Uint8Array(await doc.save({ useObjectStreams: false }))
}

/** A form of every kind on a first page, and a text field on a second one that is turned by 90 degrees. */
export async function pdfWithForm(): Promise<Bytes> {
  const doc = await PDFDocument.create()
  const page = doc.addPage([600, 800])
  const turned = doc.addPage([600, 800])
  turned.setRotation(degrees(90))
  const form = doc.getForm()
  const name = form.createTextField('client.last_name')
  name.setText('SENTINEL-NAME')
  name.setMaxLength(40)
  name.enableRequired()
  name.addToPage(page, { x: 50, y: 700, width: 200, height: 20 })
  name.acroField.dict.set(PDFName.of('TU'), PDFString.of('Last name of the client'))
  const notes = form.createTextField('notes')
  notes.enableMultiline()
  notes.addToPage(page, { x: 50, y: 600, width: 300, height: 60 })
  const terms = form.createCheckBox('terms')
  terms.addToPage(page, { x: 50, y: 560, width: 14, height: 14 })
  terms.check()
  const pay = form.createRadioGroup('pay')
  pay.addOptionToPage('Card', page, { x: 50, y: 520, width: 14, height: 14 })
  pay.addOptionToPage('Transfer', page, { x: 150, y: 520, width: 14, height: 14 })
  pay.select('Transfer')
  const land = form.createDropdown('country')
  land.addOptions(['France', 'Belgium'])
  land.select('Belgium')
  land.addToPage(page, { x: 50, y: 480, width: 120, height: 20 })
  const push = form.createButton('print')
  push.addToPage('Print', page, { x: 400, y: 20, width: 60, height: 20 })
  const { context } = doc
  const signature = context.register(
    context.obj({
      FT: 'Sig',
      T: PDFString.of('sign_here'),
      Type: 'Annot',
      Subtype: 'Widget',
      Rect: [50, 300, 250, 360],
      F: 4,
      P: page.ref,
    }),
  )
  page.node.addAnnot(signature)
  form.acroForm.addField(signature)
  form.createTextField('turned').addToPage(turned, { x: 100, y: 200, width: 30, height: 150 })
  return new Uint8Array(await doc.save({ useObjectStreams: false }))
}
