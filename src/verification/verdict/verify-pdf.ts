import { type NewDigester } from '../../base/digest.ts'
import type { Instant } from '../../base/instant.ts'
import type { Bytes } from '../../base/bytes.ts'
import { judgeRevisions, type Judgement, type RevisionKind } from '../../pdf/changes.ts'
import { evidenceOf } from '../../pdf/evidence.ts'
import { PdfFault } from '../../pdf/fault.ts'
import type { PdfFile } from '../../pdf/file.ts'
import { type LaterRevision, laterRevisions } from '../../pdf/later-changes.ts'
import { readPdf } from '../../pdf/read.ts'
import { listSignatures, type PdfSignature } from '../../pdf/signatures.ts'
import { conclude } from './conclusion.ts'
import { Covered } from './covered.ts'
import { judgeSignature, judgeTimeStamp, type SignatureQuestion } from './signature.ts'
import { materialOf } from './material.ts'
import type { SignatureReport, TimeStampFacts, VerificationReport } from './report.ts'
import type { Proof } from './time-stamps.ts'

export type { VerificationReport } from './report.ts'

export interface VerificationTools {
  /** This house's own roots, as DER: only what leads to one of them is ours. */
  readonly roots: readonly Bytes[]
  /** Roots of others that vouch here for whoever signs under them, and for their time stamps. */
  readonly otherRoots?: readonly Bytes[]
  /** Roots of others that vouch for time stamps alone: they make nobody known who signs. */
  readonly timeStampRoots?: readonly Bytes[]
  readonly newDigester: NewDigester
  readonly at: Instant
}

/** Reads once, judges what was read, asks nobody outside. Every file has an answer; nothing a file says makes this throw. */
export async function verifyPdf(bytes: Uint8Array, tools: VerificationTools): Promise<VerificationReport> {
  const base = { policy: 'paraphe-1' as const, checkedAt: tools.at, size: bytes.length }
  try {
    return { ...base, ...(await judged(await readPdf(bytes), tools)) }
  } catch (error) {
    if (!(error instanceof PdfFault)) throw error
    const digest = new Covered(bytes, [], [bytes.length], tools.newDigester).prefix(bytes.length)
    return { ...base, digest, ...unread(bytes, error) }
  }
}

type Judged = Omit<VerificationReport, 'policy' | 'checkedAt' | 'size'>

async function judged(file: PdfFile, tools: VerificationTools): Promise<Judged> {
  const found = listSignatures(file)
  const judgement = judgeRevisions(file, found)
  const later = judgement.ours || !found.length ? [] : laterRevisions(file, found)
  const changes = judgement.ours ? judgement.faults : later.flatMap((revision) => revision.changes)
  const kinds = kindsOf(file, judgement, found, later)
  const ends = [...file.revisions.map(({ end }) => end), file.bytes.length]
  const covered = new Covered(
    file.bytes,
    found.map(({ byteRange }) => byteRange),
    ends,
    tools.newDigester,
  )
  const signatures = await judgeAll(file, found, judgement, kinds, covered, tools)
  return {
    digest: covered.prefix(file.bytes.length),
    ...conclude(judgement, signatures, changes),
    signatures,
    revisions: file.revisions.map(({ end }, at) => ({
      kind: kinds[at]!,
      end,
      digest: covered.prefix(end),
      faults: judgement.revisions[at]?.faults ?? later.find(({ index }) => index === at)?.changes ?? [],
    })),
  }
}

/** From the newest to the oldest: a document time stamp says when everything under it was already there. */
async function judgeAll(
  file: PdfFile,
  found: readonly PdfSignature[],
  judgement: Judgement,
  kinds: readonly RevisionKind[],
  covered: Covered,
  tools: VerificationTools,
): Promise<SignatureReport[]> {
  const evidence = await evidenceOf(file)
  const material = materialOf(tools, evidence)
  const reports: SignatureReport[] = []
  let archived: Proof | null = null
  const archive: TimeStampFacts[] = []
  for (const signature of [...found].reverse()) {
    const question: SignatureQuestion = {
      covered,
      newDigester: tools.newDigester,
      signature,
      material,
      archived,
      archive: [...archive],
      now: tools.at,
      requireRevocation: !judgement.ours || judgement.stage === 'security-store' || judgement.stage === 'time-stamped',
      ours: judgement.ours,
      since: kinds.slice(signature.revision + 1),
      hasEvidence: evidence.revision !== undefined && evidence.revision > signature.revision,
    }
    if (signature.kind === 'time-stamp') {
      const { report, proof, facts }: Awaited<ReturnType<typeof judgeTimeStamp>> = await judgeTimeStamp(question)
      reports.unshift(report)
      if (facts) archive.unshift(facts)
      archived = proof ?? archived
    } else reports.unshift(await judgeSignature(question))
  }
  return reports
}

function kindsOf(file: PdfFile, judgement: Judgement, found: readonly PdfSignature[], later: readonly LaterRevision[]): RevisionKind[] {
  return file.revisions.map(({ index }) => {
    const own = found.find(({ revision }) => revision === index)
    const kind =
      own && ({ certification: 'certified', approval: 'signed', seal: 'sealed', 'time-stamp': 'time-stamped' } as const)[own.kind]
    return judgement.revisions[index]?.kind ?? kind ?? later.find((one) => one.index === index)?.kind ?? 'unknown'
  })
}

/** Codes of files that are whole, as far as we can tell, but beyond what is read here. */
const BEYOND: readonly string[] = [
  'read.encrypted',
  'read.unsupported-filter',
  'read.too-many-objects',
  'read.too-many-revisions',
  'read.too-large',
  'read.too-much-to-hash',
  'read.too-many-fields',
  'read.too-many-signatures',
  'syntax.too-deep',
  'syntax.too-long',
]

/** Where a signed file cannot be read as it is written, something was done to it. */
function unread(bytes: Uint8Array, fault: PdfFault): Omit<Judged, 'digest'> {
  const once = !BEYOND.includes(fault.code) && mentions(bytes, '%PDF-', 1_024) && mentions(bytes, '/ByteRange', bytes.length)
  return {
    profile: null,
    answer: once ? 'changed' : 'unreadable',
    indication: once ? 'failed' : 'indeterminate',
    subIndication: 'FORMAT_FAILURE',
    level: null,
    signatures: [],
    revisions: [],
    faults: [fault.message],
  }
}

function mentions(bytes: Uint8Array, text: string, within: number): boolean {
  const wanted = Uint8Array.from(text, (character) => character.charCodeAt(0))
  for (let at = bytes.indexOf(wanted[0]!); at >= 0 && at < within; at = bytes.indexOf(wanted[0]!, at + 1))
    if (wanted.every((byte, step) => bytes[at + step] === byte)) return true
  return false
}
