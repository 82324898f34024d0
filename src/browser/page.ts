import { type Bytes, fromBase64 } from '../base/bytes.ts'
import { instant } from '../base/instant.ts'
import { listAtHand, listedIn } from '../verification/listed.ts'
import type { RegisterEntry } from '../verification/register.ts'
import { digestsOf, lastIntact, shown } from '../verification/shown.ts'
import type { VerificationReport } from '../verification/verdict/report.ts'
import { canVerify } from './asking.ts'
import { type Desk, offerData, say, show, verifyHere } from './desk.ts'
import { acceptDrops } from './dropping.ts'
import { type Language, reportHtml, sentences } from './render.ts'

/** The verification page: judges in the visitor's browser and asks the server what its register says. The form is sent where that cannot be. */
export function startPage(desk: Desk, settings: DOMStringMap): void {
  const language = document.documentElement.lang as Language
  const { proof: p } = sentences(language)
  const note = desk.form.querySelector<HTMLElement>('[data-where]')!
  const isAble = canVerify()
  acceptDrops(
    () => desk.form,
    (form) => form.requestSubmit(),
  )
  note.textContent = isAble ? p.here : p.plain
  if (!isAble) return
  // The visitor's clock may be wrong; that of the house says how wrong.
  const late = Date.parse(settings['now']!) - Date.now()
  const certificates = (text = ''): Bytes[] => text.split(' ').filter(Boolean).map(fromBase64)
  const trust = {
    roots: certificates(settings['roots']),
    otherRoots: certificates(settings['otherRoots']),
    timeStampRoots: certificates(settings['timeStampRoots']),
  }
  const lists = (JSON.parse(settings['lists']!) as { issuer: string; der: string }[]).map(listAtHand)
  const workerUrl = settings['worker']!

  const verify = async (file: File): Promise<void> => {
    const report = await verifyHere(desk, language, file, { workerUrl, ...trust, at: instant(Date.now() + late) }).catch(giveUp)
    if (!report) return
    say(desk, p.asking)
    const register = await askRegister(desk, report)
    say(desk, '')
    const listed = listedIn(report, lists)
    show(desk, reportHtml(language, settings['timeZone']!, shown(report, register, listed)))
    document.querySelector<HTMLElement>('[data-unasked]')!.hidden = register !== undefined
    offerData(document.querySelector<HTMLButtonElement>('[data-json]')!, language, {
      report,
      ...(register === undefined ? {} : { register }),
      listed,
    })
    document.querySelector<HTMLElement>('[data-changed]')!.hidden = !lastIntact(report)
    for (const part of document.querySelectorAll<HTMLElement>('[data-finish]')) part.hidden = false
  }
  // What fails here, the server can still do: the next press of the button sends the file.
  let hasFailed = false
  const giveUp = (): null => {
    hasFailed = true
    say(desk, p.accident)
    note.textContent = p.sent
    desk.form.querySelector('[type="submit"]')!.textContent = p.send
    return null
  }
  desk.form.addEventListener('submit', (event) => {
    const file = desk.input.files?.[0]
    // A button that says so sends the file: for the report as PDF.
    if (hasFailed || !file || event.submitter?.hasAttribute('formaction')) return
    event.preventDefault()
    void verify(file)
  })
}

/** By digests alone. Undefined where there was no answer. */
async function askRegister(desk: Desk, report: VerificationReport): Promise<RegisterEntry | null | undefined> {
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')!.content
  try {
    const answer = await fetch(`${desk.form.action}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrf': csrf },
      body: JSON.stringify({ digests: digestsOf(report) }),
    })
    return answer.ok ? ((await answer.json()) as { register: RegisterEntry | null }).register : undefined
  } catch {
    return undefined
  }
}
