import { fromBase64 } from '../base/bytes.ts'
import { instant } from '../base/instant.ts'
import type { Carried } from '../verification/carried.ts'
import { listAtHand, listedIn } from '../verification/listed.ts'
import { shown } from '../verification/shown.ts'
import type { VerificationReport } from '../verification/verdict/report.ts'
import { canVerify } from './asking.ts'
import { offerData, openDesk, say, show, startAgain, verifyHere } from './desk.ts'
import { acceptDrops } from './dropping.ts'
import { aloneHtml, type Language, reportHtml, sentences } from './render.ts'

/** A clock that is this much behind the making of this file is wrong. */
const TOLERATED = 5 * 60_000

/** The file that verifies by itself: everything on this machine, with the roots and lists that it carries. */
export function startAlone(place: HTMLElement, carried: Carried, script: string): void {
  const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  const trust = {
    roots: carried.roots.map(({ der }) => fromBase64(der)),
    otherRoots: carried.otherRoots.map(fromBase64),
    timeStampRoots: carried.timeStampRoots.map(fromBase64),
  }
  const lists = carried.lists.map(listAtHand)
  const workerUrl = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  let language: Language = navigator.language.startsWith('fr') ? 'fr' : 'en'
  let report: VerificationReport | null = null

  const draw = (): void => {
    document.documentElement.lang = language
    const isAble = canVerify()
    const isEarly = Date.now() < Date.parse(carried.madeAt) - TOLERATED
    const isOld = carried.lists.some(({ nextUpdate }) => Date.parse(nextUpdate) < Date.now())
    place.innerHTML = aloneHtml(language, timeZone, { carried, isAble, isEarly, isOld })
    const title = `${sentences(language).verify.title} · ${carried.companies[0] ?? ''}`
    document.title = title
    for (const button of place.querySelectorAll<HTMLButtonElement>('[data-language]'))
      button.onclick = () => {
        language = button.dataset['language'] as Language
        draw()
        place.querySelector<HTMLElement>(`[data-language="${language}"]`)?.focus()
      }
    const desk = openDesk()!
    const finish = place.querySelector<HTMLElement>('[data-finish]')!
    const present = (made: VerificationReport): void => {
      show(desk, reportHtml(language, timeZone, shown(made, undefined, listedIn(made, lists))))
      offerData(place.querySelector<HTMLButtonElement>('[data-json]')!, language, { report: made })
      finish.hidden = false
    }
    desk.form.onsubmit = (event) => {
      event.preventDefault()
      const file = desk.input.files?.[0]
      if (file && isAble)
        void verifyHere(desk, language, file, { workerUrl, ...trust, at: instant(Date.now()) }).then(
          (made) => made && present((report = made)),
          () => say(desk, sentences(language).proof.alone.accident),
        )
    }
    place.querySelector<HTMLButtonElement>('[data-print]')!.onclick = () => print()
    place.querySelector<HTMLButtonElement>('[data-again]')!.onclick = () => {
      report = null
      finish.hidden = true
      startAgain(desk, title)
    }
    if (report) present(report)
  }
  draw()
  acceptDrops(
    () => place.querySelector<HTMLFormElement>('form[data-verify]:not([hidden])'),
    (form) => form.requestSubmit(),
  )
}
