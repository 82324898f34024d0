import { StandardFontEmbedder, StandardFonts } from 'pdf-lib'

/** The measures and the code of Helvetica, for text that is never drawn. */
export const helvetica = StandardFontEmbedder.for(StandardFonts.Helvetica as never)
