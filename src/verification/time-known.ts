import type { SignatureReport } from './verdict/report.ts'

export type TimeKnown = 'proven' | 'existed' | 'claimed' | 'none'

/** A stamp over the signature itself proves when it was made; one over the file later on, that it existed by then. */
export const timeKnownOf = ({ kind, provenAt, claimedAt, timeStamps }: SignatureReport): TimeKnown => {
  if (!provenAt) return claimedAt ? 'claimed' : 'none'
  return kind === 'time-stamp' || timeStamps.some(({ over, trusted }) => over === 'signature' && trusted) ? 'proven' : 'existed'
}
