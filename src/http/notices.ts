import { unseenUses } from '../access/sign-on/only.ts'
import { troubledSources } from '../access/sign-on/round.ts'
import { certificateLives } from '../authority/lives.ts'
import type { Instant } from '../base/instant.ts'
import type { House } from '../house.ts'
import { readSetting } from '../setting/setting.ts'
import { backupState } from '../upkeep/backup/runs.ts'
import type { AlarmCause } from '../upkeep/alarms/causes.ts'
import { listAlarms } from '../upkeep/alarms/raising.ts'
import { witnessFailure } from '../upkeep/witness.ts'
import { countFaults } from '../vault/faults.ts'
import { ageingStamps } from '../vault/re-time-stamping.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, type Language, words } from '../view/words.ts'
import type { ConsolePage } from './console.ts'
import type { Notice } from './env.ts'

/** Alarms of which a notice of its own speaks, with what is needed to put it right. */
const TOLD_OTHERWISE = new Set<AlarmCause>(['keys-locked', 'certificates', 'vault', 'backup'])

/** What whoever can put it right is told on every page until it is. */
export async function noticesFor({ db, keys }: House, lang: Language, at: Instant, pages: readonly ConsolePage[]): Promise<Notice[]> {
  const { console: told, authority } = words(lang)
  const lives = await certificateLives(db, at)
  const href = '/console/authority'
  const notices: Notice[] = []
  if (keys.isLocked() && lives.length) notices.push({ kind: 'stop', text: told.notices.locked, href })
  const { date } = formatsFor(lang, (await readSetting(db, 'installation')).timeZone)
  for (const { purpose, warning, usableUntil } of lives) {
    if (warning === null) continue
    const sentence = warning === 0 ? told.notices.over : told.notices.ending
    const text = fill(sentence, { purpose: authority.purposes[purpose], date: date(usableUntil) })
    notices.push({ kind: warning <= 7 ? 'stop' : 'wait', text, href })
  }
  if ((await ageingStamps(db, at)).ended) notices.push({ kind: 'stop', text: told.notices.unstamped, href: '/console/health' })
  if (await countFaults(db)) notices.push({ kind: 'stop', text: told.notices.vault, href: '/console/vault' })
  if ((await backupState(db, at)).isTooOld) notices.push({ kind: 'stop', text: told.notices.backup, href: '/console/backup' })
  if (await witnessFailure(db)) notices.push({ kind: 'wait', text: told.notices.witness, href: '/console/audit/witness' })
  for (const { cause } of (await listAlarms(db)).open)
    if (!TOLD_OTHERWISE.has(cause))
      notices.push({
        kind: 'stop',
        text: fill(words(lang).alarms.notice, { title: words(lang).alarms.causes[cause].title }),
        href: '/console/alarms',
      })
  if ((await unseenUses(db)).length) notices.push({ kind: 'stop', text: words(lang).signOn.console.notice, href: '/console/sign-on' })
  for (const { id, name, outcome } of await troubledSources(db)) {
    const text = fill(outcome === 'held' ? words(lang).signOn.console.held : words(lang).signOn.console.silent, { name })
    notices.push({ kind: 'stop', text, href: `/console/sign-on/sources/${id}` })
  }
  return notices.filter((notice) => pages.some((page) => notice.href.startsWith(`/console/${page}`)))
}
