import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bytes } from '../base/bytes.ts'
import { systemClock } from '../base/instant.ts'
import { fromPem } from '../pki/certificate.ts'
import { DerFault } from '../pki/der-reader.ts'
import { VERSION } from '../base/version.ts'
import { questionsOf } from '../verification/questions.ts'
import { shown } from '../verification/shown.ts'
import type { VerificationReport } from '../verification/verdict/report.ts'
import { verifyFile } from '../verification/verify-file.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, isLanguage, type Language, words } from '../view/words.ts'
import { type Environment, UsageError } from './command.ts'

const STATUS = { passed: 0, failed: 1, indeterminate: 2 } as const
const NOT_READ = 3
const MARKS = { good: '✓', wait: '?', stop: '✗' } as const

/** Offline: neither database nor network. 0 passed · 1 failed · 2 indeterminate · 3 could not read. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  const { path, trust, json, out } = parsed(args)
  const roots: Bytes[] = []
  for (const file of trust) roots.push(...(await rootsIn(file)))
  const pdf = await readFile(path).catch(() => null)
  const language = languageOf(environment)
  if (!pdf) {
    console.error(`${path}: ${words(language).verify.cli.notRead}`)
    return NOT_READ
  }
  const report = await verifyFile(new Uint8Array(pdf), { roots, at: systemClock() })
  if (out) {
    await writeReport(out, report, language)
    if (!json) console.log(fill(words(language).verify.cli.reportWritten, { path: out }))
  }
  console.log(json ? JSON.stringify(report, null, 2) : textOf(report, language).join('\n'))
  return report.answer === 'unreadable' ? NOT_READ : STATUS[report.indication]
}

function parsed(args: readonly string[]): { path: string; trust: readonly string[]; json: boolean; out: string | null } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { trust: { type: 'string', multiple: true }, json: { type: 'boolean' }, report: { type: 'string' } },
      allowPositionals: true,
    })
    if (positionals.length !== 1) throw new UsageError('verify FILE [--trust root.pem]… [--json] [--report report.pdf]')
    if (values.report && resolve(values.report) === resolve(positionals[0]!)) throw new UsageError('the report would replace the file')
    return { path: positionals[0]!, trust: values.trust ?? [], json: values.json ?? false, out: values.report ?? null }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message)
  }
}

/** Set here and not in a child: whoever calls this reads a file of their own choice, and there is no data folder. */
async function writeReport(path: string, report: VerificationReport, language: Language): Promise<void> {
  const [{ drawReport }, { fontBytes, fontSet }, { reportSheet }] = await Promise.all([
    import('../pdf/report.ts'),
    import('../sandbox/fonts.ts'),
    import('../verification/report-sheet.ts'),
  ])
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  const sheet = reportSheet(shown(report, undefined), { language, timeZone, by: `Paraphe ${VERSION}`, verifyUrl: null })
  await writeFile(path, await drawReport(fontSet(), fontBytes, sheet)).catch((error: Error) => {
    throw new UsageError(`${path}: ${error.message}`)
  })
}

async function rootsIn(path: string): Promise<Bytes[]> {
  const bytes = new Uint8Array(await readFile(path).catch(() => new Uint8Array(0)))
  const found = bytes[0] === 0x30 ? [bytes] : pemIn(bytes)
  if (!found.length) throw new UsageError(`${path} holds no certificate`)
  return found
}

function pemIn(bytes: Bytes): Bytes[] {
  try {
    return fromPem(new TextDecoder().decode(bytes))
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    return []
  }
}

const languageOf = (environment: Environment): Language => {
  const tag = (environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '').slice(0, 2)
  return isLanguage(tag) ? tag : 'en'
}

function textOf(report: VerificationReport, language: Language): string[] {
  const w = words(language).verify
  const f = formatsFor(language)
  const answer = w.answers[shown(report, undefined).told]
  const lines = [answer.title, answer.text, '']
  for (const { question, answer: key, state, params } of questionsOf(report, undefined)) {
    const { title, answers } = w.questions[question]
    lines.push(`${MARKS[state]} ${title} ${fill((answers as Record<string, string>)[key] ?? key, params)}`)
  }
  for (const one of report.signatures) {
    const at = one.provenAt
      ? fill(w.provenAt, { at: f.exact(one.provenAt), by: one.provenBy })
      : one.claimedAt
        ? fill(w.claimedAt, { at: one.claimedAt })
        : w.noTime
    lines.push(
      `  ${fill(w.cli.signature, { kind: w.kinds[one.kind], who: one.signer?.name ?? w.unknownSigner })} — ${at} — ${w.indications[one.indication]}${one.subIndication ? ` (${one.subIndication})` : ''}`,
    )
  }
  const total = `TOTAL-${report.indication.toUpperCase()}`.replace('TOTAL-INDETERMINATE', 'INDETERMINATE')
  return [
    ...lines,
    '',
    `${total}${report.subIndication ? ` ${report.subIndication}` : ''}${report.level ? ` ${report.level}` : ''}`,
    `SHA-256 ${report.digest}`,
    ...report.faults.map((fault) => `  ${fault}`),
  ]
}
