import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type Bytes, base64 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { OutsideSealTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Certificate, fingerprintOf, readCertificate } from '../pki/certificate.ts'
import { same } from '../pki/revocation-list.ts'
import { decoded, listHouse, newestOf, readHouseCertificates } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'
import { keepKey } from './key-store.ts'
import { certificateRow } from './making.ts'
import { algorithmName, pairs } from './overview.ts'
import { readSealFile } from './seal-file.ts'
import { judgeSeal, refuseUnlessLasting } from './seal-judging.ts'

export interface SealUpload {
  readonly file: Bytes
  readonly password: string
  /** Certificates above it and lists, where the file has them not. */
  readonly more: Bytes | null
}

/** A seal as a person compares it before it is used. */
export interface ShownSeal {
  readonly id: string
  readonly name: string
  readonly organization: string
  readonly issuer: string
  readonly algorithm: string
  readonly serial: string
  readonly fingerprint: string
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** Names of those above it, up to the root. */
  readonly chain: readonly string[]
  readonly lists: number
}

/**
 * Reads and judges a seal of another authority, and keeps it with its key under the main key until a person says that it is the right one. Another
 * one takes its place. Refused with what is wrong, and then nothing of it is kept.
 */
export async function uploadSeal({ db, keys }: AuthorityTools, act: Act, upload: SealUpload): Promise<void> {
  const read = await readSealFile(upload.file, upload.password, upload.more)
  try {
    const { certificate, chain, lists, algorithm } = await judgeSeal(read, act.at)
    const all = await listHouse(db)
    if (newestOf(all).seal?.serialHex === certificate.serialHex && same(newestOf(all).seal!.der, certificate.der))
      throw new Refusal('conflict', 'own-seal.in-use')
    if (
      all.some(({ der, serialHex }) => serialHex === certificate.serialHex && !same(der, certificate.der)) ||
      (await isSigners(db, certificate))
    )
      throw new Refusal('conflict', 'own-seal.serial-taken')
    const keyId = newId('key')
    const wrapped = await keepKey(keys, 'seal', keyId, read.key)
    const list = (ders: readonly Uint8Array[]): string => JSON.stringify(ders.map((der) => base64(der)))
    await db.transaction().execute(async (tx) => {
      await forget(tx, act.at)
      const row = { id: keyId, purpose: 'seal' as const, algorithm, spki: Uint8Array.from(certificate.spki), wrapped }
      await tx
        .insertInto('authorityKey')
        .values({ ...row, createdAt: act.at, retiredAt: null })
        .execute()
      await tx
        .insertInto('outsideSeal')
        .values({
          id: newId('cer'),
          keyId,
          der: Uint8Array.from(certificate.der),
          chain: list(chain.map(({ der }) => der)),
          revocationLists: list(lists),
          createdAt: act.at,
          adoptedAt: null,
          laidDownAt: null,
        })
        .execute()
      await append(tx, act, { type: 'authority.own-seal-uploaded', detail: await detailOf(certificate) })
    })
  } finally {
    read.key.fill(0)
  }
  await keys.load(db)
}

const isSigners = async (db: Db, { serialHex }: Certificate): Promise<boolean> =>
  Boolean(
    await db.selectFrom('certificate').select('id').where('serial', '=', serialHex).where('purpose', '=', 'signer').executeTakeFirst(),
  )

const detailOf = async (certificate: Certificate) => ({
  name: certificate.subject.commonName || (certificate.subject.organization ?? ''),
  serial: certificate.serialHex,
  fingerprint: await fingerprintOf(certificate.der),
  until: certificate.notAfter.slice(0, 10),
})

/** The one that waits is dropped; its key is destroyed. */
export async function discardSeal({ db, keys }: AuthorityTools, act: Act): Promise<void> {
  await db.transaction().execute((tx) => forget(tx, act.at))
  await keys.load(db)
}

async function forget(tx: Tx, at: Instant): Promise<void> {
  const waiting = await tx.deleteFrom('outsideSeal').where('adoptedAt', 'is', null).returning('keyId').execute()
  for (const { keyId } of waiting)
    await tx.updateTable('authorityKey').set({ wrapped: null, retiredAt: at }).where('id', '=', keyId).execute()
}

/**
 * From now on documents are certified and sealed with it; what was certified before is sealed with the seal of that day. Refused where the one that
 * waits is not the one that the person saw.
 */
export async function adoptSeal({ db, keys }: AuthorityTools, act: Act, id: string): Promise<void> {
  const row = await db.selectFrom('outsideSeal').selectAll().where('id', '=', id).where('adoptedAt', 'is', null).executeTakeFirst()
  if (!row) throw new Refusal('conflict', 'own-seal.not-waiting')
  if (!keys.hasKey(row.keyId)) throw new Refusal('unavailable', 'authority.locked')
  const certificate = readCertificate(row.der)
  refuseUnlessLasting(certificate, act.at)
  const held = (await listHouse(db)).find(({ der }) => same(der, row.der))
  await db.transaction().execute(async (tx) => {
    await layDown(tx, act.at)
    if (held) await takeUpAgain(tx, act.at, row, held)
    else await takeUp(tx, act.at, row, certificate)
    await append(tx, act, { type: 'authority.own-seal-adopted', detail: await detailOf(certificate) })
  })
  await keys.load(db)
}

async function takeUp(tx: Tx, at: Instant, { id, keyId, der }: OutsideSealTable, { subject }: Certificate): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('outsideSeal')
    .set({ adoptedAt: at })
    .where('id', '=', id)
    .where('adoptedAt', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'own-seal.not-waiting')
  await tx
    .insertInto('certificate')
    .values(certificateRow({ id, purpose: 'seal', subject, der: Uint8Array.from(der), keyId, issuerId: id, at }))
    .execute()
}

/** The same certificate came once before: its row goes on with the key that came now. */
async function takeUpAgain(tx: Tx, at: Instant, row: OutsideSealTable, { id, keyId }: { id: string; keyId: string | null }): Promise<void> {
  const { numDeletedRows } = await tx.deleteFrom('outsideSeal').where('id', '=', row.id).where('adoptedAt', 'is', null).executeTakeFirst()
  if (numDeletedRows !== 1n) throw new Refusal('conflict', 'own-seal.not-waiting')
  const { chain, revocationLists } = row
  await tx
    .updateTable('outsideSeal')
    .set({ keyId: row.keyId, chain, revocationLists, adoptedAt: at, laidDownAt: null })
    .where('id', '=', id)
    .execute()
  await tx.updateTable('certificate').set({ keyId: row.keyId }).where('id', '=', id).execute()
  if (keyId) await tx.updateTable('authorityKey').set({ wrapped: null, retiredAt: at }).where('id', '=', keyId).execute()
}

const layDown = (tx: Tx, at: Instant) =>
  tx
    .updateTable('outsideSeal')
    .set({ laidDownAt: at })
    .where('adoptedAt', 'is not', null)
    .where('laidDownAt', 'is', null)
    .executeTakeFirst()

/** Back to the house's own seal. Documents that are under way are still sealed with the other one; its key is destroyed when none is left. */
export async function layDownSeal({ db, keys }: AuthorityTools, act: Act): Promise<void> {
  const { seal } = newestOf(await listHouse(db))
  if (!seal?.outside) throw new Refusal('conflict', 'own-seal.not-in-use')
  await db.transaction().execute(async (tx) => {
    if ((await layDown(tx, act.at)).numUpdatedRows !== 1n) throw new Refusal('conflict', 'own-seal.not-in-use')
    await append(tx, act, { type: 'authority.own-seal-laid-down', detail: await detailOf(seal) })
  })
  await keys.load(db)
}

/** For the page: what is in use, and what waits. */
export async function sealsOf(db: Db): Promise<{ used: ShownSeal & { readonly isOutside: boolean }; waiting: ShownSeal | null }> {
  const { current } = await readHouseCertificates(db)
  const row = await db.selectFrom('outsideSeal').selectAll().where('adoptedAt', 'is', null).executeTakeFirst()
  const { seal } = current
  return {
    used: {
      ...(await shown(seal.id, seal, seal.outside?.chain ?? [], seal.outside?.revocationLists.length ?? 0)),
      isOutside: seal.outside !== null,
    },
    waiting: row ? await shown(row.id, readCertificate(row.der), decoded(row.chain), decoded(row.revocationLists).length) : null,
  }
}

async function shown(id: string, certificate: Certificate, chain: readonly Bytes[], lists: number): Promise<ShownSeal> {
  const nameOf = ({ commonName, organization = '' }: Certificate['subject']): string => commonName || organization
  const { subject, issuer, spki, serialHex, notBefore, notAfter, der } = certificate
  return {
    id,
    name: nameOf(subject),
    organization: subject.organization ?? '',
    issuer: nameOf(issuer),
    algorithm: algorithmName(spki),
    serial: pairs(serialHex),
    fingerprint: pairs(await fingerprintOf(der)),
    notBefore,
    notAfter,
    chain: chain.map((one) => nameOf(readCertificate(one).subject)),
    lists,
  }
}
