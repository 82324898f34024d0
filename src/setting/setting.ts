import type { Colour } from '../base/colour.ts'
import type { Instant } from '../base/instant.ts'
import { type Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Language } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

/** Everything that the console decides, each with its value before anybody has decided. */
export interface Settings {
  installation: { setUpAt: Instant | null; language: Language; timeZone: string; staffUrl: string | null; publicUrl: string | null }
  limits: { uploadBytes: number; pages: number; linkDays: number }
  reminders: { firstAfterDays: number; everyDays: number; most: number; workingDays?: boolean }
  /** Days on which nobody is at work, besides Saturdays and Sundays: those of France, reckoned, and the company's own. */
  holidays: { french: boolean; own: readonly { readonly day: string; readonly name: string }[] }
  secondFactor: { policy: SecondFactorPolicy }
  email: EmailSetting | null
  sms: SmsSetting | null
  /** Who keeps checkpoints of the audit log outside this machine: a file on another volume, an address, how often it is written to. */
  witness: { file: string | null; email: string | null; everyHours: number }
  /** Other clocks than the house's own, asked in their order, and what happens when none answers. */
  timeStamping: {
    authorities: readonly OutsideAuthority[]
    fallback: 'internal' | 'none'
    /** Of every authority that was ever in the list: DER as base64. */
    roots: readonly string[]
  }
  /** Whom alarms are told to; nobody named: everybody who may change the settings. */
  alarms: { emails: readonly string[] }
  /** The company's colour, `#rrggbb`; null: the house's own ink. */
  appearance: { colour: Colour | null }
  /** The company's own words in messages, by language and kind; what is not there is said as the house says it. */
  ownTexts: { readonly [language in Language]?: { readonly [kind in string]?: OwnText } }
  /** Where stored files are kept outside the database, as it is shown; null: in it. */
  objects: { place: string | null }
  /** Where and when backups are made, how many stay, and the key that they are sealed to; null: nobody has chosen a passphrase. */
  backup: BackupSetting
  /**
   * `only`: passwords of the house open nothing any more, but that of the break-glass administrator. `testedAt`: when that password was last shown
   * to be known.
   */
  signOn: { only: boolean; breakGlassUserId: string | null; testedAt: Instant | null }
  /** Whose signers are known here besides our own: roots as DER in base64, each with its SHA-256 in hexadecimal. */
  otherAuthorities: { roots: readonly { readonly der: string; readonly fingerprint: string }[] }
  /** Pages of others, by origin, that may show the signing inside them. */
  embedding: { origins: readonly string[] }
  /** Tokens of the API: whether people make their own, how long one lives, whether one may live without end, requests a minute for each. */
  api: { personal: boolean; longestDays: number; endless: boolean; perMinute: number }
}

/** Whom a second factor is asked of: nobody, whoever has one, whoever administers (who must have one), everybody. */
export const SECOND_FACTOR_POLICIES = ['off', 'optional', 'administrators', 'everybody'] as const
export type SecondFactorPolicy = (typeof SECOND_FACTOR_POLICIES)[number]

export interface BackupSetting {
  /** Null: none are made by themselves. */
  readonly folder: string | null
  /** The hour of the house's time zone at which the day's backup begins. */
  readonly hour: number
  readonly daily: number
  readonly weekly: number
  readonly monthly: number
  /** A newest backup that is older raises the alarm. */
  readonly alarmHours: number
  /** The public half seals; the private half stands under the recovery passphrase. All in base64, the id in hexadecimal. */
  readonly recovery: { readonly id: string; readonly publicKey: string; readonly salt: string; readonly wrapped: string } | null
}

/** Sentences with `{placeholders}`, never templates. Empty or absent: the house's own sentence. */
export interface OwnText {
  readonly subject?: string
  readonly heading?: string
  readonly text?: string
  readonly button?: string
  readonly sms?: string
}

/** A time-stamp authority of somebody else (RFC 3161). */
export interface OutsideAuthority {
  readonly id: string
  readonly name: string
  readonly url: string
  /** DER as base64. */
  readonly roots: readonly string[]
}

export interface EmailSetting {
  readonly host: string
  readonly port: number
  readonly security: 'none' | 'starttls' | 'tls'
  readonly user: string | null
  /** Sealed with the key outside the database, base64. */
  readonly sealedPassword: string | null
  readonly fromAddress: string
  readonly fromName: string
  readonly caPem: string | null
}

export interface SmsSetting {
  readonly preset: string
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly from: string
  /** Header lines and body, with {to} {text} {from}; sealed with the key outside the database, base64. */
  readonly sealedHeaders: string
  readonly body: string
  readonly successContains: string
}

export const DEFAULTS: Settings = {
  installation: {
    setUpAt: null,
    language: 'en',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    staffUrl: null,
    publicUrl: null,
  },
  limits: { uploadBytes: 100_000_000, pages: 2_000, linkDays: 14 },
  reminders: { firstAfterDays: 3, everyDays: 3, most: 10 },
  holidays: { french: false, own: [] },
  secondFactor: { policy: 'optional' },
  embedding: { origins: [] },
  email: null,
  sms: null,
  witness: { file: null, email: null, everyHours: 24 },
  timeStamping: { authorities: [], fallback: 'internal', roots: [] },
  alarms: { emails: [] },
  appearance: { colour: null },
  ownTexts: {},
  signOn: { only: false, breakGlassUserId: null, testedAt: null },
  otherAuthorities: { roots: [] },
  objects: { place: null },
  backup: { folder: null, hour: 2, daily: 7, weekly: 5, monthly: 12, alarmHours: 36, recovery: null },
  api: { personal: true, longestDays: 365, endless: false, perMinute: 300 },
}

export async function readSetting<K extends keyof Settings>(db: Db, key: K): Promise<Settings[K]> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  if (!row) return DEFAULTS[key]
  const value = JSON.parse(row.value) as Settings[K]
  const otherwise = DEFAULTS[key]
  return otherwise && value ? { ...otherwise, ...value } : value
}

export async function writeSetting<K extends keyof Settings>(tx: Tx, act: Act, key: K, value: Settings[K]): Promise<void> {
  const row = { key, value: JSON.stringify(value), updatedAt: act.at }
  await tx
    .insertInto('setting')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: row.value, updatedAt: act.at }))
    .execute()
  await append(tx, act, { type: 'setting.changed', detail: { name: key } })
}
