import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { base64, base64url, fromBase64, fromBase64url, fromUtf8, utf8 } from '../../base/bytes.ts'
import { type Instant, later, MINUTE } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { UserRow } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'
import { OidcFailure, type OidcProvider } from '../../oidc/provider.ts'
import { type Asked, beginSignIn, finishSignIn, type OidcAnswer, signOutAddress } from '../../oidc/signing-in.ts'
import { type Opened, openSession } from '../opening.ts'
import { recordProof } from '../proof.ts'
import { takeAnswer } from './answers.ts'
import { arrive, identityOf } from './arriving.ts'
import type { ToldPerson } from './following.ts'
import { noteSession, sessionOf } from './sessions.ts'
import { findSource, type ProviderSource } from './source.ts'

interface Tools {
  readonly db: Db
  readonly secretKey: SecretKey
}

/** `proof`: whoever is signed in already shows that it is still they; `trial`: an administrator looks at what comes back, and nobody is signed in. */
export type Purpose = 'sign-in' | 'proof' | 'trial'

/** Kept by the browser alone between leaving and coming back, sealed, for ten minutes. */
export interface Journey extends Asked {
  readonly source: string
  readonly purpose: Purpose
  /** Of a proof: whose. */
  readonly session: string | null
  readonly next: string
  readonly at: Instant
}

export const JOURNEY_LASTS = 10 * MINUTE

export const providerOf = ({ settings, secret }: ProviderSource): OidcProvider => ({
  issuer: settings.issuer,
  clientId: settings.clientId,
  secret,
  caPem: settings.caPem,
  allowsHttp: settings.allowsHttp,
})

export async function findProvider({ db, secretKey }: Tools, id: string, isOnNeeded = true): Promise<ProviderSource> {
  const source = await findSource(db, secretKey, id)
  if (source.kind !== 'oidc') throw new Refusal('not_found', 'source.unknown')
  if (isOnNeeded && !source.isOn) throw new Refusal('conflict', 'source.switched-off')
  return source
}

export const redirectUriOf = (origin: string, sourceId: string): string => `${origin}/sign-in/with/${sourceId}/return`

export async function leaveFor(
  { secretKey }: Tools,
  at: Instant,
  source: ProviderSource,
  {
    origin,
    purpose,
    session,
    next,
  }: { readonly origin: string; readonly purpose: Purpose; readonly session: string | null; readonly next: string },
): Promise<{ readonly url: string; readonly journey: string }> {
  const { url, asked } = await told(source, () =>
    beginSignIn(providerOf(source), {
      redirectUri: redirectUriOf(origin, source.id),
      scopes: source.settings.scopes,
      again: purpose === 'proof',
    }),
  )
  const journey: Journey = { ...asked, source: source.id, purpose, session, next, at }
  return { url: url.href, journey: base64url(secretKey.seal('sign-on-answer', 'journey', utf8(JSON.stringify(journey)))) }
}

/** What the browser brought back, if it is its own, of this source, and not over. */
export function readJourney({ secretKey }: Tools, at: Instant, sourceId: string, sealed: string | undefined): Journey {
  try {
    const journey = JSON.parse(fromUtf8(secretKey.open('sign-on-answer', 'journey', fromBase64url(sealed ?? '')))) as Journey
    if (journey.source === sourceId && at < later(journey.at, JOURNEY_LASTS)) return journey
  } catch {
    // Altered, of another house, or none.
  }
  throw new Refusal('gone', 'source.answer-over')
}

/** The provider's answer, believed and taken once. */
export async function takeBack(tools: Tools, act: Act, source: ProviderSource, journey: Journey, address: URL): Promise<OidcAnswer> {
  const isFirst = await tools.db.transaction().execute((tx) => takeAnswer(tx, act.at, 'state', source.id, journey.state))
  if (!isFirst) throw new Refusal('gone', 'source.answer-over')
  try {
    return await told(source, () => finishSignIn(providerOf(source), address, journey, journey.purpose === 'proof'))
  } catch (error) {
    await tools.db
      .transaction()
      .execute((tx) =>
        append(tx, act, { type: 'user.sign-in-refused', detail: { source: source.id, reason: (error as Refusal).reason ?? null } }),
      )
    throw error
  }
}

/** The session of whom the provider has named: by subject alone. */
export async function enterBy(
  { db, secretKey }: Tools,
  act: Act,
  source: ProviderSource,
  answer: OidcAnswer,
  isKnown: (user: UserRow) => boolean,
): Promise<Opened> {
  const person = toldByClaims(source, answer)
  const isProven = answer.claims['email_verified'] === true || answer.claims['email_verified'] === 'true' || source.settings.trustsAddresses
  const user = await arrive(db, act, source, person, isProven)
  return db.transaction().execute(async (tx) => {
    const still = await tx.selectFrom('user').selectAll().where('id', '=', user.id).where('disabledAt', 'is', null).executeTakeFirst()
    if (!still) throw new Refusal('forbidden', 'source.account-closed')
    const opened = await openSession(tx, act, still, {
      method: 'oidc',
      knownDevice: isKnown(still),
      ...(hadFactor(source, answer) ? { factor: 'provider' } : {}),
    })
    await noteSession(tx, act, opened, source.id, answer.subject, {
      providerSession: answer.session,
      sealedToken: base64(secretKey.seal('identity-source', source.id, utf8(answer.idToken))),
    })
    return opened
  })
}

/** The same person, asked again at their provider, still sits there. */
export async function proveBy(
  { db }: Tools,
  act: Act,
  source: ProviderSource,
  answer: OidcAnswer,
  userId: string,
  sessionId: string,
): Promise<void> {
  const known = await identityOf(db, source.id, answer.subject)
  if (known?.userId !== userId) throw new Refusal('forbidden', 'source.answer-invalid', { name: source.name })
  await db.transaction().execute((tx) => recordProof(tx, act, sessionId, 'oidc'))
}

/** Where to sign out at the provider that opened this session; null: there is none, or it has no such place. */
export async function providerSignOut(
  { db, secretKey }: Tools,
  sessionId: string,
  back: string,
): Promise<{ name: string; url: string } | null> {
  const opened = await sessionOf(db, sessionId)
  if (!opened?.sealedToken) return null
  const source = await findSource(db, secretKey, opened.sourceId).catch(() => null)
  if (source?.kind !== 'oidc') return null
  const token = fromUtf8(secretKey.open('identity-source', source.id, fromBase64(opened.sealedToken)))
  const url = await signOutAddress(providerOf(source), token, back).catch(() => null)
  return url && { name: source.name, url: url.href }
}

export function toldByClaims(source: ProviderSource, { subject, claims }: OidcAnswer): ToldPerson {
  const text = (name: string): string => (typeof claims[name] === 'string' ? claims[name] : '')
  const [first = '', ...rest] = text('name').trim().split(/\s+/)
  const groups = claims[source.settings.groupClaim]
  return {
    subject,
    name: text('preferred_username') || text('email') || subject,
    email: text('email'),
    firstName: text('given_name') || first,
    lastName: text('family_name') || rest.join(' '),
    jobTitle: '',
    phone: text('phone_number'),
    department: '',
    language: text('locale'),
    groups: (Array.isArray(groups) ? groups : typeof groups === 'string' ? [groups] : [])
      .filter((one): one is string => typeof one === 'string')
      .slice(0, 2_000),
  }
}

/** `acr` is one word, `amr` a list (OpenID Connect Core §2, RFC 8176). */
export function hadFactor(source: ProviderSource, { claims }: OidcAnswer): boolean {
  const wanted = source.settings.factorValues.split(/\s+/).filter(Boolean)
  const said = [claims['acr'], ...(Array.isArray(claims['amr']) ? (claims['amr'] as unknown[]) : [])]
  return wanted.some((value) => said.includes(value))
}

async function told<T>(source: ProviderSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OidcFailure)) throw error
    if (error.fault === 'silent') throw new Refusal('unavailable', 'source.provider-silent', { name: source.name }, { cause: error })
    if (error.fault === 'refused')
      throw new Refusal('forbidden', 'source.provider-refused', { name: source.name, detail: error.message }, { cause: error })
    throw new Refusal('forbidden', 'source.answer-invalid', { name: source.name }, { cause: error })
  }
}
