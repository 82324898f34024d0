import type { RegisterEntry } from './register.ts'
import { timeKnownOf } from './time-known.ts'
import type { SignatureReport, VerificationReport } from './verdict/report.ts'

export type State = 'good' | 'wait' | 'stop'

/** One separate question about a file: what was found, how sure that is. The sentences are `verify.questions` of the dictionaries. */
export interface Question {
  readonly question: 'unchanged' | 'issued' | 'complete' | 'authority' | 'time' | 'revocation' | 'durable' | 'listed'
  readonly answer: string
  readonly state: State
  readonly params: Readonly<Record<string, string | number>>
}

/** `register` is undefined where there is none to ask (the command line), null where it does not know the file. */
export function questionsOf(report: VerificationReport, register: RegisterEntry | null | undefined): Question[] {
  if (report.answer === 'unreadable') return []
  const people = report.signatures.filter(({ kind }) => kind !== 'time-stamp')
  const ask = (question: Question['question'], state: State, answer: string, params: Question['params'] = {}): Question => ({
    question,
    state,
    answer,
    params,
  })
  const questions = [unchanged(report, ask)]
  if (register !== undefined) questions.push(issued(register, ask))
  // What holds of the document that was signed says nothing of a file that is no longer that document.
  if (!people.length || report.answer === 'changed') return questions
  if (report.profile === 'ours') {
    const sealed = people.some(({ kind }) => kind === 'seal')
    questions.push(
      ask('complete', sealed ? 'good' : 'wait', sealed ? 'sealed' : 'not-yet', {
        count: people.filter(({ kind }) => kind === 'approval').length,
      }),
    )
  }
  const untrusted = people.filter(({ trusted }) => !trusted).length
  questions.push(
    ask('authority', untrusted ? 'wait' : 'good', untrusted ? 'unknown' : 'known', { name: people[0]!.chain.at(-1)?.name ?? '' }),
  )
  const proven = people.filter(({ provenAt }) => provenAt !== null)
  const isBounded = people.some((one) => timeKnownOf(one) === 'existed')
  const isProven = proven.length === people.length
  questions.push(
    ask('time', isProven && !isBounded ? 'good' : 'wait', !isProven ? 'claimed' : isBounded ? 'existed' : 'proven', {
      by: proven[0]?.provenBy ?? '',
    }),
  )
  const revocation = worstRevocation(people)
  questions.push(ask('revocation', ({ good: 'good', unknown: 'wait', revoked: 'stop' } as const)[revocation], revocation))
  if (report.level)
    questions.push(
      ask('durable', report.level === 'B-LTA' ? 'good' : 'wait', report.level === 'B-LTA' ? 'long' : 'short', { level: report.level }),
    )
  return questions
}

type Ask = (question: Question['question'], state: State, answer: string, params?: Question['params']) => Question

function unchanged(report: VerificationReport, ask: Ask): Question {
  if (report.answer === 'changed') return ask('unchanged', 'stop', 'no')
  if (!report.signatures.length) return ask('unchanged', 'wait', 'cannot-say')
  const filled = report.revisions.some(({ kind }) => kind === 'filled')
  if (filled && report.signatures.every(({ intact }) => intact)) return ask('unchanged', 'wait', 'filled')
  return report.signatures.every(({ intact }) => intact) ? ask('unchanged', 'good', 'yes') : ask('unchanged', 'wait', 'cannot-say')
}

function issued(register: RegisterEntry | null, ask: Ask): Question {
  if (!register) return ask('issued', 'wait', 'unknown')
  const params = { issuer: register.issuer, documentId: register.documentId }
  if (!register.found?.isExact) return ask('issued', 'stop', 'altered', params)
  if (register.state === 'annulled') return ask('issued', 'stop', 'annulled', { ...params, at: register.annulments.at(-1)?.at ?? '' })
  if (register.state === 'ended') return ask('issued', 'stop', 'ended', params)
  return register.found.isLatest ? ask('issued', 'good', 'exact', params) : ask('issued', 'wait', 'earlier', params)
}

function worstRevocation(people: readonly SignatureReport[]): 'good' | 'unknown' | 'revoked' {
  const found = people.map(({ revocation }) => revocation)
  return found.includes('revoked') ? 'revoked' : found.includes('unknown') ? 'unknown' : 'good'
}

/** How the whole looks at a glance: what was annulled is not in force, however genuine the file. */
export const stateOf = ({ answer }: VerificationReport, register?: RegisterEntry | null): State => {
  if (register?.state === 'annulled' || answer === 'changed' || answer === 'unreadable') return 'stop'
  return answer === 'genuine' || answer === 'foreign-trusted' ? 'good' : 'wait'
}
