import { sentence } from '../audit/sentence.ts'
import type { FoundEntry } from '../audit/search.ts'
import type { EventType } from '../audit/event.ts'
import { openAuthority } from '../authority/authority.ts'
import { listHouse, newestOf } from '../authority/certificates.ts'
import type { KeyStore } from '../authority/key-store.ts'
import { algorithmName, pairs } from '../authority/overview.ts'
import { hex } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { newDocumentId } from '../base/document-id.ts'
import type { Clock, Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { VERSION } from '../base/version.ts'
import type { Config } from '../config/config.ts'
import type { Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { initialsOf } from '../envelope/completion.ts'
import { fingerprintOf } from '../pki/certificate.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { runTask } from '../sandbox/run.ts'
import { prepareAndCertify } from '../seal/certifying.ts'
import { sealPicture } from '../seal/seal-picture.ts'
import { sealDocument } from '../seal/sealing.ts'
import { defaultLegalEntity } from '../setting/legal-entity.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { readObject } from '../store/object.ts'
import { trustOf } from '../verification/uploaded.ts'
import { formatsFor } from '../view/formats.ts'
import { fill, words } from '../view/words.ts'
import { namesOf } from './names.ts'

export interface KeyCeremonyTools {
  readonly db: Db
  readonly config: Config
  readonly keys: KeyStore
  readonly clock: Clock
}

/** Acts upon the authority's keys, of which a sealed record can be had. */
export const KEY_ACTS = [
  'authority.created',
  'authority.protection-changed',
  'authority.recovery-renewed',
  'authority.recovered',
  'authority.root-exported',
  'authority.root-removed',
  'authority.root-returned',
  'authority.key-destroyed',
  'authority.sub-requested',
  'authority.sub-adopted',
  'authority.own-seal-adopted',
  'authority.own-seal-laid-down',
  'certificate.renewed',
] as const satisfies readonly EventType[]

export interface KeyAct {
  readonly seq: number
  readonly at: Instant
  readonly who: string
  readonly what: string
}

/** The newest acts first, as the audit log holds them. */
export async function listKeyActs(db: Db, language: Language, most = 50): Promise<KeyAct[]> {
  const leaves = await db
    .selectFrom('auditLeaf')
    .select(['seq', 'entry'])
    .where('type', 'in', KEY_ACTS)
    .orderBy('seq', 'desc')
    .limit(most)
    .execute()
  return Promise.all(leaves.map(({ seq, entry }) => told(db, language, { ...(JSON.parse(entry) as FoundEntry), seq, clear: {} })))
}

async function told(db: Db, language: Language, entry: FoundEntry): Promise<KeyAct> {
  const names = await namesOf(db, [entry.actor])
  const { actors } = words(language).console.audit
  const who = 'id' in entry.actor ? (names.get(entry.actor.id) ?? entry.actor.id) : actors[entry.actor.kind]
  const purposes: Readonly<Record<string, string>> = words(language).authority.purposes
  const purpose = entry.detail?.['purpose']
  const detail = { ...entry.detail, ...(purpose ? { purpose: purposes[String(purpose)] ?? null } : {}) }
  return { seq: entry.seq, at: entry.at, who, what: sentence(language, { ...entry, detail }) }
}

const rowOf = (seq: number): string => `key_act_${seq}`

export const findKeyRecord = async (db: Db, seq: number): Promise<Digest | null> =>
  (await db.selectFrom('keyCeremony').select('objectDigest').where('id', '=', rowOf(seq)).executeTakeFirst())?.objectDigest ?? null

/**
 * The record of one act: what was done, by whom and when, where the audit log holds it, and every certificate of the authority as it stood then. A PDF
 * sealed like a finished document, judged by our own verifier before it is kept; made once, the same ever after.
 */
export async function makeKeyRecord(tools: KeyCeremonyTools, language: Language, seq: number): Promise<Digest> {
  const { db, config, keys, clock } = tools
  const leaf = await db.selectFrom('auditLeaf').select(['entry', 'type', 'hash']).where('seq', '=', seq).executeTakeFirst()
  if (!leaf || !(KEY_ACTS as readonly string[]).includes(leaf.type)) throw new Refusal('not_found', 'page.not-found')
  const known = await findKeyRecord(db, seq)
  if (known) return known
  const entity = await defaultLegalEntity(db)
  if (!entity) throw new Refusal('conflict', 'setup.incomplete')
  const authority = await openAuthority({ db, keys, clock })
  const act = await told(db, language, { ...(JSON.parse(leaf.entry) as FoundEntry), seq, clear: {} })
  const installation = await readSetting(db, 'installation')
  const { public: origin } = originsOf(config, installation)
  const formats = formatsFor(language, installation.timeZone)
  const w = words(language)
  const at = clock()
  const sealTools = { db, config, authority }
  const [, certified] = await prepareAndCertify(
    sealTools,
    at,
    {
      source: null,
      removeActive: true,
      title: act.what,
      documentId: newDocumentId(),
      verifyUrl: `${origin}/verify`,
      language,
      pageOf: w.completion.pageOf,
      company: { name: entity.legalName },
      siblings: [],
      fields: [],
      words: {
        title: w.authority.records.title,
        documentId: w.completion.documentId,
        recipients: w.authority.records.certificates,
        seal: w.completion.seal,
        siblings: '',
        scan: w.completion.scan,
        check: [w.authority.records.check],
      },
      facts: [
        { label: w.authority.records.what, value: act.what },
        { label: w.authority.records.when, value: formats.exact(act.at) },
        { label: w.authority.records.who, value: act.who },
        { label: w.authority.records.entry, value: `${seq} · ${hex(leaf.hash)}` },
        { label: w.authority.records.program, value: `Paraphe ${VERSION} · Bun ${Bun.version}` },
        ...(await fingerprintsAt(db, act.at, w.authority.purposes)),
      ],
      recipients: await certificatesAt(db, act.at, language, installation.timeZone),
    },
    1,
  )
  const appearance = sealPicture(fontSet(), certified.head, {
    initials: initialsOf(entity.legalName),
    title: fill(w.completion.sealedBy, { company: entity.legalName }),
    lines: [fill(w.completion.sealedAt, { at: formats.exact(at) })],
  })
  const sealed = (await sealDocument(sealTools, clock, certified, { name: entity.legalName, appearance })).at(-1)!
  const pdf = await readObject(db, sealed.object.digest)
  const report = await runTask(config, 'verify', { pdf, ...(await trustOf(db)), at: clock() }, { pages: 2 })
  if (report.answer !== 'genuine') throw new Error(`the record of entry ${seq} is ${report.answer}: ${report.faults.join(' ')}`)
  await db
    .insertInto('keyCeremony')
    .values({ id: rowOf(seq), kind: leaf.type, objectDigest: sealed.object.digest, createdAt: clock() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await findKeyRecord(db, seq))!
}

const ORDER = ['root', 'issuing', 'seal', 'tsa', 'ocsp'] as const

/** As the house stood at that moment. */
async function houseAt(db: Db, at: Instant) {
  const all = (await listHouse(db)).filter(({ createdAt }) => createdAt <= at)
  const current = newestOf(all.map((one) => ({ ...one, revokedAt: one.revokedAt && one.revokedAt <= at ? one.revokedAt : null })))
  return ORDER.flatMap((purpose) => current[purpose] ?? [])
}

async function fingerprintsAt(db: Db, at: Instant, purposes: Readonly<Record<string, string>>) {
  const held = await houseAt(db, at)
  return Promise.all(
    held
      .filter(({ purpose }) => purpose === 'root' || purpose === 'issuing')
      .map(async ({ purpose, der }) => ({ label: `${purposes[purpose]} · SHA-256`, value: await fingerprintOf(der) })),
  )
}

async function certificatesAt(db: Db, at: Instant, language: Language, timeZone: string) {
  const { authority } = words(language)
  const formats = formatsFor(language, timeZone)
  return (await houseAt(db, at)).map(({ subject, purpose, spki, serialHex, notAfter }, index) => ({
    name: `K${index + 1}`,
    title: `${authority.purposes[purpose]} · ${subject.commonName}`,
    subtitle: `${algorithmName(spki)} · ${fill(authority.validUntil, { date: formats.date(notAfter) })} · ${pairs(serialHex)}`,
    signs: false,
  }))
}
