import type { Bytes, LaidAside } from '../base/bytes.ts'
import type { Comparison } from '../image/compare.ts'
import type { PageText } from '../image/page-text.ts'
import type { PageImage, PagesRequest } from '../image/pages.ts'
import type { TagPlace } from '../image/tag-places.ts'
import type { PictureFormat } from '../image/header.ts'
import type { Head } from '../pdf/head.ts'
import type { Inspection } from '../pdf/inspect.ts'
import type { ReceivedFile } from '../pdf/receive.ts'
import type { WantedPlace } from '../pdf/received-head.ts'
import type { Prepared, PrepareInput } from '../pdf/prepare.ts'
import type { ReportSheet } from '../pdf/report.ts'
import type { Instant } from '../base/instant.ts'
import type { SignatureMaterial } from '../verification/signature-material.ts'
import type { OfficeKind } from './office-file.ts'
import type { VerificationReport } from '../verification/verdict/report.ts'

/** A picture ready to be a mark: PNG for the browser, samples for a PDF. */
export interface MarkPicture {
  readonly width: number
  readonly height: number
  readonly png: Bytes
  readonly rgb: Bytes
  readonly alpha?: Bytes
}

/** As the server sends it: bytes may lie elsewhere. */
export type Sent<T> = T extends Bytes
  ? T | LaidAside
  : T extends readonly (infer I)[]
    ? readonly Sent<I>[]
    : T extends object
      ? { [K in keyof T]: Sent<T[K]> }
      : T

/** What a child is asked, by kind. Everything is JSON and bytes. */
export interface TaskInput {
  /** Pages (0-based, all where left out) as pictures. */
  pages: { pdf: Bytes } & PagesRequest
  'page-text': { pdf: Bytes; pages: readonly number[]; password?: string }
  /** The text of pages (0-based), without where it stands. */
  words: { pdf: Bytes; pages: readonly number[] }
  /** A signature or stamp as uploaded: background removed, cropped, at most `side` pixels across or down. */
  mark: { picture: Bytes; keepBackground?: boolean; side?: number }
  /** A logo or a picture of no further use but to be shown: decoded, scaled, written again. */
  'check-picture': { picture: Bytes; side?: number }
  inspect: { pdf: Bytes; password?: string }
  decrypt: { pdf: Bytes; password: string }
  prepare: Omit<PrepareInput, 'fonts'>
  /** A file that arrived with signatures: what signatures are appended to, where they are wanted. */
  receive: { pdf: Bytes; wanted: readonly WantedPlace[] }
  /** The signatures of a file that stands in the store. */
  signatures: { pdf: Bytes }
  /** What other tools judge of a finished file, as PEM and DER; of a received one, what came after its first bytes. */
  material: { pdf: Bytes; received: number }
  /** Text tags, `{{…}}`, and where they stand. */
  tags: { pdf: Bytes }
  /** What a file of a word processor is. */
  'office-kind': { file: Bytes }
  'images-to-pdf': { pictures: readonly Bytes[] }
  /** The pages from `first` (0-based) on, flattened. */
  extract: { pdf: Bytes; first: number }
  /** The first `end` bytes, a state of the file, and the whole: pages that differ, at most `most` of the first `within`. */
  compare: { pdf: Bytes; end: number; width: number; most: number; within: number }
  /** A report as a PDF of its own. */
  report: { sheet: ReportSheet }
  verify: { pdf: Bytes; roots: readonly Bytes[]; otherRoots?: readonly Bytes[]; timeStampRoots?: readonly Bytes[]; at: Instant }
}

export interface TaskOutput {
  pages: { images: PageImage[] }
  'page-text': { pages: PageText[] }
  words: { texts: string[] }
  mark: MarkPicture
  'check-picture': { format: PictureFormat; width: number; height: number; png: Bytes }
  inspect: Inspection
  decrypt: { pdf: Bytes }
  /** With the head of what was made, read back strictly. */
  prepare: Prepared & { head: Head }
  receive: ReceivedFile
  signatures: { signatures: { field: string; kind: string; contents: Bytes; der: Bytes }[] }
  material: { material: SignatureMaterial }
  tags: { tags: TagPlace[] }
  'office-kind': { kind: OfficeKind | null }
  'images-to-pdf': { pdf: Bytes; pages: number }
  extract: { pdf: Bytes }
  compare: Comparison
  report: { pdf: Bytes }
  verify: VerificationReport
}

export type TaskKind = keyof TaskInput

/** How a child answers on its standard output, one line a task. */
export type Answer =
  | { readonly done: true }
  | {
      readonly refusal: { readonly code: string; readonly reason: string; readonly params: Readonly<Record<string, string | number>> }
      readonly fault?: string
    }

export interface Bounds {
  readonly milliseconds: number
  readonly bytes: number
}

const MEGABYTE = 1024 * 1024
/** Files up to this size are read within the ordinary bounds. */
export const ORDINARY_SIZE = 16 * MEGABYTE
export const ORDINARY: Bounds = { milliseconds: 10_000, bytes: 512 * MEGABYTE }
export const LARGE: Bounds = { milliseconds: 120_000, bytes: 1_280 * MEGABYTE }

/** Time grows with the pages that the caller knows of; memory with the file alone, for nobody can be trusted about what is in it. */
export function boundsOf(size: number, pages: number): Bounds {
  const large = size > ORDINARY_SIZE
  const milliseconds = Math.min(LARGE.milliseconds, ORDINARY.milliseconds + Math.max(0, pages - 40) * 100 + (large ? 30_000 : 0))
  return { milliseconds, bytes: large ? LARGE.bytes : ORDINARY.bytes }
}
