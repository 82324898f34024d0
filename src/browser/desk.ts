import type { VerificationReport } from '../verification/verdict/report.ts'
import { ask, type Asking } from './asking.ts'
import type { Progress, Question } from './judge.ts'
import { fill, type Language, sentences } from './render.ts'

/** The form in which a file is chosen, with what it shows while one is verified. */
export interface Desk {
  readonly form: HTMLFormElement
  readonly input: HTMLInputElement
  /** Where the report is put; the elements with `data-start` give way to it. */
  readonly result: HTMLElement
}

const part = <E extends Element>(desk: Desk, selector: string): E => desk.form.querySelector<E>(selector)!

export function openDesk(): Desk | null {
  const form = document.querySelector<HTMLFormElement>('form[data-verify]')
  const input = form?.querySelector<HTMLInputElement>('input[type="file"]')
  const result = document.querySelector<HTMLElement>('[data-result]')
  return form && input && result ? { form, input, result } : null
}

export const say = (desk: Desk, text: string): void => void (part(desk, '[data-state]').textContent = text)

const sentence = (progress: Progress, name: string, language: Language): string => {
  const { proof: p } = sentences(language)
  return progress.step === 'judging' ? fill(p.judging, { name }) : fill(p[progress.step], { name, percent: progress.percent })
}

/** Verifies the chosen file, showing how far it is. Null where the visitor cancelled; throws where this browser cannot do it. */
export async function verifyHere(
  desk: Desk,
  language: Language,
  file: File,
  { workerUrl, ...how }: Omit<Question, 'file'> & { readonly workerUrl: string },
): Promise<VerificationReport | null> {
  const { proof: p } = sentences(language)
  const bar = part<HTMLProgressElement>(desk, '[data-progress]')
  const cancel = part<HTMLButtonElement>(desk, '[data-cancel]')
  const submit = part<HTMLButtonElement>(desk, '[type="submit"]')
  const busy = (isBusy: boolean): void => {
    bar.hidden = cancel.hidden = !isBusy
    submit.disabled = desk.input.disabled = isBusy
  }
  const onProgress = (progress: Progress): void => {
    say(desk, sentence(progress, file.name, language))
    if (progress.step === 'judging') bar.removeAttribute('value')
    else bar.value = progress.percent
  }
  busy(true)
  onProgress({ step: 'reading', percent: 0 })
  const asking: Asking = ask(workerUrl, { file, ...how }, onProgress)
  cancel.onclick = () => asking.cancel()
  try {
    const report = await asking.report
    say(desk, report ? '' : p.cancelled)
    return report
  } finally {
    busy(false)
  }
}

/** The report in place of the form; whoever listens to the page hears the verdict first. */
export function show(desk: Desk, html: string): void {
  desk.result.innerHTML = html
  desk.result.hidden = false
  for (const part of document.querySelectorAll<HTMLElement>('[data-start]')) part.hidden = true
  const verdict = desk.result.querySelector<HTMLElement>('[data-verdict]')
  if (!verdict) return
  document.title = verdict.textContent
  scrollTo(0, 0)
  verdict.focus({ preventScroll: true })
}

/** The report as data, as the server answers it, into a file on this machine. */
export function offerData(
  button: HTMLButtonElement,
  language: Language,
  data: { readonly report: VerificationReport; readonly listed?: unknown },
): void {
  button.onclick = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([`${JSON.stringify(data, null, 2)}\n`], { type: 'application/json' }))
    link.download = `${sentences(language).proof.sheet.fileName}.json`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
}

export function startAgain(desk: Desk, title: string): void {
  desk.result.hidden = true
  desk.result.replaceChildren()
  for (const part of document.querySelectorAll<HTMLElement>('[data-start]')) part.hidden = false
  desk.input.value = ''
  document.title = title
  desk.input.focus()
}
