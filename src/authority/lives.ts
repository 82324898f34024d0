import { DAY, type Instant, later, YEAR } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { type HeldCertificate, newestOf, OF_THE_HOUSE } from './certificates.ts'
import type { SigningPurpose } from './key-store.ts'

/** Years of life that each is given: a check in ten years must still pass, the time stamp of today lives as long as its authority. */
export const LIFE = { root: 20, issuing: 15, tsa: 12, seal: 15, ocsp: 15 } as const satisfies Record<SigningPurpose, number>

/**
 * What a certificate of the authority must still cover on the day on which it is used: the longest deadline, and the time in which a late
 * seal is made good. With less, nothing with that deadline can be sent any more.
 */
export const COVER = 2 * YEAR + 90 * DAY

/** A seal of another authority lives as long as that gives it: it is of use while a deadline of that day and a late seal fit. */
export const LATE = 90 * DAY

/** With less left than this the worker renews it: early enough that a copy given out that day can be checked for ten years. */
export const WANTED: Readonly<Record<SigningPurpose, number>> = {
  root: COVER + YEAR,
  issuing: 12 * YEAR,
  tsa: 10 * YEAR,
  seal: COVER + YEAR,
  ocsp: COVER + YEAR,
}

/** Below this, a renewal is not worth its certificate. */
export const LEAST_GAIN = YEAR

export const WARNINGS = [90, 30, 7, 0] as const
export type Warning = (typeof WARNINGS)[number]

export interface CertificateLife {
  readonly purpose: SigningPurpose
  readonly id: string
  readonly notAfter: Instant
  /** From then on it no longer covers what it is used for. */
  readonly usableUntil: Instant
  /** Whole days until then, at least 0. */
  readonly days: number
  /** The narrowest of the bounds within which that is; 0: it is over; null: none yet. */
  readonly warning: Warning | null
}

export function lifeOf(
  { purpose, id, notAfter, outside }: Pick<HeldCertificate, 'purpose' | 'id' | 'notAfter'> & { readonly outside: object | null },
  at: Instant,
): CertificateLife {
  const usableUntil = later(notAfter, outside ? -LATE : -COVER)
  const left = Date.parse(usableUntil) - Date.parse(at)
  const warning = left <= 0 ? 0 : ([7, 30, 90] as const).find((days) => left <= days * DAY)
  return { purpose, id, notAfter, usableUntil, days: Math.max(0, Math.floor(left / DAY)), warning: warning ?? null }
}

/** Of each purpose the current certificate, the first to end in front; nothing before there is an authority. For doctor, console and metrics. */
export async function certificateLives(db: Db, at: Instant): Promise<CertificateLife[]> {
  const rows = await db
    .selectFrom('certificate')
    .leftJoin('outsideSeal', 'outsideSeal.id', 'certificate.id')
    .select(['certificate.id', 'purpose', 'notAfter', 'revokedAt', 'adoptedAt', 'laidDownAt'])
    .where('purpose', 'in', OF_THE_HOUSE)
    .orderBy('certificate.createdAt')
    .execute()
  const held = rows.map(({ id, purpose, notAfter, revokedAt, adoptedAt, laidDownAt }) => ({
    id,
    purpose: purpose as SigningPurpose,
    notAfter,
    revokedAt,
    outside: adoptedAt ? { laidDownAt } : null,
  }))
  return Object.values(newestOf(held))
    .map((one) => lifeOf(one, at))
    .sort((a, b) => (a.usableUntil < b.usableUntil ? -1 : a.usableUntil > b.usableUntil ? 1 : 0))
}
