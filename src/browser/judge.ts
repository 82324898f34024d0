import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { VerificationReport } from '../verification/verdict/report.ts'
import { verifyPdf } from '../verification/verdict/verify-pdf.ts'
import { digestersFor } from './digester.ts'

/** What is asked about a file that stays on this machine. */
export interface Question {
  readonly file: Blob
  /** DER. */
  readonly roots: readonly Bytes[]
  /** Of others that are trusted: they make nothing ours. */
  readonly otherRoots: readonly Bytes[]
  /** Of time-stamp authorities: they prove times, and say nothing of who signed. */
  readonly timeStampRoots: readonly Bytes[]
  readonly at: Instant
}

/** How far it has come: bytes read, bytes hashed, then the signatures, of which nobody can say how long they take. */
export type Progress = { readonly step: 'reading' | 'hashing'; readonly percent: number } | { readonly step: 'judging' }

/** The verdict by the server's own code. */
export async function judge(
  { file, roots, otherRoots, timeStampRoots, at }: Question,
  onProgress: (progress: Progress) => void,
): Promise<VerificationReport> {
  const percents = (step: 'reading' | 'hashing') => {
    let told = -1
    return (count: number): void => {
      const percent = Math.floor((100 * count) / file.size)
      if (percent !== told) onProgress({ step, percent: (told = percent) })
    }
  }
  const bytes = await read(file, percents('reading'))
  const hashed = percents('hashing')
  return verifyPdf(bytes, {
    roots,
    otherRoots,
    timeStampRoots,
    at,
    newDigester: digestersFor(bytes, (count) => {
      hashed(count)
      if (file.size - count < 1024 * 1024) onProgress({ step: 'judging' })
    }),
  })
}

async function read(file: Blob, onRead: (count: number) => void): Promise<Bytes> {
  const bytes = new Uint8Array(file.size)
  const reader = file.stream().getReader()
  let at = 0
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (at + piece.value.length > bytes.length) throw new Error('the file grew while it was read')
    bytes.set(piece.value, at)
    onRead((at += piece.value.length))
  }
  if (at !== bytes.length) throw new Error('the file shrank while it was read')
  return bytes
}

/** What a worker tells its page. */
export type Told = { readonly progress: Progress } | { readonly report: VerificationReport } | { readonly accident: string }

interface WorkerScope {
  onmessage: ((event: MessageEvent<Question>) => void) | null
  postMessage(message: Told): void
}

/** In a worker: one question, then its page ends it. */
export function serveJudgements(scope: WorkerScope): void {
  scope.onmessage = ({ data }) =>
    void judge(data, (progress) => scope.postMessage({ progress })).then(
      (report) => scope.postMessage({ report }),
      (error: unknown) => scope.postMessage({ accident: String(error) }),
    )
}
