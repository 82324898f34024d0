import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Bytes } from '../base/bytes.ts'
import { utf8, randomBytes } from '../base/bytes.ts'
import { YEAR } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { AuthorityKeyTable } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { emptyWriteAheadLog } from '../db/write-ahead-log.ts'
import { type KeyAlgorithm, OWN } from '../pki/algorithm.ts'
import { fingerprintOf, fromPem, toPem } from '../pki/certificate.ts'
import { Der, DerFault } from '../pki/der-reader.ts'
import { decryptPkcs8, encryptPkcs8 } from '../pki/encrypted-key.ts'
import { signerOf } from '../pki/key.ts'
import { checkSignature } from '../pki/signature.ts'
import { type HeldCertificate, readHouseCertificates } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'
import { unwrapUnder } from './key-protector.ts'
import { keepKey } from './key-store.ts'
import { renewRevocationLists } from './revocation-lists.ts'

export interface RootFile {
  /** What `exportRoot` gave, as text. */
  readonly pem: string
  readonly passphrase: string
}

/** While the root is elsewhere nobody can make its list anew: the last one is promised for as long as its key may be away. */
export const ROOT_LIST_WHILE_AWAY = 2 * YEAR
const LABEL = 'ENCRYPTED PRIVATE KEY'

/** The root's key under a passphrase of its own, with its certificate: PEM that `openssl pkey` reads (PBES2). The key stays where it is. */
export async function exportRoot({ db, keys }: AuthorityTools, act: Act, passphrase: string): Promise<string> {
  const { root, row } = await rootRow(db)
  const pkcs8 = row.wrapped && (await unwrapUnder(keys.mainKey(), { ...row, wrapped: row.wrapped }))
  if (!pkcs8) throw new Refusal('conflict', 'authority.root-elsewhere')
  const pem = `${toPem(await encryptPkcs8(pkcs8, passphrase), LABEL)}${toPem(root.der)}`
  pkcs8.fill(0)
  await db
    .transaction()
    .execute(async (tx) => append(tx, act, { type: 'authority.root-exported', detail: { root: await fingerprintOf(root.der) } }))
  return pem
}

/**
 * Takes the root's key off this server, once the exported file is proven to give back that very key. Its revocation list is issued a last time,
 * for two years. What is freed in the file of data is overwritten; copies made before still hold the key.
 */
export async function removeRoot(tools: AuthorityTools, act: Act, file: RootFile): Promise<void> {
  const { db, keys } = tools
  const { root, row } = await rootRow(db)
  if (!keys.hasKey(row.id)) throw new Refusal('conflict', 'authority.root-elsewhere')
  ;(await openedRoot(file, root, row)).fill(0)
  await renewRevocationLists(tools, act, { root: ROOT_LIST_WHILE_AWAY })
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('authorityKey')
      .set({ wrapped: null })
      .where('id', '=', row.id)
      .where('wrapped', 'is not', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'authority.root-elsewhere')
    await append(tx, act, { type: 'authority.root-removed', detail: { root: await fingerprintOf(root.der) } })
  })
  await emptyWriteAheadLog(db)
  await keys.load(db)
}

/** Brings it back, for a renewal, a list or for good. */
export async function returnRoot(tools: AuthorityTools, act: Act, file: RootFile): Promise<void> {
  const { db, keys } = tools
  const { root, row } = await rootRow(db)
  if (keys.hasKey(row.id)) throw new Refusal('conflict', 'authority.root-here')
  const pkcs8 = await openedRoot(file, root, row)
  const wrapped = await keepKey(keys, 'root', row.id, pkcs8)
  pkcs8.fill(0)
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('authorityKey').set({ wrapped }).where('id', '=', row.id).execute()
    await append(tx, act, { type: 'authority.root-returned', detail: { root: await fingerprintOf(root.der) } })
  })
  await keys.load(db)
  await renewRevocationLists(tools, act)
}

async function rootRow(db: Db): Promise<{ root: HeldCertificate; row: AuthorityKeyTable }> {
  const { root } = (await readHouseCertificates(db)).current
  const row = root.keyId && (await db.selectFrom('authorityKey').selectAll().where('id', '=', root.keyId).executeTakeFirst())
  if (!row) throw new Refusal('conflict', 'authority.root-elsewhere')
  return { root, row }
}

/** The key in the file, proven to be the root's: a signature of it is good under the root's certificate. */
async function openedRoot({ pem, passphrase }: RootFile, root: HeldCertificate, row: AuthorityKeyTable): Promise<Bytes> {
  let pkcs8: Bytes | null
  try {
    const [der] = fromPem(pem.slice(0, 65_536), LABEL)
    if (!der) throw new Refusal('invalid', 'authority.root-file-unreadable')
    pkcs8 = await decryptPkcs8(der, passphrase)
  } catch (error) {
    if (error instanceof DerFault) throw new Refusal('invalid', 'authority.root-file-unreadable')
    throw error
  }
  if (!pkcs8) throw new Refusal('invalid', 'authority.export-passphrase-wrong')
  const algorithm = row.algorithm as KeyAlgorithm
  const signer = await signerOf(algorithm, pkcs8).catch(() => null)
  const message = utf8(`paraphe root ${[...randomBytes(16)].join('.')}`)
  const proof = signer && {
    algorithm: Der.read(OWN[algorithm].identifier),
    spki: root.spki,
    message,
    signature: await signer.sign(message),
  }
  if (!proof || (await checkSignature(proof)) !== 'valid') throw new Refusal('invalid', 'authority.root-file-other')
  return pkcs8
}
