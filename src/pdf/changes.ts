import { judgeCertified, judgeSealed, judgeSecurityStore, judgeSigned, judgeTimeStamped } from './allowed.ts'
import { Difference } from './difference.ts'
import type { PdfFile, Revision } from './file.ts'
import { frameFaults } from './frame.ts'
import { type Prepared, preparedOf } from './prepared.ts'
import { listSignatures, type PdfSignature } from './signatures.ts'
import { asDictionary, isName } from './value.ts'

/** `filled`, in files of others only: form fields that the signers left open. */
export type RevisionKind = 'prepared' | 'certified' | 'signed' | 'sealed' | 'security-store' | 'time-stamped' | 'filled' | 'unknown'

export interface JudgedRevision {
  readonly index: number
  readonly kind: RevisionKind
  readonly end: number
  /** The signature field that this revision signed. */
  readonly field: string | undefined
  readonly faults: readonly string[]
}

/** What became of a file of ours, revision by revision. Without faults it is what we issued, or an earlier state of it. */
export interface Judgement {
  /** False where the file has not the fields of our chain: nothing else is judged then. */
  readonly ours: boolean
  readonly revisions: readonly JudgedRevision[]
  /** `incomplete` before the seal; the level that it reached from the seal on. */
  readonly stage: 'incomplete' | 'sealed' | 'security-store' | 'time-stamped'
  readonly faults: readonly string[]
}

/** The grammar of our files (src/README.md): prepared certified signed* sealed (security-store time-stamped)*. */
const NEXT: Readonly<Record<RevisionKind, readonly RevisionKind[]>> = {
  prepared: ['certified'],
  certified: ['signed', 'sealed'],
  signed: ['signed', 'sealed'],
  sealed: ['security-store'],
  'security-store': ['time-stamped'],
  'time-stamped': ['security-store'],
  filled: [],
  unknown: [],
}

export function judgeRevisions(file: PdfFile, signatures: readonly PdfSignature[] = listSignatures(file)): Judgement {
  const prepared = preparedOf(file)
  if (!prepared || file.revisions[0]!.merged) return { ours: false, revisions: [], stage: 'incomplete', faults: [] }
  const revisions: JudgedRevision[] = [
    { index: 0, kind: 'prepared', end: file.revisions[0]!.end, field: undefined, faults: prepared.faults },
  ]
  for (const revision of file.revisions.slice(1)) {
    const judged = judge(file, revision, prepared, signatures)
    const before = revisions.at(-1)!.kind
    const faults = NEXT[before].includes(judged.kind) ? judged.faults : [...judged.faults, `grammar.${judged.kind}-after-${before}`]
    revisions.push({ ...judged, faults })
  }
  const reached = revisions.findLast(({ kind }) => kind === 'sealed' || kind === 'security-store' || kind === 'time-stamped')?.kind
  return {
    ours: true,
    revisions,
    stage: (reached as Judgement['stage'] | undefined) ?? 'incomplete',
    faults: revisions.flatMap(({ index, faults }) => faults.map((fault) => `${index}: ${fault}`)),
  }
}

function judge(file: PdfFile, revision: Revision, prepared: Prepared, signatures: readonly PdfSignature[]): JudgedRevision {
  const frame = frameFaults(file, revision)
  const difference = new Difference(file, revision)
  const own = signatures.filter((signature) => signature.revision === revision.index)
  const kind = kindOf(difference, own)
  const signature = own[0]
  if (kind === 'certified') judgeCertified(difference, prepared)
  else if (kind === 'signed') judgeSigned(difference, prepared, signature!.field)
  else if (kind === 'sealed') judgeSealed(difference, prepared)
  else if (kind === 'security-store') judgeSecurityStore(difference, prepared)
  else if (kind === 'time-stamped') judgeTimeStamped(difference, prepared, signature!.field)
  else difference.fault('change.unknown')
  difference.close()
  if (own.length > 1) difference.fault('change.signatures')
  for (const { byteRange, faults } of own) {
    difference.faults.push(...faults)
    // One way to write it: two spellings of one signature would be two files.
    if (byteRange && hasCapital(file.bytes, byteRange[1], byteRange[2])) difference.fault('contents.spelling')
    if (byteRange && byteRange[2] + byteRange[3] !== revision.end) difference.fault('byte-range.not-revision-end')
  }
  return { index: revision.index, kind, end: revision.end, field: signature?.field, faults: [...frame, ...difference.faults] }
}

function kindOf(difference: Difference, own: readonly PdfSignature[]): RevisionKind {
  const kind = own[0]?.kind
  if (kind === 'certification') return 'certified'
  if (kind === 'approval') return 'signed'
  if (kind === 'seal') return 'sealed'
  if (kind === 'time-stamp') return 'time-stamped'
  return difference.newObjects().some(({ value }) => isName(asDictionary(value)?.entries.get('Type'), 'DSS')) ? 'security-store' : 'unknown'
}

function hasCapital(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! >= 0x41 && bytes[at]! <= 0x46) return true
  return false
}
