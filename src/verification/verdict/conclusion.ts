import type { Judgement } from '../../pdf/changes.ts'
import type { Answer, Indication, Level, SignatureReport, SubIndication, VerificationReport } from './report.ts'

type Conclusion = Pick<VerificationReport, 'profile' | 'answer' | 'indication' | 'subIndication' | 'level' | 'faults'>

const RANK: Readonly<Record<Indication, number>> = { passed: 0, indeterminate: 1, failed: 2 }

/** The whole is as good as its worst part, and a change is worse than any of them. */
export function conclude(judgement: Judgement, signatures: readonly SignatureReport[], changes: readonly string[]): Conclusion {
  const profile = judgement.ours ? 'ours' : 'foreign'
  const as = (answer: Answer, indication: Indication, subIndication: SubIndication | null): Conclusion => ({
    profile,
    answer,
    indication,
    subIndication,
    level: indication === 'passed' || answer === 'foreign-intact' ? levelOf(signatures) : null,
    faults: changes,
  })
  const worst = signatures.reduce<SignatureReport | undefined>(
    (found, one) => (!found || RANK[one.indication] > RANK[found.indication] ? one : found),
    undefined,
  )
  if (changes.length) return as('changed', 'failed', worst?.indication === 'failed' ? worst.subIndication : 'FORMAT_FAILURE')
  if (!worst)
    return judgement.ours
      ? as('incomplete', 'indeterminate', 'SIGNED_DATA_NOT_FOUND')
      : as('unsigned', 'indeterminate', 'SIGNED_DATA_NOT_FOUND')
  if (worst.indication === 'failed') return as(failureOf(worst), 'failed', worst.subIndication)
  const intact = signatures.every((one) => one.intact)
  const trusted = signatures.every((one) => one.trusted)
  const own = signatures.every((one) => one.authority === 'own' || (one.kind === 'time-stamp' && one.trusted))
  if (!judgement.ours || !own) {
    // A clock says when a file was there, and nothing of whom it comes from.
    const onlyClocks = signatures.every(({ authority }) => authority === 'time-stamps')
    if (onlyClocks) return as(intact ? 'foreign-intact' : 'uncertain', 'indeterminate', worst.subIndication ?? 'NO_CERTIFICATE_CHAIN_FOUND')
    if (worst.indication === 'passed' && trusted) return as('foreign-trusted', 'passed', null)
    return as(intact && !trusted ? 'foreign-intact' : 'uncertain', worst.indication, worst.subIndication)
  }
  if (!oneCompany(signatures)) return as('uncertain', 'indeterminate', 'CHAIN_CONSTRAINTS_FAILURE')
  if (judgement.stage === 'incomplete') return as('incomplete', 'indeterminate', worst.subIndication ?? 'SIG_CONSTRAINTS_FAILURE')
  return as(worst.indication === 'passed' ? 'genuine' : 'uncertain', worst.indication, worst.subIndication)
}

/** Revoked, not yet valid, or signed in a way that is not read here: the bytes may be whole, so that it is not called changed. */
function failureOf({ subIndication, faults }: SignatureReport): Answer {
  if (subIndication === 'REVOKED' || subIndication === 'NOT_YET_VALID') return 'uncertain'
  return faults.every((fault) => UNREAD.includes(fault)) ? 'uncertain' : 'changed'
}

const UNREAD: readonly string[] = ['contents.not-der', 'cms.unreadable', 'time-stamp.malformed']

/** Who certified at the start is who sealed at the end; a signer's own certificate is neither. */
function oneCompany(signatures: readonly SignatureReport[]): boolean {
  const names = (kinds: readonly string[]): Set<string> =>
    new Set(signatures.filter(({ kind }) => kinds.includes(kind)).map(({ signer }) => `${signer?.name}\n${signer?.organization}`))
  return names(['certification', 'seal']).size <= 1
}

/** Of the company's seal where there is one, else the lowest. */
function levelOf(signatures: readonly SignatureReport[]): Level | null {
  const order: readonly Level[] = ['B-B', 'B-T', 'B-LT', 'B-LTA']
  const own = signatures.filter(({ kind }) => kind !== 'time-stamp')
  const seal = own.find(({ kind }) => kind === 'seal')
  if (seal) return seal.level
  return own.map(({ level }) => level).sort((a, b) => order.indexOf(a) - order.indexOf(b))[0] ?? null
}
