import type { Bytes } from '../base/bytes.ts'
import type { Config } from '../config/config.ts'
import { runTask } from '../sandbox/run.ts'
import { inLine } from './line.ts'
import { type Reader, reportSheet } from './report-sheet.ts'
import type { ShownReport } from './shown.ts'

/** The report as a PDF, set by the child process: names and reasons in it are a stranger's. */
export async function reportPdf(config: Config, report: ShownReport, reader: Reader): Promise<Bytes> {
  return (await inLine(() => runTask(config, 'report', { sheet: reportSheet(report, reader) }))).pdf
}
