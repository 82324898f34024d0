import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { Act } from '../audit/act.ts'
import { append, sha256 } from '../audit/trail.ts'
import { base64url, equalBytes, fromBase64url, fromUtf8, utf8 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { type Instant, instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { PasskeyTable, UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { hasSecondFactor } from './opening.ts'
import { fullName } from './roles.ts'
import { firstCodes, refuseWhereOff, removed } from './second-factor.ts'
import type { SignInTools } from './sign-in.ts'
import { tellOwner } from './telling.ts'

/** Where passkeys belong to: the host that staff type, and its origin. */
export interface PasskeySite {
  readonly rpId: string
  readonly origin: string
  readonly name: string
}

/** Browsers give a passkey to a name under https alone, and to localhost; neither to plain http nor to a bare address. Null: there are none here. */
export function passkeySite(staff: string, name: string): PasskeySite | null {
  const { protocol, hostname, origin } = new URL(staff)
  const isName = !/^[\d.]+$|^\[/.test(hostname)
  return isName && (protocol === 'https:' || hostname === 'localhost') ? { rpId: hostname, origin, name } : null
}

const CHALLENGE_LASTS = 5 * MINUTE
type Purpose = 'registration' | 'sign-in' | 'second-factor' | 'proof'

/**
 * A challenge is a moment, chance, and a code over both, the purpose and whom it was given to (a session, a half session, a visit): nothing is
 * stored until it comes back, and then that it was used.
 */
export interface Challenged {
  readonly purpose: Purpose
  readonly holder: string
}

function newChallenge(secretKey: SecretKey, at: Instant, { purpose, holder }: Challenged): Uint8Array<ArrayBuffer> {
  const stem = `${Date.parse(at).toString(36)}.${base64url(crypto.getRandomValues(new Uint8Array(16)))}`
  return utf8(`${stem}.${base64url(secretKey.authenticate('passkey', purpose, holder, stem))}`)
}

function isOwnChallenge(secretKey: SecretKey, at: Instant, { purpose, holder }: Challenged, challenge: string): boolean {
  const [moment = '', chance = '', mac = ''] = fromUtf8(fromBase64url(challenge)).split('.')
  const givenAt = instant(Number.parseInt(moment, 36))
  return (
    at < later(givenAt, CHALLENGE_LASTS) &&
    equalBytes(fromBase64url(mac), secretKey.authenticate('passkey', purpose, holder, `${moment}.${chance}`))
  )
}

export async function registrationOptions(
  db: Db,
  secretKey: SecretKey,
  at: Instant,
  site: PasskeySite,
  user: UserRow,
  holder: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const known = await passkeysOf(db, user.id)
  return generateRegistrationOptions({
    rpName: site.name,
    rpID: site.rpId,
    userID: utf8(user.id),
    userName: user.email,
    userDisplayName: fullName(user),
    challenge: newChallenge(secretKey, at, { purpose: 'registration', holder }),
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports: transportsOf(transports) })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** Of one person as a second factor or a proof; of nobody named: whichever passkey of this house the browser holds. */
export async function authenticationOptions(
  db: Db,
  secretKey: SecretKey,
  at: Instant,
  site: PasskeySite,
  userId: string | null,
  challenged: Challenged,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const own = userId === null ? [] : await passkeysOf(db, userId)
  return generateAuthenticationOptions({
    rpID: site.rpId,
    challenge: newChallenge(secretKey, at, challenged),
    userVerification: 'required',
    allowCredentials: own.map(({ credentialId, transports }) => ({ id: credentialId, transports: transportsOf(transports) })),
  })
}

export interface NewPasskey {
  readonly site: PasskeySite
  readonly holder: string
  readonly name: string
  /** What the browser answered, as JSON. */
  readonly answer: string
}

/** Keeps what the authenticator made. The first factor of a person brings recovery codes, answered here and never again. */
export async function addPasskey(tx: Tx, tools: SignInTools, act: Act, user: UserRow, made: NewPasskey): Promise<readonly string[] | null> {
  await refuseWhereOff(tx)
  const response = read<RegistrationResponseJSON>(made.answer)
  const challenged = { purpose: 'registration', holder: made.holder } as const
  let challenge = ''
  const { registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: (given) => isOwnChallenge(tools.secretKey, act.at, challenged, (challenge = given)),
    expectedOrigin: made.site.origin,
    expectedRPID: made.site.rpId,
    requireUserVerification: true,
  }).catch(() => ({ registrationInfo: undefined }))
  if (!registrationInfo) throw new Refusal('invalid', 'passkey.refused')
  await spend(tx, act.at, challenge)
  const isFirst = !(await hasSecondFactor(tx, user.id))
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential
  const taken = await tx.selectFrom('passkey').select('id').where('credentialId', '=', id).executeTakeFirst()
  if (taken) throw new Refusal('conflict', 'passkey.known')
  const row: PasskeyTable = {
    id: newId('pky'),
    credentialId: id,
    userId: user.id,
    publicKey,
    counter,
    transports: transports.join(' '),
    name: made.name.slice(0, 80),
    createdAt: act.at,
    lastUsedAt: null,
  }
  await tx.insertInto('passkey').values(row).execute()
  await append(tx, act, { type: 'user.second-factor-added', detail: { user: user.id, kind: 'passkey' }, clear: { name: fullName(user) } })
  await tellOwner(tx, act, user, 'passkey-added', { name: row.name })
  return isFirst ? firstCodes(tx, tools, act, user) : null
}

/** Whose passkey signed the challenge, in the transaction that uses it; the counter goes up, and each challenge counts once. */
export async function usePasskey(
  tx: Tx,
  { secretKey }: Pick<SignInTools, 'secretKey'>,
  at: Instant,
  site: PasskeySite,
  challenged: Challenged,
  answer: string,
): Promise<UserRow> {
  const response = read<AuthenticationResponseJSON>(answer)
  const passkey = await tx.selectFrom('passkey').selectAll().where('credentialId', '=', response.id).executeTakeFirst()
  const user =
    passkey && (await tx.selectFrom('user').selectAll().where('id', '=', passkey.userId).where('disabledAt', 'is', null).executeTakeFirst())
  if (!user) throw new Refusal('invalid', 'passkey.refused')
  let challenge = ''
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: (given) => isOwnChallenge(secretKey, at, challenged, (challenge = given)),
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
    credential: { id: passkey.credentialId, publicKey: passkey.publicKey, counter: passkey.counter },
  }).catch(() => ({ verified: false, authenticationInfo: undefined }))
  if (!verified || !authenticationInfo) throw new Refusal('invalid', 'passkey.refused')
  await spend(tx, at, challenge)
  await tx.updateTable('passkey').set({ counter: authenticationInfo.newCounter, lastUsedAt: at }).where('id', '=', passkey.id).execute()
  return user
}

export const passkeysOf = (db: Db, userId: string): Promise<PasskeyTable[]> =>
  db.selectFrom('passkey').selectAll().where('userId', '=', userId).orderBy('createdAt').execute()

export function removePasskey(db: Db, act: Act, user: UserRow, id: string, keepSession: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { numDeletedRows } = await tx.deleteFrom('passkey').where('id', '=', id).where('userId', '=', user.id).executeTakeFirst()
    if (!numDeletedRows) throw new Refusal('not_found', 'passkey.unknown')
    await removed(tx, act, user, 'passkey', 'passkey-removed', keepSession)
  })
}

/** A challenge counts once, however the answer that holds it is written: what was signed says the challenge, and its text may be spelt in several ways. */
async function spend(tx: Tx, at: Instant, challenge: string): Promise<void> {
  const key = base64url(sha256(fromBase64url(challenge)))
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('idempotency')
    .values({ scope: 'passkey', key, answer: 'null', at })
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) throw new Refusal('invalid', 'passkey.refused')
}

function read<T>(answer: string): T {
  try {
    const value = JSON.parse(answer) as { id?: unknown; response?: { clientDataJSON?: unknown } }
    if (typeof value.id === 'string' && typeof value.response?.clientDataJSON === 'string') return value as T
  } catch {}
  throw new Refusal('invalid', 'passkey.refused')
}

type Transports = NonNullable<NonNullable<PublicKeyCredentialCreationOptionsJSON['excludeCredentials']>[number]['transports']>
const transportsOf = (text: string): Transports => (text ? (text.split(' ') as Transports) : [])
