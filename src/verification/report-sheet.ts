import type { Entry, Fact, ReportSheet } from '../pdf/report.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, type Language, words } from '../view/words.ts'
import type { RegisterEntry } from './register.ts'
import type { ShownReport } from './shown.ts'
import { timeKnownOf } from './time-known.ts'
import type { CertificateFacts, SignatureReport, SubIndication, VerificationReport } from './verdict/report.ts'

export interface Reader {
  readonly language: Language
  readonly timeZone: string
  /** Whose server, or whose program, verified. */
  readonly by: string
  /** Where whoever doubts the report can verify; null where there is no server. */
  readonly verifyUrl: string | null
}

/** A file may bear a hundred signatures; a report of more pages than a contract helps nobody. */
const SIGNATURES = 40

const TOTALS = { passed: 'TOTAL-PASSED', indeterminate: 'INDETERMINATE', failed: 'TOTAL-FAILED' } as const
const STATES = { passed: 'good', indeterminate: 'wait', failed: 'stop' } as const

/** The report in its reader's words, for the PDF. */
export function reportSheet({ report, register, questions, state, told, annulledAt, groups }: ShownReport, reader: Reader): ReportSheet {
  const { verify: w, proof: p } = words(reader.language)
  const f = formatsFor(reader.language, reader.timeZone)
  const answer = w.answers[told]
  const said = annulledAt
    ? {
        title: fill(w.register.annulledOn, { at: f.date(annulledAt) }),
        text: fill(w.register.annulledText, { issuer: register?.issuer, answer: answer.title }),
      }
    : answer
  return {
    language: reader.language,
    by: reader.by,
    title: p.sheet.title,
    madeAt: report.checkedAt,
    verdict: { state, ...said },
    facts: [
      { label: p.sheet.checkedAt, value: f.exact(report.checkedAt) },
      { label: w.digest, value: groups, mono: true },
      { label: w.size, value: `${f.bytes(report.size)} (${f.number(report.size)})` },
      { label: w.indication, value: [totalOf(report), report.level && `PAdES ${report.level}`].filter(Boolean).join(' · '), mono: true },
      ...(report.subIndication ? [{ label: '', value: p.subIndications[report.subIndication] }] : []),
      { label: w.policy, value: report.profile ? `${report.policy} / ${report.profile}` : report.policy, mono: true },
      ...report.faults.slice(0, 12).map((fault, at) => ({ label: at ? '' : w.faults, value: fault, mono: true })),
    ],
    questions: {
      title: w.questionsTitle,
      rows: questions.map(({ question, answer: key, state: one, params }) => {
        const { title, how, answers } = w.questions[question]
        const told = params['at'] ? { ...params, at: f.exact(params['at'] as typeof report.checkedAt) } : params
        return { state: one, title, how, answer: fill((answers as Readonly<Record<string, string>>)[key] ?? key, told) }
      }),
    },
    parts: [
      { title: p.registerTitle, entries: register ? [registered(register, reader)] : [] },
      { title: w.signaturesTitle, entries: report.signatures.slice(0, SIGNATURES).map((one) => signatureEntry(one, report, reader)) },
      {
        title: w.revisions,
        entries: report.revisions.length ? [{ title: '', state: null, facts: revisionsOf(report, reader) }] : [],
      },
    ],
    notes: [
      ...(report.signatures.length > SIGNATURES ? [fill(p.sheet.more, { count: report.signatures.length - SIGNATURES })] : []),
      p.sheet.note,
      ...(reader.verifyUrl ? [fill(p.sheet.again, { address: reader.verifyUrl })] : []),
    ],
    foot: `${p.sheet.title} · SHA-256 ${groups.slice(0, 39)}…`,
    pageOf: p.sheet.pageOf,
  }
}

const totalOf = ({ indication, subIndication }: Pick<VerificationReport, 'indication' | 'subIndication'>): string =>
  [TOTALS[indication], subIndication].filter(Boolean).join(' / ')

const fours = (text: string): string => (text.toUpperCase().match(/.{1,4}/g) ?? []).join(' ')

function signatureEntry(one: SignatureReport, report: VerificationReport, reader: Reader): Entry {
  const { verify: w, proof: p } = words(reader.language)
  const f = formatsFor(reader.language, reader.timeZone)
  const sentences: Readonly<Record<SubIndication, string>> = p.subIndications
  const who = ({ name, organization, email }: CertificateFacts): string =>
    [name, organization !== name && organization, email].filter(Boolean).join(' · ')
  const asClaimed = one.claimedAt ? fill(w.claimedAt, { at: claimed(one.claimedAt, f.exact) }) : ''
  const asProven = (sentence: string): string => fill(sentence, { at: one.provenAt ? f.exact(one.provenAt) : '', by: one.provenBy })
  const when = {
    proven: asProven(w.provenAt),
    existed: [asClaimed, asProven(w.existedBy)].filter(Boolean).join('; '),
    claimed: asClaimed,
    none: w.noTime,
  }[timeKnownOf(one)]
  const fingerprint = (certificate: CertificateFacts): Fact => ({
    label: '',
    value: fill(p.fingerprint, { fingerprint: fours(certificate.fingerprint) }),
    mono: true,
  })
  const facts: Fact[] = [
    { label: p.result, value: one.subIndication ? sentences[one.subIndication] : p.results[one.indication] },
    { label: '', value: totalOf(one), mono: true },
  ]
  if (one.signer)
    facts.push(
      { label: p.signer, value: who(one.signer) },
      {
        label: p.certificate,
        value: fill(p.validity, { serial: one.signer.serial, from: f.date(one.signer.notBefore), until: f.date(one.signer.notAfter) }),
      },
      fingerprint(one.signer),
      ...one.chain.slice(1, 9).flatMap((link, at) => [{ label: at ? '' : p.chain, value: link.name }, fingerprint(link)]),
      { label: '', value: one.trusted ? p.trusted : p.untrusted },
    )
  facts.push(
    { label: p.time, value: when },
    ...one.timeStamps.slice(0, 12).map(({ over, at, by, trusted }) => ({
      label: '',
      value: `${fill(p.stamps[over], { at: f.exact(at), by })}${trusted ? '' : ` ${p.stampUntrusted}`}`,
    })),
    ...(one.algorithm ? [{ label: p.algorithm, value: `${one.algorithm} · ${one.subFilter}` }] : []),
    { label: p.coverage, value: fill(p.coverages[one.coverage], { number: one.revision + 1, count: report.revisions.length }) },
    { label: p.since, value: one.since.length ? f.list(one.since.map((kind) => w.revisionKinds[kind])) : p.nothing },
    { label: p.revocation, value: `${p.revocations[one.revocation]}${one.revokedAt ? `, ${f.exact(one.revokedAt)}` : ''}` },
    ...(one.kind === 'time-stamp' ? [] : [{ label: p.level, value: `PAdES ${one.level}` }]),
    ...(one.reason ? [{ label: p.reason, value: one.reason }] : []),
    ...one.faults.slice(0, 8).map((fault, at) => ({ label: at ? '' : w.faults, value: fault, mono: true })),
  )
  return {
    title: fill(w.cli.signature, { kind: w.kinds[one.kind], who: one.signer ? who({ ...one.signer, email: null }) : w.unknownSigner }),
    state: { state: STATES[one.indication], word: w.indications[one.indication] },
    facts,
  }
}

/** What the signer's software wrote may be no date at all. */
const claimed = (text: string, exact: (at: VerificationReport['checkedAt']) => string): string =>
  Number.isNaN(Date.parse(text)) ? text : exact(text as VerificationReport['checkedAt'])

function registered(register: RegisterEntry, reader: Reader): Entry {
  const { register: r } = words(reader.language).verify
  const f = formatsFor(reader.language, reader.timeZone)
  const { found } = register
  return {
    title: register.documentId,
    state: null,
    facts: [
      { label: r.issuer, value: register.issuer },
      { label: words(reader.language).proof.sheet.standing, value: r.states[register.state].title },
      { label: r.preparedAt, value: f.exact(register.preparedAt) },
      ...(register.completedAt ? [{ label: r.completedAt, value: f.exact(register.completedAt) }] : []),
      ...(register.endedAt ? [{ label: r.endedAt, value: f.exact(register.endedAt) }] : []),
      ...register.annulments.map(({ kind, at, reason }) => ({
        label: '',
        value: `${fill(r.declared[kind], { at: f.exact(at) })}${reason ? ` ${fill(r.declaredReason, { reason })}` : ''}`,
      })),
      ...(register.digest && !found?.isLatest
        ? [{ label: r.digest, value: register.digest.replace(/(.{4})(?!$)/g, '$1 '), mono: true }]
        : []),
    ],
  }
}

function revisionsOf({ revisions }: VerificationReport, reader: Reader): Fact[] {
  const { revisionKinds } = words(reader.language).verify
  const f = formatsFor(reader.language, reader.timeZone)
  return revisions.flatMap(({ kind, end, digest }, at) => [
    { label: `${at + 1}. ${revisionKinds[kind]}`, value: `${f.number(end)}  ${digest}`, mono: true },
  ])
}
