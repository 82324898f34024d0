import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type Bytes, base64, fromBase64, randomBytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { fromPem, readCertificate } from '../pki/certificate.ts'
import { DerFault } from '../pki/der-reader.ts'
import { type OutsideAuthority, readSetting, type Settings, writeSetting } from '../setting/setting.ts'
import { askOutside, StampRefused } from './outside-stamp.ts'

type TimeStamping = Settings['timeStamping']

const MOST = 10

/** Adds a time-stamp authority at the end of the list, after a token of its own was asked for and judged. */
export async function addOutsideAuthority(
  db: Db,
  act: Act,
  { name, url, rootPem }: { readonly name: string; readonly url: string; readonly rootPem: string },
): Promise<void> {
  const parsed = URL.parse(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password)
    throw new Refusal('invalid', 'time-stamping.address-invalid')
  const roots = rootsIn(rootPem)
  const authority: OutsideAuthority = { id: newId('tsa'), name, url: parsed.href, roots: roots.map(base64) }
  try {
    await askOutside(authority, randomBytes(32), act.at)
  } catch (error) {
    if (!(error instanceof StampRefused)) throw error
    throw new Refusal('invalid', `time-stamping.${error.fault}`, {}, { cause: error })
  }
  await change(db, act, (held) => {
    if (held.authorities.length >= MOST) throw new Refusal('conflict', 'time-stamping.too-many')
    return { ...held, authorities: [...held.authorities, authority], roots: [...new Set([...held.roots, ...authority.roots])] }
  })
}

/** Authorities alone, each readable. */
function rootsIn(pem: string): Bytes[] {
  try {
    const roots = fromPem(pem.slice(0, 100_000))
    if (roots.length && roots.length <= 10 && roots.every((der) => readCertificate(der).isCa)) return roots
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
  }
  throw new Refusal('invalid', 'time-stamping.root-unreadable')
}

/** Its root stays trusted for the stamps that it gave. */
export const removeOutsideAuthority = (db: Db, act: Act, id: string): Promise<void> =>
  change(db, act, (held) => {
    if (!held.authorities.some((one) => one.id === id)) throw new Refusal('not_found', 'page.not-found')
    return { ...held, authorities: held.authorities.filter((one) => one.id !== id) }
  })

/** To the front of the list: the first is asked first. */
export const preferOutsideAuthority = (db: Db, act: Act, id: string): Promise<void> =>
  change(db, act, (held) => {
    const one = held.authorities.find((authority) => authority.id === id)
    if (!one) throw new Refusal('not_found', 'page.not-found')
    return { ...held, authorities: [one, ...held.authorities.filter((authority) => authority !== one)] }
  })

export const chooseFallback = (db: Db, act: Act, fallback: TimeStamping['fallback']): Promise<void> =>
  change(db, act, (held) => ({ ...held, fallback }))

async function change(db: Db, act: Act, next: (held: TimeStamping) => TimeStamping): Promise<void> {
  await db.transaction().execute(async (tx: Tx) => {
    const changed = next(await readSetting(tx, 'timeStamping'))
    await writeSetting(tx, act, 'timeStamping', changed)
    await append(tx, act, {
      type: 'authority.time-stamping-changed',
      detail: { authorities: changed.authorities.map(({ name }) => name).join(', ') || '–', fallback: changed.fallback },
    })
  })
}

/** Roots of the time-stamp authorities that were ever in the list: they prove times, and make nothing ours. */
export const outsideRoots = async (db: Db): Promise<Bytes[]> => (await readSetting(db, 'timeStamping')).roots.map(fromBase64)

export interface ShownAuthority extends Pick<OutsideAuthority, 'id' | 'name' | 'url'> {
  readonly roots: readonly { readonly name: string; readonly notAfter: Instant }[]
}

export async function timeStampingOf(db: Db): Promise<{ authorities: ShownAuthority[]; fallback: TimeStamping['fallback'] }> {
  const { authorities, fallback } = await readSetting(db, 'timeStamping')
  return {
    fallback,
    authorities: authorities.map(({ id, name, url, roots }) => ({
      id,
      name,
      url,
      roots: roots.map((root) => {
        const { subject, notAfter } = readCertificate(fromBase64(root))
        return { name: subject.commonName || (subject.organization ?? ''), notAfter }
      }),
    })),
  }
}
