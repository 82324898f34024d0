import type { Carried } from '../verification/carried.ts'
import { startAlone } from './alone.ts'
import { openDesk } from './desk.ts'
import { serveJudgements } from './judge.ts'
import { startPage } from './page.ts'

/** One script is both the page's and the worker's, so that the file that verifies by itself holds it once. */
if (typeof document === 'undefined') serveJudgements(globalThis as unknown as Parameters<typeof serveJudgements>[0])
else {
  const place = document.querySelector<HTMLElement>('[data-alone]')
  const text = (id: string): string => document.getElementById(id)?.textContent ?? ''
  const desk = openDesk()
  if (place) startAlone(place, JSON.parse(text('carried')) as Carried, text('script'))
  else if (desk) startPage(desk, desk.form.dataset)
}
