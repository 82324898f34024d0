import { readFileSync } from 'node:fs'
import { type PDFiumDocument, PDFiumLibrary } from '@hyzyla/pdfium'
import wasmFile from '@hyzyla/pdfium/pdfium.wasm' with { type: 'file' }
import { Refusal } from '../base/refusal.ts'

/** The part of pdfium's C interface that is used here (fpdfview.h, fpdf_text.h, fpdf_formfill.h). Pointers are numbers. */
export interface Pdfium {
  readonly HEAPU8: Uint8Array<ArrayBuffer>
  readonly wasmExports: { malloc(size: number): number; free(pointer: number): void }
  _FPDF_LoadPage(document: number, index: number): number
  _FPDF_ClosePage(page: number): void
  _FPDF_GetPageWidthF(page: number): number
  _FPDF_GetPageHeightF(page: number): number
  _FPDF_PageToDevice(
    page: number,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    pageX: number,
    pageY: number,
    outX: number,
    outY: number,
  ): number
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, pixels: number, stride: number): number
  _FPDFBitmap_FillRect(bitmap: number, left: number, top: number, width: number, height: number, colour: number): void
  _FPDFBitmap_Destroy(bitmap: number): void
  _FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void
  _FPDF_FFLDraw(
    form: number,
    bitmap: number,
    page: number,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void
  _FORM_OnAfterLoadPage(page: number, form: number): void
  _FORM_OnBeforeClosePage(page: number, form: number): void
  _FPDFText_LoadPage(page: number): number
  _FPDFText_ClosePage(text: number): void
  _FPDFText_CountChars(text: number): number
  _FPDFText_GetText(text: number, start: number, count: number, out: number): number
  _FPDFText_GetUnicode(text: number, index: number): number
  /** Writes left, top, right and bottom as floats. */
  _FPDFText_GetLooseCharBox(text: number, index: number, out: number): number
}

export interface OpenPdf {
  readonly pdfium: Pdfium
  readonly document: number
  readonly form: number
  readonly pages: number
}

let library: Promise<PDFiumLibrary> | undefined

function loadLibrary(): Promise<PDFiumLibrary> {
  const { buffer, byteOffset, byteLength } = readFileSync(wasmFile)
  return PDFiumLibrary.init({ wasmBinary: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer })
}

/** Opens the file for the time of `use`. Throws a Refusal where pdfium cannot read it. */
export async function withPdf<T>(bytes: Uint8Array, password: string | undefined, use: (pdf: OpenPdf) => Promise<T> | T): Promise<T> {
  const loaded = await (library ??= loadLibrary())
  let document: PDFiumDocument
  try {
    document = await loaded.loadDocument(bytes, password)
  } catch (cause) {
    throw new Refusal('invalid', 'document.unreadable', {}, { cause })
  }
  try {
    const pdfium = (loaded as unknown as { module: Pdfium }).module
    return await use({
      pdfium,
      document: (document as unknown as { documentIdx: number }).documentIdx,
      form: document.initializeFormFields(),
      pages: document.getPageCount(),
    })
  } finally {
    document.destroy()
  }
}

/** Opens one page (0-based) for the time of `use`. */
export async function withPage<T>(pdf: OpenPdf, index: number, use: (page: number) => Promise<T> | T): Promise<T> {
  const { pdfium, document, form } = pdf
  const page = index >= 0 && index < pdf.pages ? pdfium._FPDF_LoadPage(document, index) : 0
  if (!page) throw new Refusal('invalid', 'document.page-unreadable', { page: index + 1 })
  pdfium._FORM_OnAfterLoadPage(page, form)
  try {
    return await use(page)
  } finally {
    pdfium._FORM_OnBeforeClosePage(page, form)
    pdfium._FPDF_ClosePage(page)
  }
}

/** Memory inside pdfium for the time of `use`. */
export function withMemory<T>(pdfium: Pdfium, size: number, use: (pointer: number) => T): T {
  const pointer = pdfium.wasmExports.malloc(size)
  if (!pointer) throw new Refusal('invalid', 'document.too-heavy')
  try {
    return use(pointer)
  } finally {
    pdfium.wasmExports.free(pointer)
  }
}
