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

/** A word with the space after it; x and y of the base line's start. */
export interface Word {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly size: number
}

/** What a field shows: operators over outlines and pictures, never over fonts, in a box from 0,0 (points). */
export interface Form {
  readonly width: number
  readonly height: number
  readonly content: string
  /** By the name that `content` draws them with: `/Im0 Do`. */
  readonly images?: Readonly<Record<string, Picture>>
  /** What the outlines say, for screen readers. */
  readonly actualText?: string
  /** The same word by word, hidden under the outlines, to be found and copied. */
  readonly words?: readonly Word[]
  /** The matrix by which `content` is turned already, and its words are not. */
  readonly turn?: string
}
