import { attemptsIn, bucketOf, recordAttempt } from '../../access/attempts.ts'
import type { Act } from '../../audit/act.ts'
import { keyFingerprint, publicKeyPem } from '../../audit/exporting.ts'
import { openAuthority } from '../../authority/authority.ts'
import type { KeyStore } from '../../authority/key-store.ts'
import { type Bytes, hex, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import { type Clock, HOUR } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Config } from '../../config/config.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { EnvelopeRow } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'
import { titleFor } from '../../envelope/certificate-document.ts'
import { annulmentsOf } from '../../envelope/annulment.ts'
import { signedAttachments } from '../../envelope/attachments.ts'
import { findEnvelope, listDocuments, listRecipients } from '../../envelope/envelope.ts'
import { companySignature } from '../../seal/company-signature.ts'
import { findLegalEntity } from '../../setting/legal-entity.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { newDigester } from '../../store/digester.ts'
import { trustMaterialOf } from '../../verification/signature-material.ts'
import { LANGUAGES } from '../../view/words.ts'
import { checklist } from './checklist.ts'
import { evidenceOfDocument } from './document.ts'
import { checksums, type EvidenceFile, heldFile, storedFile, trustFiles } from './files.ts'
import { proveTrail, shownClearTexts } from './trail.ts'
import script from './verify.py' with { type: 'text' }
import shell from './verify.sh' with { type: 'text' }
import { zip, zipSize } from './zip.ts'

export interface EvidenceTools {
  readonly db: Db
  readonly config: Config
  readonly clock: Clock
  readonly keys: KeyStore
  readonly secretKey: SecretKey
}

export interface EvidencePackage {
  readonly fileName: string
  readonly size: number
  /** The ZIP, a chunk at a time. */
  stream(): AsyncGenerator<Bytes>
}

/**
 * All that an auditor needs without this server: documents, signatures, authorities, the envelope's audit entries with their proofs, checksums
 * and the scripts that judge them with public tools. Recorded; the record names every file. The caller has asked for the right. Refused while
 * the keys are locked, for the state of the log is signed anew.
 */
export async function packEvidence(tools: EvidenceTools, act: Act, envelopeId: string): Promise<EvidencePackage> {
  const { db, config, keys, clock } = tools
  const envelope = await findEnvelope(db, envelopeId)
  if (envelope.status !== 'completed') throw new Refusal('not_found', 'vault.not-found')
  if (await db.selectFrom('disposedDocument').select('id').where('envelopeId', '=', envelopeId).executeTakeFirst())
    throw new Refusal('gone', 'vault.disposed')
  // Refused here already while the keys are locked.
  keys.checkpointKey()
  await refuseTooMany(tools, act, envelopeId)
  const documents = await listDocuments(db, envelopeId)
  const files: EvidenceFile[] = []
  const roots = new Set<string>()
  for (const document of documents) {
    const evidence = await evidenceOfDocument(tools, document)
    files.push(...evidence.files)
    for (const root of evidence.roots) roots.add(root)
  }
  const authority = await openAuthority({ db, keys, clock })
  const ownChain = [authority.certificates().seal, ...authority.chain('seal')]
  const trust = await trustMaterialOf(ownChain, await authority.revocationLists(act.at))
  for (const { kind, fingerprint } of trust.certificates) if (kind === 'root') roots.add(fingerprint)
  // A recipient takes with them what they attached themselves, not what others did.
  const own = act.actor.kind === 'recipient' ? act.actor.id : null
  const given = (await signedAttachments(db, envelopeId)).filter(({ recipientId }) => own === null || recipientId === own)
  const attached = new Map(given.map((one) => [one.objectDigest, one]))
  for (const { objectDigest, size, fileName } of attached.values())
    files.push(storedFile(`attachments/${objectDigest.slice(0, 12)}-${plainName(fileName)}`, db, { digest: objectDigest, size }))
  files.push(
    heldFile('verify.sh', shell, true),
    heldFile('verify.py', script),
    heldFile('audit/log.pub.pem', await publicKeyPem(db)),
    heldFile('audit/clear.jsonl', await shownClearTexts(db, envelopeId)),
    ...trustFiles('audit/authority', trust),
    ...(await checklists(tools, envelope, [...roots], (await keyFingerprint(db))!)),
  )
  const digester = newDigester()
  digester.update(utf8(checksums(files)))
  const trail = await proveTrail(tools, act, envelopeId, {
    documents: documents.map(({ documentId }) => documentId).join(' '),
    files: hex(digester.digest()) as Digest,
  })
  const noted = newDigester()
  noted.update(utf8(trail.checkpoint))
  files.push(
    heldFile('audit/entries.jsonl', trail.entries),
    heldFile('audit/checkpoint', trail.checkpoint),
    heldFile('audit/checkpoint.p7s', await companySignature({ db, config, authority })(noted.digest())),
    ...[...trail.proofs].map(([name, proof]) => heldFile(`audit/${name}`, proof)),
  )
  const folder = `evidence-${documents[0]?.documentId ?? envelopeId}`
  const entries = [...files, heldFile('SHA256SUMS', checksums(files))]
    .toSorted((a, b) => order(a.path) - order(b.path) || (a.path < b.path ? -1 : 1))
    .map((file) => ({ ...file, path: `${folder}/${file.path}` }))
  return { fileName: `${folder}.zip`, size: zipSize(entries), stream: () => zip(entries, act.at) }
}

/** As every archive and every shell spells it. */
const plainName = (fileName: string): string =>
  fileName
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .slice(-60)

/** Each package is work and an entry of the log: nobody needs so many. */
const MOST = 20

async function refuseTooMany({ db, secretKey }: EvidenceTools, { actor, at }: Act, envelopeId: string): Promise<void> {
  const bucket = bucketOf(secretKey, 'evidence', envelopeId, 'id' in actor ? actor.id : actor.kind)
  if ((await attemptsIn(db, bucket, at, HOUR)).count >= MOST) throw new Refusal('rate_limited', 'evidence.too-many')
  await recordAttempt(db, bucket, at)
}

/** What a person opens first comes first. */
const order = (path: string): number => (path.startsWith('CHECKLIST') ? 0 : path.includes('/') ? 2 : 1)

async function checklists(
  { db, config }: Pick<EvidenceTools, 'db' | 'config'>,
  envelope: EnvelopeRow,
  roots: readonly string[],
  logKey: string,
): Promise<EvidenceFile[]> {
  const installation = await readSetting(db, 'installation')
  const documents = await listDocuments(db, envelope.id)
  const facts = {
    title: envelope.title,
    company: (await findLegalEntity(db, envelope.legalEntityId)).legalName,
    completedAt: envelope.completedAt!,
    people: (await listRecipients(db, envelope.id)).map(({ firstName, lastName, role }) => ({
      name: `${firstName} ${lastName}`.trim(),
      role,
    })),
    annulments: await annulmentsOf(db, envelope.id),
    roots,
    logKey,
    verifyUrl: `${originsOf(config, installation).public}/verify`,
    timeZone: installation.timeZone,
  }
  return LANGUAGES.map((language) => {
    const titled = documents.map((one) => ({ documentId: one.documentId, title: titleFor(one, documents, language) }))
    return heldFile(`CHECKLIST.${language}.txt`, checklist(language, { ...facts, documents: titled }))
  })
}
