import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { DAY } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { UserRow } from '../db/database.ts'
import type { Tx } from '../db/open.ts'
import { attemptsIn, clearAttempts, CODES_PER_DAY, reserve } from './attempts.ts'
import { completeSession, type HalfSession, hasSecondFactor, type Opened, openSession } from './opening.ts'
import { addPasskey, type Challenged, type NewPasskey, type PasskeySite, usePasskey } from './passkeys.ts'
import { recoveryCodesLeft, useRecoveryCode } from './recovery-codes.ts'
import { addApp, factorBucket } from './second-factor.ts'
import { isKnownDevice, type SignInTools } from './sign-in.ts'
import { tellOwner } from './telling.ts'
import { useTotp } from './totp.ts'

type Whole = Opened & { readonly kind: 'open' }
type Between = { readonly half: HalfSession; readonly user: UserRow }
type Entered = { readonly opened: Whole; readonly codes: readonly string[] }
export type TypedFactor = { readonly code: string } | { readonly recovery: string }

/** After so many wrong ones somebody knows the password and not the rest: its owner is told. */
const TOLD_AFTER = 5

/** A code of the app, or one of the codes for the day when the app is lost. Each try is counted before it is looked at. */
export async function passSecondFactor(tools: SignInTools, act: Act, { half, user }: Between, typed: TypedFactor): Promise<Whole> {
  const { db, secretKey } = tools
  const bucket = factorBucket(tools, user.id)
  await reserve(db, act.at, bucket, null, CODES_PER_DAY)
  const isRecovery = 'recovery' in typed
  const opened = await db.transaction().execute(async (tx) => {
    const isRight = isRecovery
      ? await useRecoveryCode(tx, secretKey, act.at, user.id, typed.recovery)
      : await useTotp(tx, secretKey, act.at, user.id, typed.code.replaceAll(/\s/g, ''))
    if (!isRight) {
      await append(tx, act, { type: 'user.second-factor-refused', detail: { user: user.id, kind: isRecovery ? 'recovery-code' : 'totp' } })
      if ((await attemptsIn(tx, bucket, act.at, DAY)).count === TOLD_AFTER) await tellOwner(tx, act, user, 'guessed')
      return 'wrong'
    }
    await clearAttempts(tx, bucket)
    const whole = await completeSession(tx, act, user, half, isRecovery ? 'recovery-code' : 'totp')
    if (whole && isRecovery) await tellOwner(tx, act, user, 'code-used', { left: await recoveryCodesLeft(tx, user.id) })
    return whole
  })
  // Thrown outside: the refusal is part of what is committed.
  if (opened === 'wrong') throw new Refusal('invalid', isRecovery ? 'second-factor.recovery-wrong' : 'second-factor.code-wrong')
  if (!opened) throw new Refusal('gone', 'second-factor.over')
  return opened
}

/** One of their passkeys, over the challenge that this half session was given. */
export async function passByPasskey(
  tools: SignInTools,
  act: Act,
  { half, user }: Between,
  site: PasskeySite,
  answer: string,
): Promise<Whole> {
  const opened = await tools.db.transaction().execute(async (tx) => {
    const owner = await usePasskey(tx, tools, act.at, site, { purpose: 'second-factor', holder: half.id }, answer)
    if (owner.id !== user.id) throw new Refusal('invalid', 'passkey.refused')
    return completeSession(tx, act, user, half, 'passkey')
  })
  if (!opened) throw new Refusal('gone', 'second-factor.over')
  return opened
}

/** A passkey alone: it says who it is, and asked for their finger, face or PIN. */
export function signInByPasskey(
  tools: SignInTools,
  act: Act,
  { site, challenged, device }: { readonly site: PasskeySite; readonly challenged: Challenged; readonly device: string | undefined },
  answer: string,
): Promise<Opened> {
  return tools.db.transaction().execute(async (tx) => {
    const user = await usePasskey(tx, tools, act.at, site, challenged, answer)
    const knownDevice = isKnownDevice(tools.secretKey, user.email, device)
    return openSession(tx, act, user, { method: 'passkey', factor: 'passkey', knownDevice })
  })
}

/** At the sign-in where the house asks for a factor and there is none yet: the half session becomes a whole one with it. */
export async function addAppAtSignIn(tools: SignInTools, act: Act, between: Between, secret: string, code: string): Promise<Entered> {
  return enrolled(tools, act, between, 'totp', (tx, own) => addApp(tx, tools, own, between.user, secret, code))
}

/** The same by a passkey. */
export const addPasskeyAtSignIn = (tools: SignInTools, act: Act, between: Between, made: NewPasskey): Promise<Entered> =>
  enrolled(tools, act, between, 'passkey', (tx, own) => addPasskey(tx, tools, own, between.user, made))

function enrolled(
  { db }: SignInTools,
  act: Act,
  { half, user }: Between,
  factor: 'totp' | 'passkey',
  add: (tx: Tx, own: Act) => Promise<readonly string[] | null>,
): Promise<Entered> {
  return db.transaction().execute(async (tx) => {
    await refuseUnlessEnrolling(tx, half, user)
    const codes = await add(tx, { ...act, actor: { kind: 'user', id: user.id } })
    const opened = await completeSession(tx, act, user, half, factor)
    if (!opened || !codes) throw new Refusal('gone', 'second-factor.over')
    return { opened, codes }
  })
}

/** A half session lets in nobody who has a factor already: theirs is asked for, and no other is added. */
async function refuseUnlessEnrolling(tx: Tx, half: HalfSession, user: UserRow): Promise<void> {
  if (half.needs !== 'enrolment' || (await hasSecondFactor(tx, user.id))) throw new Refusal('gone', 'second-factor.over')
}
