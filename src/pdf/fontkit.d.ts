declare module 'fontkit' {
  export interface Path {
    readonly commands: readonly { readonly command: string; readonly args: readonly number[] }[]
  }
  export interface Glyph {
    readonly id: number
    readonly path: Path
    readonly advanceWidth: number
  }
  export interface Font {
    readonly unitsPerEm: number
    readonly ascent: number
    readonly descent: number
    hasGlyphForCodePoint(codePoint: number): boolean
    layout(text: string, features?: Readonly<Record<string, boolean>>): GlyphRun
  }
  export interface GlyphRun {
    readonly glyphs: readonly Glyph[]
    readonly positions: readonly { readonly xAdvance: number; readonly xOffset: number; readonly yOffset: number }[]
    readonly direction: 'ltr' | 'rtl'
  }
  export function create(bytes: Uint8Array): Font
}
declare module 'bidi-js' {
  interface Bidi {
    getEmbeddingLevels(
      text: string,
      direction?: 'ltr' | 'rtl' | 'auto',
    ): { levels: Uint8Array; paragraphs: readonly { start: number; end: number; level: number }[] }
    getReorderSegments(
      text: string,
      levels: { levels: Uint8Array; paragraphs: readonly { start: number; end: number; level: number }[] },
    ): [number, number][]
  }
  export default function bidiFactory(): Bidi
}
