import { z } from 'zod'
import type { Actor } from '../../audit/act.ts'
import { latestCheckpoint } from '../../audit/checkpoint.ts'
import { EVENT_TYPES, type EventNoun, type EventType } from '../../audit/event.ts'
import { keyFingerprint } from '../../audit/exporting.ts'
import { compareWithKept, keptCheckpointIn } from '../../audit/kept.ts'
import { kindName } from '../../audit/kind-name.ts'
import { searchTrail, type TrailSearch } from '../../audit/search.ts'
import { sentence } from '../../audit/sentence.ts'
import { DAY, later } from '../../base/instant.ts'
import { readDay } from '../../base/day.ts'
import { readSetting } from '../../setting/setting.ts'
import { namesOf, titlesOf, tokenNamesOf } from '../../upkeep/names.ts'
import { instantAt, localTime } from '../../view/local-time.ts'
import { words } from '../../view/words.ts'
import { readsAudit } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'

const text = z.string().trim().max(200).catch('')
const day = z
  .string()
  .transform((typed) => readDay(typed) ?? '')
  .catch('')
const number = z.coerce.number().int().positive().optional().catch(undefined)
const NOUNS = [...new Set(EVENT_TYPES.map((type) => type.split('.')[0] as EventNoun))]

/** What the page asks for; each stays in the address, so that a search can be kept and sent. */
export const AuditQuery = z.object({
  person: text,
  envelope: text,
  type: z.enum([...EVENT_TYPES, ...NOUNS, '']).catch(''),
  from: day,
  to: day,
})
export type AuditQuery = z.output<typeof AuditQuery>
const Place = z.object({ before: number, after: number })

/** Days are those of the house's clock on the wall, both included. */
export function searchOf({ person, envelope, type, from, to }: AuditQuery, timeZone: string): TrailSearch {
  const start = from && instantAt({ day: from, time: '00:00' }, timeZone)
  const last = to && instantAt({ day: to, time: '00:00' }, timeZone)
  // A day may have 23 or 25 hours: the next one begins where its own midnight is.
  const end = last && instantAt({ day: localTime(later(last, 1.25 * DAY), timeZone).day, time: '00:00' }, timeZone)
  return {
    person: person || undefined,
    envelope: envelope || undefined,
    type: type || undefined,
    from: start || undefined,
    to: end || undefined,
  }
}

export const consoleAudit = createApp().get('/console/audit', readsAudit, async (c) => {
  const { db, config, keys } = c.var.house
  const query = AuditQuery.parse(c.req.query())
  const { timeZone } = await readSetting(db, 'installation')
  const { entries, older, newer } = await searchTrail(db, { ...searchOf(query, timeZone), ...Place.parse(c.req.query()) })
  const [names, tokens, titles, checkpoint, { standing, size }] = await Promise.all([
    namesOf(
      db,
      entries.map(({ actor }) => actor),
    ),
    tokenNamesOf(
      db,
      entries.map(({ actor }) => actor),
    ),
    titlesOf(
      db,
      entries.map(({ envelopeId }) => envelopeId),
    ),
    latestCheckpoint(db),
    compareWithKept(db, keptCheckpointIn(config.auditCheckpoint)),
  ])
  const signsOn = standing === 'first' || standing === 'good'
  const unsigned = (await keyFingerprint(db)) === null ? 'none' : keys.isLocked() ? 'locked' : signsOn ? 'soon' : 'stopped'
  return c.html(
    await c.var.render('console/audit/index', {
      entries: entries.map((entry) => ({
        seq: entry.seq,
        at: entry.at,
        // As they were called then: a recipient's place may have gone to somebody else since.
        who: (entry.actor.kind === 'recipient' && (entry.clear['from'] ?? entry.clear['name'])) || nameOf(c, names, entry.actor, tokens),
        isPerson: 'id' in entry.actor && names.has(entry.actor.id),
        what: sentence(c.var.lang, entry),
        envelope: entry.envelopeId ? { id: entry.envelopeId, title: titles.get(entry.envelopeId) ?? entry.envelopeId } : null,
        ip: entry.clear['ip'] ?? null,
      })),
      query,
      isFiltered: Object.values(query).some(Boolean),
      choices: choicesFor(c),
      older,
      newer,
      log: { size, standing, signed: checkpoint && { size: checkpoint.size, at: checkpoint.at }, unsigned },
    }),
  )
})

/** Behind a program's name the token by which it asked. */
export function nameOf(c: Ctx, names: ReadonlyMap<string, string>, actor: Actor, tokens: ReadonlyMap<string, string> = new Map()): string {
  const { actors } = words(c.var.lang).console.audit
  const name = ('id' in actor && names.get(actor.id)) || actors[actor.kind]
  return actor.kind === 'user' && actor.token ? `${name} · ${tokens.get(actor.token) ?? actor.token}` : name
}
/** Every type under its noun. */
function choicesFor(c: Ctx): { noun: EventNoun; told: string; types: { type: EventType; told: string }[] }[] {
  const { console } = words(c.var.lang)
  const told: Readonly<Record<EventNoun, string>> = console.audit.nouns
  return NOUNS.map((noun) => ({
    noun,
    told: told[noun],
    types: EVENT_TYPES.filter((type) => type.startsWith(`${noun}.`)).map((type) => ({ type, told: kindName(c.var.lang, type) })),
  })).sort((a, b) => a.told.localeCompare(b.told, c.var.lang))
}
