import type { VerificationReport } from '../verification/verdict/report.ts'
import { judge, type Progress, type Question, type Told } from './judge.ts'

export interface Asking {
  /** Null where it was cancelled. */
  readonly report: Promise<VerificationReport | null>
  cancel(): void
}

/** A browser shows WebCrypto only to pages that came by https, from this machine, or from a file. */
export const canVerify = (): boolean =>
  typeof crypto === 'object' && typeof crypto.subtle === 'object' && typeof DecompressionStream === 'function'

/** Beside the page, so that it stays quick; where a browser lets no worker run, in the page itself. */
export function ask(workerUrl: string, question: Question, onProgress: (progress: Progress) => void): Asking {
  let worker: Worker | null = null
  let cancel = (): void => {}
  const report = new Promise<VerificationReport | null>((resolve, reject) => {
    let isCancelled = false
    let hasBegun = false
    cancel = () => {
      isCancelled = true
      worker?.terminate()
      resolve(null)
    }
    const inPage = (): void => void judge(question, onProgress).then((made) => resolve(isCancelled ? null : made), reject)
    try {
      worker = new Worker(workerUrl)
    } catch {
      return inPage()
    }
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      hasBegun = true
      if ('progress' in data) return onProgress(data.progress)
      worker?.terminate()
      if ('report' in data) resolve(data.report)
      else reject(new Error(data.accident))
    }
    worker.onerror = (event) => {
      event.preventDefault()
      worker?.terminate()
      if (hasBegun) reject(new Error(event.message))
      else inPage()
    }
    worker.postMessage(question)
  })
  return { report, cancel: () => cancel() }
}
