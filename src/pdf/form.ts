import type { Bytes } from '../base/bytes.ts'

/** 8-bit samples, row by row from the top. One of `rgb`, `gray`, `jpeg` (RGB) is there. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb?: Bytes
  readonly gray?: Bytes
  readonly jpeg?: Bytes
  /** Opacity, one byte a pixel. */
  readonly alpha?: Bytes
}

/** What a field shows: operators over outlines and pictures, never over fonts, in a box from 0,0 (points). */
export interface Form {
  readonly width: number
  readonly height: number
  readonly content: string
  /** By the name that `content` draws them with: `/Im0 Do`. */
  readonly images?: Readonly<Record<string, Picture>>
  /** What the outlines say, for copying and for screen readers. */
  readonly actualText?: string
}
