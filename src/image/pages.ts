import type { Bytes } from '../base/bytes.ts'
import { type Bitmap, bmpOf } from './bitmap.ts'
import { type OpenPdf, withMemory, withPage, withPdf } from './pdfium.ts'
import { encodeIndexed } from './png.ts'

export const PAGE_WIDTH = 1_600
export const THUMBNAIL_WIDTH = 240
/** A page of any shape stays within this many pixels. */
const MOST_PIXELS = 12_000_000

export interface PageImage {
  /** 0-based. */
  readonly page: number
  readonly width: number
  readonly height: number
  readonly type: 'image/png' | 'image/jpeg'
  readonly bytes: Bytes
}

export interface PagesRequest {
  /** 0-based; all of them where left out. */
  readonly pages?: readonly number[]
  /** As many of the pages as there are from this one on, at most `most` of them. */
  readonly from?: { readonly page: number; readonly most: number }
  /** Pixels across; PAGE_WIDTH where left out. */
  readonly width?: number
  readonly password?: string
}

/** Pages as a reader sees them, filled fields, marks and seals included: PNG where a palette does, as for text; JPEG for photographs. */
export function renderPages(pdf: Uint8Array, { pages, from, width = PAGE_WIDTH, password }: PagesRequest = {}): Promise<PageImage[]> {
  return withPdf(pdf, password, async (open) => {
    const images: PageImage[] = []
    const { page: first, most } = from ?? { page: 0, most: open.pages }
    const run = Array.from({ length: Math.max(0, Math.min(most, open.pages - first)) }, (_, at) => first + at)
    for (const page of pages ?? run) {
      const bitmap = await withPage(open, page, (handle) => drawPage(open, handle, width))
      images.push({ page, width: bitmap.width, height: bitmap.height, ...(await encodePage(bitmap)) })
    }
    return images
  })
}

export async function encodePage(bitmap: Bitmap): Promise<Pick<PageImage, 'type' | 'bytes'>> {
  const indexed = encodeIndexed(bitmap, 4, TOLERANCE)
  if (indexed) return { type: 'image/png', bytes: indexed }
  return { type: 'image/jpeg', bytes: new Uint8Array(await new Bun.Image(bmpOf(bitmap)).jpeg({ quality: 90 }).bytes()) }
}

/** How far, of 255, a letter's soft edge may be moved to save three quarters of the bytes: nobody sees it. */
const TOLERANCE = 20

const BGRA = 4
const REVERSE_BYTE_ORDER = 0x10
const ANNOTATIONS = 0x01

/** Grey-scale smoothing, not sub-pixel: coloured fringes would be wrong on any other screen than the one they were made for. */
export function drawPage({ pdfium, form }: Pick<OpenPdf, 'pdfium' | 'form'>, page: number, asked: number): Bitmap {
  const shape = pdfium._FPDF_GetPageHeightF(page) / pdfium._FPDF_GetPageWidthF(page)
  const width = Math.max(1, Math.min(asked, Math.floor(Math.sqrt(MOST_PIXELS / shape)), Math.floor(MOST_PIXELS / 16)))
  const height = Math.max(1, Math.round(width * shape))
  const size = width * height * 4
  return withMemory(pdfium, size, (pixels) => {
    const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, BGRA, pixels, width * 4)
    pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff)
    pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, ANNOTATIONS | REVERSE_BYTE_ORDER)
    pdfium._FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, REVERSE_BYTE_ORDER)
    pdfium._FPDFBitmap_Destroy(bitmap)
    return { width, height, rgba: pdfium.HEAPU8.slice(pixels, pixels + size) }
  })
}
