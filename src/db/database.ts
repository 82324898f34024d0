import type { ColumnType, Generated, Selectable } from 'kysely'
import type { Bytes } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import type { DocumentId } from '../base/document-id.ts'
import type { Instant } from '../base/instant.ts'

/** Null in a new row. */
type Later<T> = ColumnType<T | null, T | null | undefined, T | null>

/** Every table on one page. JSON columns are text; yes and no are a moment or 1 and 0; bytes are bytes. */
export interface Database {
  setting: { key: string; value: string; updatedAt: Instant }
  legalEntity: LegalEntityTable
  user: UserTable
  userSession: UserSessionTable
  halfSession: HalfSessionTable
  totp: TotpTable
  recoveryCode: { id: string; userId: string; hash: Digest; createdAt: Instant; usedAt: Instant | null }
  passkey: PasskeyTable
  passwordLink: PasswordLinkTable
  department: DepartmentTable
  userGroup: { id: string; name: string; createdAt: Instant }
  userGroupMember: { groupId: string; userId: string }
  role: RoleTable
  roleAssignment: RoleAssignmentTable
  attempt: { bucket: string; at: Instant }
  identitySource: IdentitySourceTable
  identityMapping: IdentityMappingTable
  identity: IdentityTable
  /** A role, a department or a group that somebody has because a source says so; what they had before it is not here. */
  identityGiven: { userId: string; targetKind: MappingTarget; targetId: string; sourceId: string; createdAt: Instant }
  identitySession: IdentitySessionTable
  /** What a provider has answered once, and may not answer again. */
  identityAnswer: { digest: string; at: Instant }
  identityRound: IdentityRoundTable
  breakGlassUse: BreakGlassUseTable
  object: { digest: Digest; size: number; createdAt: Instant }
  objectPart: { objectDigest: Digest; position: number; chunkDigest: Digest; size: number }
  chunk: { digest: Digest; bytes: Bytes }
  /** A page of a stored PDF as a picture of that many pixels across; width 0: its text as JSON. Made again where it is missing. */
  pageImage: { objectDigest: Digest; page: number; width: number; imageDigest: Digest; type: string }
  auditLeaf: AuditLeafTable
  auditNode: { level: number; position: number; hash: Bytes }
  /** Erased: no value, an empty salt, and the number of the event that says so. */
  auditClear: { seq: number; name: string; salt: Bytes; value: string | null; erasedBy: number | null }
  /** Whoever acted in an entry or is named by it: an index, outside the tree. */
  auditSubject: { subject: string; seq: number }
  /** keptAt: when it was written outside the database too; null before there was such a place. */
  checkpoint: { size: number; root: Bytes; note: string; at: Instant; keptAt: Instant | null }
  legalHold: LegalHoldTable
  witness: WitnessTable
  job: JobTable
  /** Whom the house spoke to, when last, how often. */
  outboundUse: { kind: string; host: string; port: number; usedAt: Instant; times: number }
  /** What is written to see that it can be. */
  readiness: { name: string; at: Instant }
  alarm: AlarmTable
  examination: ExaminationTable
  backupRun: BackupRunTable
  idempotency: { key: string; scope: string; answer: string; at: Instant }
  message: MessageTable
  messageAttempt: { id: string; messageId: string; at: Instant; outcome: 'sent' | 'deferred' | 'failed'; detail: string }
  authorityKey: AuthorityKeyTable
  keyProtector: KeyProtectorTable
  /** The sealed record of an act upon the authority's keys. */
  keyCeremony: { id: string; kind: string; objectDigest: Digest; createdAt: Instant }
  certificate: CertificateTable
  outsideSeal: OutsideSealTable
  revocationList: { issuerId: string; number: number; der: Bytes; thisUpdate: Instant; nextUpdate: Instant }
  contact: ContactTable
  contactImport: ContactImportTable
  /** What an import did to one contact; `before`: JSON of what it was, where it was changed. */
  contactImportRow: { importId: string; contactId: string; kind: 'added' | 'updated'; before: string | null }
  contactMerge: ContactMergeTable
  /** Two that somebody said are not the same person; the smaller id first. */
  contactDistinct: { firstId: string; secondId: string; userId: string; at: Instant }
  stamp: StampTable
  /** Who may use a stamp that is not for everyone. */
  stampGrant: { stampId: string; kind: 'user' | 'department' | 'group'; subjectId: string }
  numberingSeries: NumberingSeriesTable
  /** Each number that a series has given. Without an envelope it came back, and is the next to be given. */
  issuedNumber: { seriesId: string; year: number; number: number; envelopeId: string | null; value: string; at: Instant }
  disclosure: { id: string; language: string; version: number; text: string; digest: Digest; createdAt: Instant }
  envelope: EnvelopeTable
  document: DocumentTable
  recipient: RecipientTable
  field: FieldTable
  fieldEntry: FieldEntryTable
  mark: MarkTable
  attachment: AttachmentTable
  revision: RevisionTable
  frozenRevision: FrozenRevisionTable
  invitation: InvitationTable
  ceremonySession: CeremonySessionTable
  oneTimeCode: OneTimeCodeTable
  vaultLink: VaultLinkTable
  annulment: AnnulmentTable
  phonePad: PhonePadTable
  notification: NotificationTable
  /** What somebody has chosen otherwise than usual. */
  notificationChoice: { userId: string; kind: string; mailing: Mailing }
  stage: StageTable
  boardTrigger: BoardTriggerTable
  /** One row: how far the trail was followed, and how many changes the cards have seen. */
  boardState: { id: 'board'; seq: number; changes: number }
  boardCard: BoardCardTable
  cardMove: CardMoveTable
  boardRule: BoardRuleTable
  ruleRun: RuleRunTable
  webhookTarget: WebhookTargetTable
  webhookDelivery: WebhookDeliveryTable
  webhookState: WebhookStateTable
  envelopeNote: EnvelopeNoteTable
  savedView: SavedViewTable
  vaultEntry: VaultEntryTable
  /** Whom an entry of the vault belongs to, and who of the house took part in it. */
  vaultPerson: { userId: string; completedAt: Instant; seq: number }
  vaultFolder: VaultFolderTable
  vaultFolderRight: VaultFolderRightTable
  vaultImport: VaultImportTable
  vaultSweep: VaultSweepTable
  vaultFault: VaultFaultTable
  retentionClass: RetentionClassTable
  /** What is kept by the kind of a document. */
  retentionRule: { kind: string; classId: string }
  disposal: DisposalTable
  /** keptBecause: why it was not disposed of with the others after all. */
  disposalEntry: { disposalId: string; envelopeId: string; disposedAt: Instant | null; keptBecause: string | null }
  disposedDocument: DisposedDocumentTable
  disposedRevision: { documentId: string; number: number; kind: RevisionKind; digest: Digest }
  templateFolder: TemplateFolderTable
  template: TemplateTable
  templateVersion: TemplateVersionTable
  bulkSend: BulkSendTable
  bulkRow: BulkRowTable
  selfServiceLink: SelfServiceLinkTable
  selfServiceRequest: SelfServiceRequestTable
  apiToken: ApiTokenTable
  /** fullAt: the millisecond at which a token has its whole rate again. */
  apiRate: { tokenId: string; fullAt: number }
  apiAnswer: ApiAnswerTable
  apiUpload: { id: string; userId: string; fileName: string; objectDigest: Digest; size: number; createdAt: Instant; expiresAt: Instant }
}

/** By which a program asks in somebody's name. Only a hash of it is kept. */
export interface ApiTokenTable {
  id: string
  userId: string
  name: string
  /** Its last four characters, to tell it from others. */
  hint: string
  hash: Digest
  /** With spaces between. */
  scopes: string
  /** Networks from which it may be used, with spaces between; empty: any. */
  addresses: string
  createdAt: Instant
  createdBy: string
  expiresAt: Instant | null
  lastUsedAt: Instant | null
  lastUsedIp: string | null
  endedAt: Instant | null
  endedBy: string | null
}
export type ApiTokenRow = Selectable<ApiTokenTable>

/** What a request with an Idempotency-Key was answered; status null: it is under way. */
export interface ApiAnswerTable {
  scope: string
  key: string
  /** SHA-256 over method, address and body. */
  request: Digest
  status: number | null
  headers: string
  body: string
  startedAt: Instant
}

/** A finished envelope as the register lists it: kept by the transactions that change what it says, compared by the sweep. */
export interface VaultEntryTable {
  seq: Generated<number>
  envelopeId: string
  ownerId: string
  folderId: string | null
  /** The folder whose rights of its own hold for it; null: the owner's level holds. */
  scopeId: string | null
  completedAt: Instant
  title: string
  /** As it is sorted: folded, without accents. */
  titleKey: string
  /** One a line: name · company. */
  parties: string
  partyKey: string
  /** Bytes of the sealed files together. */
  size: number
  stage: 'in-force' | 'annulled'
  isHeld: number
  origin: 'issued' | 'imported'
  /** What sort of document it is, in the words of whoever filed it; empty: not said. */
  kind: string
  /** In hundredths of the currency. */
  amount: number | null
  currency: string
  /** The retention class that somebody chose for this entry; null: the folder's, the kind's or the default. */
  classId: string | null
  dueAt: Instant | null
  /** When its words were taken into the index; null: they wait. */
  indexedAt: Instant | null
  indexFailure: string | null
  disposedAt: Instant | null
}
export type VaultEntryRow = Selectable<VaultEntryTable>

export interface VaultFolderTable {
  id: string
  parentId: string | null
  name: string
  nameKey: string
  scopeId: string | null
  hasOwnRights: number
  classId: string | null
  createdAt: Instant
  createdBy: string
}
export type VaultFolderRow = Selectable<VaultFolderTable>

export interface VaultFolderRightTable {
  folderId: string
  subjectKind: 'user' | 'group' | 'department' | 'everyone'
  /** Empty for everyone. */
  subjectId: string
  right: 'read' | 'edit'
}

/** A PDF that was signed elsewhere: the report of its verification on the day of its entry. */
export interface VaultImportTable {
  envelopeId: string
  digest: Digest
  fileName: string
  /** JSON of the verification report. */
  report: string
  answer: string
  /** 0: kept as not verified, by explicit choice. */
  isVerified: number
  importedAt: Instant
  importedBy: string
}

export interface VaultSweepTable {
  id: string
  startedAt: Instant
  endedAt: Instant | null
  objects: number
  bytes: number
  documents: number
  faults: number
  /** Where the next slice goes on: the last object by its digest, the last document by its row. */
  afterObject: string
  afterDocument: string
  /** 1: everything in one go, because somebody asked for it. */
  isWhole: number
}
export type VaultSweepRow = Selectable<VaultSweepTable>

export interface VaultFaultTable {
  id: string
  kind: 'bytes' | 'verdict' | 'register'
  /** The object's digest, the document's row, the envelope. */
  subject: string
  envelopeId: string | null
  documentId: string | null
  detail: string
  foundAt: Instant
  seenAt: Instant
  /** When the administrators were told of it. */
  toldAt: Instant | null
  resolvedAt: Instant | null
}

export interface RetentionClassTable {
  id: string
  name: string
  /** From the completion; null where `until` holds. */
  years: number | null
  /** A day as 2030-12-31. */
  until: string | null
  action: 'review' | 'dispose'
  isDefault: number
  createdAt: Instant
  removedAt: Instant | null
}
export type RetentionClassRow = Selectable<RetentionClassTable>

/** Asked for by one person, decided by another. */
export interface DisposalTable {
  id: string
  reason: string
  askedBy: string
  askedAt: Instant
  decision: 'approved' | 'refused' | null
  decidedBy: string | null
  decidedAt: Instant | null
  decisionReason: string | null
  doneAt: Instant | null
  certificateDigest: Digest | null
  certificateDocumentId: DocumentId | null
}
export type DisposalRow = Selectable<DisposalTable>

/** What may still be said of a document whose bytes are gone. */
export interface DisposedDocumentTable {
  /** The row of `document`. */
  id: string
  envelopeId: string
  disposalId: string
  documentId: DocumentId
  issuer: string
  title: string
  originalDigest: Digest
  digest: Digest
  size: number
  pages: number
  preparedAt: Instant
  completedAt: Instant
  disposedAt: Instant
  /** 0: it was imported, and nothing was issued here. */
  wasIssued: number
}

export interface LegalEntityTable {
  id: string
  legalName: string
  country: string
  address: string
  /** JSON: registration number, VAT, bank, representative, e-mail, phone. */
  details: string
  logoDigest: Digest | null
  isDefault: number
  createdAt: Instant
}
export type LegalEntityRow = Selectable<LegalEntityTable>

export interface UserTable {
  id: string
  email: string
  firstName: string
  lastName: string
  jobTitle: string
  phone: string | null
  language: Language
  passwordHash: string | null
  createdAt: Instant
  disabledAt: Instant | null
  departmentId: string | null
  /** 1: a program's account, which has no password and never signs in. */
  isService: Generated<number>
}
export type UserRow = Selectable<UserTable>
export type Language = 'en' | 'fr'

export interface UserSessionTable {
  id: string
  tokenHash: Digest
  userId: string
  createdAt: Instant
  lastSeenAt: Instant
  endedAt: Instant | null
  ip: string | null
  userAgent: string | null
  method: SignInMethod
  /** What came after the method; null: nothing was asked. */
  factor: SecondFactor | null
  /** When and by what its person last showed that it is they who sit there. */
  provedAt: Instant | null
  provedBy: ProofMethod | null
}

/** What says who somebody is. `link`: one that was sent to their address. */
export type SignInMethod = 'password' | 'link' | 'passkey' | 'ldap' | 'oidc'
/** `passkey` stands alone too, for it asks for the person's own finger, face or PIN; `provider`: their OpenID provider asked. */
export type SecondFactor = 'totp' | 'recovery-code' | 'passkey' | 'provider'
export type ProofMethod = 'password' | 'totp' | 'passkey' | 'oidc'

/** Where people come from: a directory that is asked (LDAP), or a provider that answers for them (OpenID Connect). */
export interface IdentitySourceTable {
  id: string
  kind: 'ldap' | 'oidc'
  name: string
  /** JSON; see `access/sign-on/source`. */
  settings: string
  /** Under the key outside the database, base64. */
  sealedSecret: string | null
  createdAt: Instant
  switchedOnAt: Instant | null
  removedAt: Instant | null
}
export type IdentitySourceRow = Selectable<IdentitySourceTable>

export type MappingTarget = 'role' | 'department' | 'group'
/** Whoever is in a group of the source has this here. */
export interface IdentityMappingTable {
  id: string
  sourceId: string
  /** A distinguished name in one spelling, or the value of a claim. */
  groupKey: string
  groupName: string
  targetKind: MappingTarget
  targetId: string
  createdAt: Instant
}
export type IdentityMappingRow = Selectable<IdentityMappingTable>

/** An account belongs to one source at the most. */
export interface IdentityTable {
  userId: string
  sourceId: string
  /** What stays the same for this person at the source. */
  subject: string
  /** As the source calls them: a distinguished name, a user name. */
  name: string
  createdAt: Instant
  seenAt: Instant
  /** The source let them in no longer. Null also where an administrator did that. */
  disabledAt: Instant | null
}
export type IdentityRow = Selectable<IdentityTable>

export interface IdentitySessionTable {
  sessionId: string
  sourceId: string
  subject: string
  /** The provider's own session (`sid`). */
  providerSession: string | null
  /** The ID token, to sign out there; under the key outside the database, base64. */
  sealedToken: string | null
  createdAt: Instant
}

/** One comparison of everybody with their directory. */
export interface IdentityRoundTable {
  id: string
  sourceId: string
  startedAt: Instant
  endedAt: Instant | null
  /** `held`: so many are missing that an administrator is asked first; `failed`: the directory gave no answer, and nothing was done. */
  outcome: 'done' | 'held' | 'failed' | null
  known: number
  found: number
  changed: number
  disabled: number
  enabled: number
  /** Ids of the accounts that the directory no longer has, separated by spaces. */
  missing: string
  detail: string
}
export type IdentityRoundRow = Selectable<IdentityRoundTable>

export interface BreakGlassUseTable {
  id: string
  userId: string
  at: Instant
  ip: string | null
  /** An administrator has taken note of it. */
  seenAt: Instant | null
  seenBy: string | null
}

/** Between a password and a second factor: it opens nothing but the page that asks for it. */
export interface HalfSessionTable {
  id: string
  tokenHash: Digest
  userId: string
  method: SignInMethod
  /** `enrolment`: the house asks for a second factor, and there is none yet. */
  needs: 'second-factor' | 'enrolment'
  knownDevice: number
  createdAt: Instant
  endedAt: Instant | null
  ip: string | null
  userAgent: string | null
}

/** An authenticator app whose first code was given. The secret is sealed with the key outside the database. */
export interface TotpTable {
  id: string
  userId: string
  sealedSecret: Bytes
  createdAt: Instant
  confirmedAt: Instant | null
  /** The number of the last half minute whose code was used; no earlier one counts. */
  lastStep: number
}

export interface PasskeyTable {
  id: string
  /** base64url. */
  credentialId: string
  userId: string
  /** COSE. */
  publicKey: Bytes
  counter: number
  /** As the browser told them, with spaces between. */
  transports: string
  name: string
  createdAt: Instant
  lastUsedAt: Instant | null
}

/** A link to choose a new password, sent to whoever had forgotten it. */
export interface PasswordLinkTable {
  id: string
  tokenHash: Digest
  userId: string
  /** Where it was sent; it is dead once the account has another. */
  address: string
  createdAt: Instant
  expiresAt: Instant
  usedAt: Instant | null
}

export interface DepartmentTable {
  id: string
  /** Null: at the top. */
  parentId: string | null
  name: string
  supervisorId: string | null
  createdAt: Instant
}
export type DepartmentRow = Selectable<DepartmentTable>

export interface RoleTable {
  id: string
  /** Of those that every house has the pages show a word of the reader's language instead. */
  name: string
  /** JSON: see access/permissions. */
  permissions: string
  createdAt: Instant
}
export type RoleRow = Selectable<RoleTable>

export interface RoleAssignmentTable {
  roleId: string
  /** A department's role is that of everybody in it and below it. */
  holderKind: 'user' | 'department' | 'group'
  holderId: string
  createdAt: Instant
}

export interface AuditLeafTable {
  seq: number
  at: Instant
  type: string
  actorKind: string
  actorId: string | null
  envelopeId: string | null
  /** The exact canonical JSON that was hashed. */
  entry: string
  hash: Bytes
}

/** Nothing of its envelope is erased while it stands. One open hold an envelope. */
export interface LegalHoldTable {
  id: string
  envelopeId: string
  reason: string
  setAt: Instant
  setBy: string
  liftedAt: Instant | null
  liftedBy: string | null
  liftReason: string | null
  /** One asks that it be lifted, another lifts it. */
  liftAskedAt: Later<Instant>
  liftAskedBy: Later<string>
  liftAskedReason: Later<string>
}
export type LegalHoldRow = Selectable<LegalHoldTable>

/** How far each witness of the audit log has been told, and what went wrong since. */
export interface WitnessTable {
  kind: 'file' | 'email'
  size: number
  toldAt: Instant | null
  failure: string | null
  failedAt: Instant | null
}

/** Something that is amiss until it ends: at most one open row a cause. */
export interface AlarmTable {
  id: string
  cause: string
  /** JSON: what fills its sentence. */
  facts: string
  raisedAt: Instant
  seenAt: Instant
  endedAt: Instant | null
}

/** One run of every self-check. */
export interface ExaminationTable {
  id: string
  /** A user's id; null: the house did it by itself. */
  askedBy: string | null
  startedAt: Instant
  endedAt: Instant | null
  done: number
  total: number
  /** JSON: the checks that are done. */
  checks: string
}

export interface JobTable {
  id: string
  kind: string
  payload: string
  /** At most one unfinished job a key. */
  key: string | null
  runAt: Instant
  attempts: number
  leaseUntil: Instant | null
  lastError: string | null
  createdAt: Instant
  doneAt: Instant | null
  failedAt: Instant | null
  /** The request that ordered it, for whoever reads the log. */
  requestId: string | null
}
export type JobRow = Selectable<JobTable>

/** A backup or a drill: a row from its first moment, so that one that was cut off is seen. */
export interface BackupRunTable {
  id: string
  kind: 'backup' | 'drill'
  origin: 'schedule' | 'console' | 'command-line'
  folder: string
  startedAt: Instant
  /** When it was last heard of. */
  seenAt: Instant
  endedAt: Instant | null
  outcome: 'good' | 'failed' | null
  backupId: string | null
  phase: string
  done: number
  total: number
  chunks: number
  newChunks: number
  written: number
  /** A refusal's reason where it failed, `accident` for anything else; its params as JSON. */
  reason: string | null
  params: string
}
export type BackupRunRow = Selectable<BackupRunTable>

export interface MessageTable {
  id: string
  kind: string
  channel: 'email' | 'sms'
  address: string
  language: Language
  envelopeId: string | null
  recipientId: string | null
  userId: string | null
  /** JSON: ids and plain facts; never a link's secret nor a code. */
  params: string
  status: 'waiting' | 'sending' | 'sent' | 'failed' | 'withdrawn'
  createdAt: Instant
  sentAt: Instant | null
  openedAt: Instant | null
  openedBy: string | null
}
export type MessageRow = Selectable<MessageTable>

export interface AuthorityKeyTable {
  id: string
  purpose: 'root' | 'issuing' | 'seal' | 'tsa' | 'ocsp' | 'audit'
  algorithm: string
  spki: Bytes
  /** PKCS#8 under AES-256-GCM with the key-encryption key. */
  wrapped: Bytes | null
  createdAt: Instant
  retiredAt: Instant | null
}

/** One way to the main key, under which every private key of the authority is kept. */
export interface KeyProtectorTable {
  id: string
  kind: 'key-file' | 'passphrase' | 'recovery'
  /** Of argon2id; empty for a key file. */
  salt: Bytes
  /** The main key under AES-256-GCM with what the file, the passphrase or the recovery secret gives. */
  wrapped: Bytes
  createdAt: Instant
}

export interface CertificateTable {
  id: string
  serial: string
  purpose: 'root' | 'issuing' | 'seal' | 'tsa' | 'ocsp' | 'signer' | 'server'
  subject: string
  der: Bytes
  keyId: string | null
  issuerId: string | null
  notBefore: Instant
  notAfter: Instant
  recipientId: string | null
  createdAt: Instant
  revokedAt: Instant | null
  revocationReason: string | null
}
export type CertificateRow = Selectable<CertificateTable>

/** A seal that another authority issued. Its certificate is in the list of certificates under the same id from its adoption on. */
export interface OutsideSealTable {
  id: string
  keyId: string
  der: Bytes
  /** JSON: base64 of the certificates above it, up to the root. */
  chain: string
  /** JSON: base64 of the lists that came with it. */
  revocationLists: string
  createdAt: Instant
  /** Null: it waits for a person to say that it is the right one. */
  adoptedAt: Instant | null
  /** Null: in use, where it was adopted. */
  laidDownAt: Instant | null
}

export interface ContactTable {
  id: string
  ownerId: string | null
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  company: string
  jobTitle: string
  language: Language | null
  comment: string
  /** Registration numbers, address, bank: what the field "company details" takes. */
  companyDetails: string
  /** Last and first name, and the company, without case and accents: sorted and compared by. */
  nameKey: string
  companyKey: string
  /** Everything that a search finds, without case and accents. */
  searchText: string
  /** The contact that took this one in; it is removed then. */
  mergedInto: string | null
  createdAt: Instant
  updatedAt: Instant
  removedAt: Instant | null
  /** 1: available to everyone. */
  isPublic: Generated<number>
}
export type ContactRow = Selectable<ContactTable>

/** A file of contacts: looked at first, then taken over as a whole. */
export interface ContactImportTable {
  id: string
  userId: string
  fileName: string
  format: 'csv' | 'vcard'
  /** The file until it is imported or given up. */
  content: Bytes | null
  /** JSON: which column is what, and what happens to those who are known. */
  choices: string
  createdAt: Instant
  importedAt: Instant | null
  undoneAt: Instant | null
  added: number
  updated: number
  skipped: number
}
export type ContactImportRow = Selectable<ContactImportTable>

export interface ContactMergeTable {
  id: string
  keptId: string
  mergedId: string
  /** JSON: the values of the kept one before. */
  before: string
  userId: string
  at: Instant
  undoneAt: Instant | null
}
export type ContactMergeRow = Selectable<ContactMergeTable>

export interface StampTable {
  id: string
  name: string
  legalEntityId: string | null
  objectDigest: Digest
  /** 1: everybody with the right to use stamps; 0: of these, those whom a grant names. */
  forEveryone: number
  createdAt: Instant
  removedAt: Instant | null
}

/** Numbers of one company's documents, one after the other. */
export interface NumberingSeriesTable {
  id: string
  legalEntityId: string
  name: string
  prefix: string
  /** 1: the year stands in the number, and each year begins at 1. */
  perYear: number
  year: number
  next: number
  digits: number
  /** 1: taken by a field that names none. */
  isDefault: number
  removedAt: Instant | null
}
export type NumberingSeriesRow = Selectable<NumberingSeriesTable>

export type EnvelopeStatus =
  | 'draft'
  | 'sending'
  | 'sent'
  | 'sealing'
  | 'completed'
  | 'declined'
  | 'voided'
  | 'expired'
  /** What a template is made in: prepared like a draft, never sent, in no list of envelopes. */
  | 'design'
  /** A version of a template: a design that nobody changes any more. */
  | 'published'

export interface EnvelopeTable {
  id: string
  title: string
  senderId: string
  legalEntityId: string
  status: EnvelopeStatus
  subject: string
  message: string
  language: Language
  deadline: Instant | null
  reminders: string
  /** Whose recipients may hand over to somebody else. */
  delegation: ColumnType<Delegation, Delegation | undefined, Delegation>
  /** Counts every change of the draft; a dispatch compares it. */
  version: number
  isSample: number
  createdAt: Instant
  updatedAt: Instant
  dispatchedAt: Instant | null
  completedAt: Instant | null
  endedAt: Instant | null
  endReason: string | null
  endedBy: string | null
  /** Why the last dispatch came back to its sender: a reason of the refusals, or null. */
  dispatchFailure: string | null
  /** Who looks after it and sees it as their own; null: the sender. */
  responsibleId: string | null
  /** 1: available to everyone. */
  isPublic: Generated<number>
  /** Of which template and which version of it this was made; of a design and of a version: whose it is. */
  templateId: string | null
  templateVersion: number | null
  /** Of a template: how many days after it is sent it ends. Null: as usual. */
  deadlineDays: number | null
}
export type EnvelopeRow = Selectable<EnvelopeTable>
export type Delegation = 'nobody' | 'other' | 'everybody'

export interface DocumentTable {
  id: string
  envelopeId: string
  position: number
  title: string
  fileName: string
  /** The public document ID on every page; drawn at creation. */
  documentId: DocumentId
  originalDigest: Digest
  /** What pages are shown from and what is prepared: the original, decrypted or made from a picture. */
  sourceDigest: Digest
  /** JSON: { width, height } in points, as seen, of each page. */
  pages: string
  /** The same for the prepared document, strip and certificate of completion included; null before the dispatch. */
  shownPages: string | null
  /** JSON: what inspection found and what the sender consented to remove. */
  findings: string
  /**
   * The row of the document whose certificate of completion this is: one that arrived signed can bear no page more. Null for every document that
   * somebody uploaded.
   */
  certifies: string | null
  createdAt: Instant
}
export type DocumentRow = Selectable<DocumentTable>

export type RecipientRole = 'signer' | 'approver' | 'witness' | 'copy'
export type RecipientSide = 'company' | 'other'
export type RecipientStatus = 'waiting' | 'invited' | 'signed' | 'declined' | 'notified'

export interface RecipientTable {
  id: string
  envelopeId: string
  position: number
  side: RecipientSide
  role: RecipientRole
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  channel: 'email' | 'sms'
  language: Language
  routingOrder: number
  company: string
  /** Registration numbers, address, bank: what the field "company details" takes. */
  companyDetails: string
  jobTitle: string
  userId: string | null
  contactId: string | null
  /** The role in a template that this is, such as "Client"; it stands open while it names nobody. Null: no role, a person. */
  roleName: string | null
  asksStamp: number
  status: RecipientStatus
  openedAt: Instant | null
  consentedAt: Instant | null
  consentDisclosureId: string | null
  identifiedAt: Instant | null
  /** JSON: channel, masked address, whether the administrator handed over the link or the code, in person. */
  identifiedHow: string | null
  signedAt: Instant | null
  declinedAt: Instant | null
  declineReason: string | null
  certificateSerial: string | null
  /** When they are reminded next by themselves; null: not at all. */
  remindAt: ColumnType<Instant | null, Instant | null | undefined, Instant | null>
}
export type RecipientRow = Selectable<RecipientTable>

export type FieldKind =
  | 'signature'
  | 'initials'
  | 'stamp'
  | 'full-name'
  | 'job-title'
  | 'company'
  | 'company-details'
  | 'email'
  | 'phone'
  | 'date-signed'
  | 'date'
  | 'text'
  | 'multiline'
  | 'checkbox'
  | 'number'
  | 'attachment'
  | 'radio'
  | 'drop-down'
  | 'contact'
  | 'calculation'

export interface FieldTable {
  id: string
  documentId: string
  recipientId: string | null
  kind: FieldKind
  /** 0-based. */
  page: number
  /** Points from the top left of the page as seen. */
  x: number
  y: number
  width: number
  height: number
  required: number
  readOnly: number
  label: string
  value: string
  /** Points; 0: as large as the box takes. */
  fontSize: number
  /** JSON of `field/rules`. */
  rules: ColumnType<string, string | undefined, string>
  /** What in the file it stands for, a text tag or a field of its form, which is then not drawn; empty where it is nothing. */
  origin: ColumnType<string, string | undefined, string>
  /** Of an automatic number: its series; null: the company's usual one. */
  seriesId: Generated<string | null>
}
export type FieldRow = Selectable<FieldTable>

/** What a recipient has filled in so far; a mark field holds the mark's id. */
export interface FieldEntryTable {
  fieldId: string
  recipientId: string
  value: string
  updatedAt: Instant
}

export interface MarkTable {
  id: string
  recipientId: string
  kind: 'signature' | 'initials' | 'stamp'
  method: 'typed' | 'drawn' | 'uploaded' | 'library'
  /** JSON: text and font of a typed one, strokes of a drawn one. */
  source: string
  /** The picture: PNG, or SVG outlines of a typed one. */
  objectDigest: Digest
  width: number
  height: number
  createdAt: Instant
}
export type MarkRow = Selectable<MarkTable>

/** A file that a recipient put into a field that asks for one; the field's entry names the one that counts. */
export interface AttachmentTable {
  id: string
  fieldId: string
  recipientId: string
  objectDigest: Digest
  fileName: string
  type: string
  size: number
  createdAt: Instant
}
export type AttachmentRow = Selectable<AttachmentTable>

/** `received`: as it arrived, with signatures of others. */
export type RevisionKind = 'received' | 'prepared' | 'certified' | 'signed' | 'sealed' | 'security-store' | 'time-stamped'

export interface RevisionTable {
  /** The row of `document`, not the public document ID. */
  documentId: string
  number: number
  kind: RevisionKind
  objectDigest: Digest
  size: number
  recipientId: string | null
  /** JSON of pdf's Head: what the next revision is written from. */
  head: string
  /** JSON: certificate serial, time-stamp token time, level. */
  facts: string
  /** Of a document time stamp: the end of its authority's certificate, before which another stamp must stand over it. Null: not looked up yet. */
  proofUntil: ColumnType<Instant | null, Instant | null | undefined, Instant | null>
  createdAt: Instant
}
export type RevisionRow = Selectable<RevisionTable>

/** The very revision that a recipient is shown at the last step; replaced when the document moved on. */
export interface FrozenRevisionTable {
  id: string
  recipientId: string
  documentId: string
  /** The number of the revision it continues. */
  after: number
  /** SHA-256 of the byte ranges: what the recipient confirms. */
  digest: Digest
  /** JSON and bytes of what must stay the same between preview and signature. */
  state: string
  /** Of the certificate that will be issued: it stands on the certificate of completion already. */
  serial: string
  previewDigest: Digest
  createdAt: Instant
}
export type FrozenRevisionRow = Selectable<FrozenRevisionTable>

export interface InvitationTable {
  id: string
  recipientId: string
  generation: number
  createdAt: Instant
  expiresAt: Instant | null
  revokedAt: Instant | null
  /** When an administrator opened it in the Outbox. */
  handedOverAt: Instant | null
  inPerson: number
  /** Listed pages of others may show it inside them. */
  embedded: Generated<number>
}
export type InvitationRow = Selectable<InvitationTable>

export interface CeremonySessionTable {
  id: string
  tokenHash: Digest
  invitationId: string
  recipientId: string
  createdAt: Instant
  lastSeenAt: Instant
  verifiedAt: Instant | null
  endedAt: Instant | null
  ip: string | null
  userAgent: string | null
}
export type CeremonySessionRow = Selectable<CeremonySessionTable>

export interface OneTimeCodeTable {
  id: string
  recipientId: string
  sessionId: string
  /** HMAC under the key outside the database. */
  codeHash: Digest
  /** The code under AES-256-GCM until it is sent, then null. */
  sealed: Bytes | null
  createdAt: Instant
  expiresAt: Instant
  tries: number
  usedAt: Instant | null
  replacedAt: Instant | null
  handedOverAt: Instant | null
}
export type OneTimeCodeRow = Selectable<OneTimeCodeTable>

/** The finished document's link of one recipient. */
export interface VaultLinkTable {
  id: string
  envelopeId: string
  recipientId: string
  generation: number
  createdAt: Instant
  expiresAt: Instant
  revokedAt: Instant | null
}

/** What was said of a finished envelope afterwards, from 1 without gaps; the last one holds. */
export interface AnnulmentTable {
  envelopeId: string
  number: number
  kind: 'annulled' | 'reinstated'
  reason: string
  /** 1: the reason may be read by whoever asks the register. */
  isPublic: number
  userId: string
  at: Instant
  /** Its entry of the audit log. */
  seq: number
}
export type AnnulmentRow = Selectable<AnnulmentTable>

/** One way from a ceremony on a computer to a phone, on which one mark is drawn. Worth nothing anywhere else. */
export interface PhonePadTable {
  id: string
  sessionId: string
  recipientId: string
  kind: 'signature' | 'initials'
  secretHash: Digest
  /** Of the phone that opened it first; from then on of no other. */
  deviceHash: Digest | null
  /** What was drawn last. */
  objectDigest: Digest | null
  /** How often something was drawn. */
  sent: number
  createdAt: Instant
  expiresAt: Instant
  openedAt: Instant | null
  sentAt: Instant | null
  /** Used, or replaced by another one. */
  endedAt: Instant | null
}
export type PhonePadRow = Selectable<PhonePadTable>

/** How somebody is told by mail: at once, with others once a day, or not. */
export type Mailing = 'now' | 'daily' | 'never'

/** Something that a person of the house is told in the page. One row a person and key. */
export interface NotificationTable {
  id: string
  userId: string
  kind: string
  key: string
  envelopeId: string | null
  recipientId: string | null
  /** JSON: plain facts. */
  params: string
  mailing: Mailing
  /** The message of the day in which it stands. */
  digestId: string | null
  createdAt: Instant
  readAt: Instant | null
}
export type NotificationRow = Selectable<NotificationTable>
export type StageKind = 'draft' | 'sent' | 'company-signed' | 'other-signed' | 'completed' | 'declined' | 'voided' | 'expired'

export interface StageTable {
  id: string
  /** The fact that a built-in stage states; null: an own stage, which states none. */
  kind: StageKind | null
  /** JSON by language; a language without a name has the built-in one, or that of another language. */
  names: string
  colour: string
  icon: string
  position: number
  hiddenAt: Instant | null
  createdAt: Instant
  removedAt: Instant | null
}
export type StageRow = Selectable<StageTable>

export interface BoardTriggerTable {
  id: string
  event: string
  /** Of a field trigger: the label of the field, and the value that it must have (empty: any). */
  label: string
  value: string
  stageId: string
  createdAt: Instant
}
export type BoardTriggerRow = Selectable<BoardTriggerTable>

/** Where an envelope stands on the board. */
export interface BoardCardTable {
  envelopeId: string
  stageId: string
  /** The number of the entry into this stage: a rule acts once for each. */
  entry: number
  /** The highest number that was given. */
  entries: number
  enteredAt: Instant
  /** The number of the board's change that brought it here. */
  change: number
}
export type BoardCardRow = Selectable<BoardCardTable>

export interface CardMoveTable {
  id: string
  envelopeId: string
  fromStage: string
  fromEntry: number
  fromEnteredAt: Instant
  toStage: string
  toEntry: number
  at: Instant
  byKind: 'person' | 'trigger' | 'rule'
  byId: string
  undoneAt: Instant | null
}
export type CardMoveRow = Selectable<CardMoveTable>

export type DelayUnit = 'minutes' | 'hours' | 'days' | 'working-days'

export interface BoardRuleTable {
  id: string
  stageId: string
  position: number
  switchedOffAt: Instant | null
  /** How many units after the entry; 0: at once. */
  wait: number
  unit: DelayUnit
  /** 1: it also acts when the card has left the stage meanwhile. */
  stays: number
  /** JSON: all of them must hold. */
  conditions: string
  /** JSON. */
  action: string
  createdAt: Instant
  updatedAt: Instant
  removedAt: Instant | null
}
export type BoardRuleRow = Selectable<BoardRuleTable>

/** What one rule did for one entry of one card: at most one row each. */
export interface RuleRunTable {
  id: string
  ruleId: string
  envelopeId: string
  stageId: string
  entry: number
  /** JSON: the stages that the card went through without a person or a fact in between. */
  chain: string
  status: 'waiting' | 'done' | 'skipped' | 'failed' | 'dropped'
  /** Why it was skipped, dropped or failed; a name that the dictionaries tell. */
  reason: string
  /** JSON: plain facts that the sentence is filled with. */
  detail: string
  createdAt: Instant
  dueAt: Instant
  doneAt: Instant | null
}
export type RuleRunRow = Selectable<RuleRunTable>

/** Where rules and news may be sent to: nowhere else. */
export interface WebhookTargetTable {
  id: string
  name: string
  url: string
  /** The key of the signature, sealed with the key outside the database, base64. */
  sealedSecret: string
  createdAt: Instant
  removedAt: Instant | null
  /** What it is told by itself, separated by spaces; empty: rules alone call it. */
  events: Generated<string>
  /** Whether names and addresses of people go with it. */
  namesPeople: Generated<number>
  pausedAt: Generated<Instant | null>
  /** The key before this one, sealed alike, which signs too until then. */
  formerSecret: Generated<string | null>
  formerUntil: Generated<Instant | null>
}
export type WebhookTargetRow = Selectable<WebhookTargetTable>

/** One entry of the trail for one target. What it says is made at each try, so no name rests here. */
export interface WebhookDeliveryTable {
  id: string
  targetId: string
  event: string
  seq: number
  envelopeId: string | null
  recipientId: string | null
  happenedAt: Instant
  status: 'waiting' | 'taken' | 'failed' | 'dropped'
  attempts: number
  /** The status of the last answer, or why there was none. */
  answer: string
  dueAt: Instant
  toldAt: Instant | null
}
export type WebhookDeliveryRow = Selectable<WebhookDeliveryTable>

/** How far the trail has been read. */
export interface WebhookStateTable {
  id: string
  seq: number
}

/** What somebody, or a rule, wrote down about an envelope for the house: it is no evidence and leaves with no package. */
export interface EnvelopeNoteTable {
  id: string
  envelopeId: string
  userId: string | null
  ruleId: string | null
  text: string
  at: Instant
}

export interface SavedViewTable {
  id: string
  userId: string
  name: string
  surface: 'list' | 'board'
  /** The part of the address behind the question mark. */
  query: string
  isDefault: number
  position: number
  createdAt: Instant
}
export type SavedViewRow = Selectable<SavedViewTable>
/** Of everybody in the house: they only put templates in order. */
export interface TemplateFolderTable {
  id: string
  parentId: string | null
  name: string
  createdAt: Instant
}
export type TemplateFolderRow = Selectable<TemplateFolderTable>

export interface TemplateTable {
  id: string
  name: string
  description: string
  ownerId: string
  /** 1: available to everyone. */
  isPublic: number
  folderId: string | null
  /** The envelope of status `design` in which it is changed. */
  designId: string
  /** The number of its newest version; 0: none is published yet. */
  latest: number
  createdAt: Instant
  updatedAt: Instant
  archivedAt: Instant | null
}
export type TemplateRow = Selectable<TemplateTable>

/** From 1 without gaps; nothing of one is ever changed. */
export interface TemplateVersionTable {
  templateId: string
  number: number
  /** The envelope of status `published` that holds it. */
  envelopeId: string
  /** Which state of the design was frozen. */
  designVersion: number
  note: string
  publishedAt: Instant
  publishedBy: string
}
export type TemplateVersionRow = Selectable<TemplateVersionTable>

export type BulkStatus = 'checking' | 'running' | 'paused' | 'cancelled' | 'done'

/** One version of a template, sent to many from a table. */
export interface BulkSendTable {
  id: string
  templateId: string
  templateVersion: number
  ownerId: string
  fileName: string
  /** JSON: the headings of the table. */
  columns: string
  /** JSON: what is asked → the number of the column that answers it. */
  mapping: string
  status: BulkStatus
  createdAt: Instant
  startedAt: Instant | null
  endedAt: Instant | null
}
export type BulkSendRow = Selectable<BulkSendTable>

/** One line of the table is one envelope, made in the transaction that says so. */
export interface BulkRowTable {
  bulkId: string
  /** As a spreadsheet counts: the first line below the headings is 2. */
  line: number
  /** JSON: the texts of the cells. */
  cells: string
  status: 'waiting' | 'sent' | 'refused' | 'left-out'
  /** Why it was refused: a reason of the refusals, and JSON of what fills it in. */
  reason: string | null
  params: string | null
  envelopeId: string | null
}
export type BulkRowRow = Selectable<BulkRowTable>

/** A public page on which a visitor starts an envelope of their own. Its secret is derived from a key outside the database. */
export interface SelfServiceLinkTable {
  id: string
  templateId: string
  /** Who sends what is started here. */
  ownerId: string
  generation: number
  /** Null: no limit. */
  capacity: number | null
  uses: number
  endsAt: Instant | null
  switchedOffAt: Instant | null
  createdAt: Instant
}
export type SelfServiceLinkRow = Selectable<SelfServiceLinkTable>

/** A visitor has given an address, and has proved it or not. */
export interface SelfServiceRequestTable {
  id: string
  linkId: string
  firstName: string
  lastName: string
  channel: 'email' | 'sms'
  address: string
  language: Language
  createdAt: Instant
  expiresAt: Instant
  provenAt: Instant | null
  envelopeId: string | null
}
export type SelfServiceRequestRow = Selectable<SelfServiceRequestTable>
