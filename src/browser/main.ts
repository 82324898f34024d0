import { openDesk } from './desk.ts'
import { serveJudgements } from './judge.ts'
import { startPage } from './page.ts'

/** One script is both the page's and the worker's, so that the file that verifies by itself holds it once. */
if (typeof document === 'undefined') serveJudgements(globalThis as unknown as Parameters<typeof serveJudgements>[0])
else {
  const desk = openDesk()
  if (desk) startPage(desk, desk.form.dataset)
}
