/** Why a PDF was not read or not written. The code is stable (`read.after-end`); the sentence is the caller's. */
export class PdfFault extends Error {
  readonly code: string

  constructor(code: string, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`)
    this.name = 'PdfFault'
    this.code = code
  }
}
