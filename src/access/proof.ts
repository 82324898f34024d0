import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { ProofMethod, UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { clearAttempts, CODES_PER_DAY, reserve } from './attempts.ts'
import { type PasskeySite, usePasskey } from './passkeys.ts'
import { factorBucket } from './second-factor.ts'
import type { Session } from './session.ts'
import { originOf } from './sign-on/owned.ts'
import { confirmPassword, type SignInTools } from './sign-in.ts'
import { hasTotp, useTotp } from './totp.ts'

/** So long it is taken that whoever proved who they are still sits there. */
export const PROOF_LASTS = 10 * MINUTE

export const isProofFresh = ({ provedAt }: Pick<Session, 'provedAt'>, at: Instant): boolean =>
  provedAt !== null && at < later(provedAt, PROOF_LASTS)

/** By what somebody can show that it is they. */
export interface ProofWays {
  readonly password: boolean
  readonly code: boolean
  readonly passkeys: boolean
  /** Whoever comes from a provider is asked there again. */
  readonly provider: { readonly id: string; readonly name: string } | null
}

export async function proofWaysOf(db: Db, user: UserRow): Promise<ProofWays> {
  const passkey = await db.selectFrom('passkey').select('id').where('userId', '=', user.id).executeTakeFirst()
  const origin = await originOf(db, user.id)
  return {
    password: user.passwordHash !== null || origin?.kind === 'ldap',
    code: await hasTotp(db, user.id),
    passkeys: passkey !== undefined,
    provider: origin?.kind === 'oidc' ? { id: origin.sourceId, name: origin.name } : null,
  }
}

/** What was typed or signed to show who sits there; the first that is there counts. */
export type Proof = { readonly password: string } | { readonly code: string } | PasskeyProof
interface PasskeyProof {
  readonly site: PasskeySite
  /** What the browser answered, as JSON. */
  readonly passkey: string
}

/** Shows that it is they; from now on the session is fresh. Tries are counted by account, and every refusal is told in the log. */
export async function prove(tools: SignInTools, act: Act, user: UserRow, sessionId: string, proof: Proof): Promise<void> {
  try {
    if ('password' in proof) {
      await confirmPassword(tools, act, user, proof.password)
      await tools.db.transaction().execute((tx) => recordProof(tx, act, sessionId, 'password'))
    } else if ('passkey' in proof) await proveByPasskey(tools, act, user, sessionId, proof)
    else await proveByCode(tools, act, user, sessionId, proof.code)
  } catch (error) {
    if (error instanceof Refusal)
      await tools.db.transaction().execute((tx) => append(tx, act, { type: 'user.proof-refused', detail: { session: sessionId } }))
    throw error
  }
}

/** In the transaction that found the proof to be right; for a provider's answer too. */
export async function recordProof(tx: Tx, act: Act, sessionId: string, method: ProofMethod): Promise<void> {
  await tx.updateTable('userSession').set({ provedAt: act.at, provedBy: method }).where('id', '=', sessionId).execute()
  await append(tx, act, { type: 'user.proved', detail: { session: sessionId, method } })
}

async function proveByCode(tools: SignInTools, act: Act, user: UserRow, sessionId: string, code: string): Promise<void> {
  const bucket = factorBucket(tools, user.id)
  await reserve(tools.db, act.at, bucket, null, CODES_PER_DAY)
  const isRight = await tools.db.transaction().execute(async (tx) => {
    if (!(await useTotp(tx, tools.secretKey, act.at, user.id, code.replaceAll(/\s/g, '')))) return false
    await clearAttempts(tx, bucket)
    await recordProof(tx, act, sessionId, 'totp')
    return true
  })
  if (!isRight) throw new Refusal('invalid', 'second-factor.code-wrong')
}

const proveByPasskey = (
  { db, secretKey }: SignInTools,
  act: Act,
  user: UserRow,
  sessionId: string,
  { site, passkey }: PasskeyProof,
): Promise<void> =>
  db.transaction().execute(async (tx) => {
    const owner = await usePasskey(tx, { secretKey }, act.at, site, { purpose: 'proof', holder: sessionId }, passkey)
    if (owner.id !== user.id) throw new Refusal('invalid', 'passkey.refused')
    await recordProof(tx, act, sessionId, 'passkey')
  })
