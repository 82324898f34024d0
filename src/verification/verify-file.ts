import { newDigester } from '../store/digester.ts'
import type { VerificationReport } from './verdict/report.ts'
import { verifyPdf, type VerificationTools } from './verdict/verify-pdf.ts'

/** The verdict with this machine's own digests. Reads a stranger's bytes: the server calls it in the sandbox. */
export const verifyFile = (pdf: Uint8Array, question: Omit<VerificationTools, 'newDigester'>): Promise<VerificationReport> =>
  verifyPdf(pdf, { ...question, newDigester })
