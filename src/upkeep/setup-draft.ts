import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import type { Instant } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Language } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

/** What the set-up has been told so far. It is no installation yet: nothing of it counts before the last step. */
export interface SetupDraft {
  readonly company?: CompanyAnswers
  readonly administrator?: AdministratorAnswers
  readonly addresses?: AddressAnswers
  /** Null: skipped. */
  readonly email?: EmailAnswers | null
}

export interface CompanyAnswers {
  readonly legalName: string
  readonly country: string
  readonly address: string
  readonly registrationNumber: string
  readonly vatNumber: string
  readonly logoDigest: Digest | null
}

export interface AdministratorAnswers {
  /** Of the user whom they will be: what the founding does is done by them, from the first key on. */
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly jobTitle: string
  readonly email: string
  readonly passwordHash: string
}

export interface AddressAnswers {
  readonly language: Language
  readonly timeZone: string
  readonly staffUrl: string
  readonly publicUrl: string
}

export interface EmailAnswers {
  readonly host: string
  readonly port: number
  readonly security: 'none' | 'starttls' | 'tls'
  readonly user: string
  readonly password: string
  readonly fromAddress: string
  readonly fromName: string
  readonly caPem: string
}

const KEY = 'setup-draft'

export async function readDraft(db: Db, secretKey: SecretKey): Promise<SetupDraft> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', KEY).executeTakeFirst()
  if (!row) return {}
  return JSON.parse(fromUtf8(secretKey.open('setup', KEY, fromBase64(row.value)))) as SetupDraft
}

/** Sealed, because a password of the mail server may be in it. */
export async function keepDraft(db: Db, secretKey: SecretKey, at: Instant, answers: SetupDraft): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const draft = { ...(await readDraft(tx, secretKey)), ...answers }
    const row = { key: KEY, value: base64(secretKey.seal('setup', KEY, utf8(JSON.stringify(draft)))), updatedAt: at }
    await tx
      .insertInto('setting')
      .values(row)
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: row.value, updatedAt: at }))
      .execute()
  })
}

export const forgetDraft = (tx: Tx): Promise<unknown> => tx.deleteFrom('setting').where('key', '=', KEY).execute()
