import type { Reference } from './api/reference.ts'
import type { Scope } from '../integration/scopes.ts'
import type { Token } from '../integration/tokens.ts'
import type { Coverage } from '../access/coverage.ts'
import type { PasskeySite } from '../access/passkeys.ts'
import type { Factors } from '../access/second-factor.ts'
import type { Enrolment } from '../access/totp.ts'
import type { SecondFactorPolicy } from '../setting/setting.ts'
import type { PasskeyTable, SecondFactor, SignInMethod } from '../db/database.ts'
import type { ProofWays } from '../access/proof.ts'
import type { BackupPage } from './console/backup.ts'
import type { MessageGroup } from './console/messages.ts'
import type { AuditQuery } from './console/audit.ts'
import type { ShownMapping } from '../access/sign-on/mapping.ts'
import type { TrialStep } from '../access/sign-on/trial.ts'
import type { Holder, NamedRole } from '../access/assigning.ts'
import type { ExplainedRight } from '../access/explaining.ts'
import type { ROWS } from '../access/permissions.ts'
import type { Checkpoint } from '../audit/checkpoint.ts'
import type { EventNoun, EventType } from '../audit/event.ts'
import type { Standing as LogStanding } from '../audit/kept.ts'
import type { RevocationReason } from '../pki/revocation.ts'
import type { CertificateDetails, CertificatePurpose, CertificateStatus, ListedCertificate } from '../authority/certificate-list.ts'
import type { Hold } from '../vault/legal-hold.ts'
import type { Place as PersonPlace } from '../upkeep/persons.ts'
import type { OtherAuthority } from '../authority/others.ts'
import type { ShownSeal } from '../authority/own-seal.ts'
import type { ShownAuthority } from '../authority/outside-authorities.ts'
import type { AuthorityOverview } from '../authority/overview.ts'
import type { Instant } from '../base/instant.ts'
import type { Digest } from '../base/digest.ts'
import type { CodeWay } from '../ceremony/one-time-code.ts'
import type { Staleness } from '../ceremony/stale-preview.ts'
import type { Place } from './signing/places.ts'
import type { Live } from '../ceremony/live.ts'
import type { Contact, ContactDetails } from '../contact/contacts.ts'
import type { ColumnSample, ImportChoices, ImportPlan, KnownAct, PlannedLine } from '../contact/import-plan.ts'
import type { StampHolder } from '../upkeep/stamp-holders.ts'
import type { DuplicateGroup } from '../contact/duplicates.ts'
import type { Merge } from '../contact/merging.ts'
import type { ContactImport } from '../contact/importing.ts'
import type { DirectoryQuery, Sort } from '../contact/directory.ts'
import type { PastEnvelope } from '../envelope/contact-history.ts'
import type {
  BulkStatus,
  DelayUnit,
  FieldKind,
  IdentityRoundRow,
  RecipientRole,
  RecipientSide,
  BackupRunRow,
  VaultEntryRow,
  VaultSweepRow,
  WitnessTable,
} from '../db/database.ts'
import type { AttachedFile } from '../envelope/attachments.ts'
import type { PlacedField } from '../envelope/fields.ts'
import type { coversOf } from '../envelope/found-fields.ts'
import type { Group, ListedEnvelope } from '../envelope/list.ts'
import type { Counted, Overview } from '../envelope/overview.ts'
import type { WaitingEnvelope } from '../envelope/waiting.ts'
import type { EmptyField } from '../pdf/received.ts'
import type { Mailing, NotificationKind } from '../notification/kinds.ts'
import type { Notification } from '../notification/reading.ts'
import type { TermsPart } from '../setting/disclosure.ts'
import type { FrenchHoliday } from '../setting/working-days.ts'
import type { NUMBER_NAMES } from '../setting/company-numbers.ts'
import type { LegalEntity } from '../setting/legal-entity.ts'
import type { Disposal } from '../vault/disposing.ts'
import type { RetentionClass } from '../vault/retention.ts'
import type { ShownFault } from '../vault/faults.ts'
import type { ShownFolder } from '../vault/folders.ts'
import type { ShownRight, Subject } from '../vault/folder-rights.ts'
import type { Happening } from '../vault/history.ts'
import type { Standing } from '../vault/standing.ts'
import type { EntryHit, ListedEntry, VaultEntry } from '../vault/register.ts'
import type { KeyAct } from '../upkeep/key-ceremony.ts'
import type { ShownAlarm } from './console/alarms.ts'
import type { ShownTrials, ToldCheck } from './console/health.ts'
import type { ListedTarget } from '../upkeep/outbound.ts'
import type { RowState } from '../template/bulk/report.ts'
import type { TemplateFolder } from '../template/folders.ts'
import type { ListedTemplate } from '../template/templates.ts'
import type { Language } from '../view/words.ts'
import type { TextName } from '../mail/manner.ts'
import type { Message, MessageKind } from '../mail/message.ts'
import type { OutboxGroup, OutboxLine } from '../mail/outbox.ts'
import type { Form } from './answers.ts'
import type { RoleTicks } from './console/role-ticks.ts'
import type { Chart } from './home.ts'
import type { VaultAddress } from './vault/query.ts'
import type { SheetView } from './signing/fields.ts'
import type { OwnPlace } from './signing/preview.ts'
import type { Frame, ShownDocument } from './signing/frame.ts'
import type { ShownTest } from './channel-answers.ts'
import type { DraftView } from './envelopes/draft-page.ts'
import type { Place as RulePlace } from '../board/placeholders.ts'
import type { ActionKind, Addressee, Comparison, ConditionKind, Rule } from '../board/rule.ts'
import type { RunStatus } from '../board/rule-log.ts'
import type { Colour, Icon, Stage } from '../board/stages.ts'
import type { TriggerEvent } from '../board/triggers.ts'
import type { Delivery, DeliveryStatus, TargetCounts } from '../integration/webhooks/deliveries.ts'
import type { WebhookEvent } from '../integration/webhooks/events.ts'
import type { Target } from '../integration/webhooks/targets.ts'
import type { ShownRun } from './console/board/log.ts'
import type { ShownTrial } from './console/board/trial.ts'
import type { ShownUndo } from './board/moves.ts'
import type { ShownCard, ShownColumn } from './board/shown.ts'
import type { FilterView } from './envelopes/filters.ts'
import type { EnvelopeView } from './envelopes/page.ts'
import type { SavedViewsView } from './envelopes/saved-views.ts'
import type { StepView } from './setup.ts'
import type { BulkProgress } from './templates/bulk.ts'
import type { TemplateView } from './templates/show.ts'
import type { RegisterEntry } from '../verification/register.ts'
import type { ShownComparison } from '../verification/comparison.ts'
import type { ShownReport } from '../verification/shown.ts'

type Choices = readonly { readonly value: string; readonly label: string }[]
type Countries = readonly { readonly code: string; readonly name: string }[]
type LanguageNames = Readonly<Record<Language, string>>
/** Addresses that the environment fixes; null: the console's. */
/** Who fixes them outside the console, as a sentence. */
type FixedAddresses = { readonly staffUrl: string | null; readonly publicUrl: string | null }

/** What the field editor shows: each page of each document, those who act, and the fields as they stand. */
export interface EditorView {
  readonly envelopeId: string
  readonly version: number
  readonly documents: readonly {
    readonly id: string
    readonly title: string
    /** In points, as seen. */
    readonly pages: readonly { readonly width: number; readonly height: number }[]
    readonly digest: Digest
    /** It arrived signed: only signatures, with what they show; where it is certified, in these places alone. */
    readonly received: { readonly certified: boolean; readonly places: readonly EmptyField[] } | null
    /** Where text tags stand: hidden once a field stands for them. */
    readonly covers: ReturnType<typeof coversOf>
  }[]
  /** Of automatic numbers, with the next one as it will stand; the usual one first. */
  readonly series: readonly { readonly id: string; readonly name: string; readonly next: string }[]
  readonly recipients: readonly {
    readonly id: string
    readonly name: string
    readonly role: RecipientRole
    readonly side: RecipientSide
    /** 0–7. */
    readonly hue: number
    readonly letter: string
    /** The lower acts before the higher. */
    readonly turn: number
  }[]
  readonly fields: readonly PlacedField[]
  /** What of them cannot be meant so, as sentences. */
  readonly faults: readonly { readonly fieldId: string; readonly message: string }[]
  readonly kinds: Readonly<Record<FieldKind, { readonly width: number; readonly height: number; readonly required: boolean }>>
  readonly newSize: number
  readonly places: readonly string[]
}

type ShownMember = { readonly id: string; readonly name: string; readonly jobTitle: string }

type Picture = { readonly url: string; readonly width: number; readonly height: number }
/** A page in two states of one file; null where it has no such page. */
export interface ShownPair {
  readonly number: number
  readonly before: Picture | null
  readonly after: Picture | null
}

/** Every template a route may render, and exactly what it is given beside the page. One line a template. */
/** A token that was made a moment ago: the only time that it is seen. */
export interface FreshToken {
  readonly name: string
  readonly secret: string
}

export interface ShownToken extends Token {
  /** Null: one's own. */
  readonly owner: string | null
  readonly isLive: boolean
}

export interface TokenForm {
  readonly form: Form
  /** The same form sent twice makes one. */
  readonly key: string
  readonly scopes: readonly Scope[]
  readonly days: readonly number[]
  readonly mayBeEndless: boolean
}

export interface Views {
  'errors/show': { status: number; message: string; reference: string | null }
  'setup/company': { steps: StepView[]; form: Form; countries: Countries; hasLogo: boolean }
  'setup/administrator': { steps: StepView[]; form: Form; hasPassword: boolean; shortest: number }
  'setup/addresses': {
    steps: StepView[]
    form: Form
    isNew: boolean
    languages: LanguageNames
    timeZones: readonly string[]
    fixed: FixedAddresses
  }
  'setup/mail': { steps: StepView[]; form: Form; hasPassword: boolean; fixed: string | null; test: ShownTest | null }
  'setup/authority': { steps: StepView[]; form: Form; dataDirectory: string; shortest: number }
  'setup/done': { certificates: { purpose: string; subject: string; fingerprint: string; notAfter: Instant }[]; recovery: string | null }
  'access/second-factor': { form: Form; next: string; factors: Factors; isPasskeyHere: boolean }
  'access/enrolment': { form: Form; next: string; qr: string; enrolment: Enrolment; isPasskeyHere: boolean }
  'access/recovery-codes': { codes: readonly string[]; email: string; next: string }
  'access/forgotten': { form: Form; isAsked: boolean }
  'access/new-password': { form: Form; email: string; shortest: number }
  'access/security/index': {
    policy: SecondFactorPolicy
    isNeeded: boolean
    factors: Factors
    passkeys: PasskeyTable[]
    site: PasskeySite | null
    origin: string
  }
  'access/security/app': { form: Form; qr: string; enrolment: Enrolment }
  'access/security/passkey': { form: Form }
  'console/second-factor': { form: Form; coverage: Coverage }
  /** `directories`: whose passwords the form takes; `only`: those of the house open nothing. */
  'access/sign-in': {
    form: Form
    refusal: string
    providers: { id: string; name: string }[]
    directories: string[]
    hasForm: boolean
    only: boolean
    hasPasskeys: boolean
  }
  'access/break-glass': { form: Form }
  'access/signed-out': { name: string; url: string }
  'console/sign-on/index': {
    sources: { id: string; kind: 'ldap' | 'oidc'; name: string; isOn: boolean; people: number; outcome: string | null }[]
    only: boolean
    breakGlass: { name: string; testedAt: Instant | null } | null
    candidates: { id: string; name: string }[]
    form: Form
    uses: { name: string; at: Instant; ip: string }[]
    address: string
  }
  'console/sign-on/source': {
    source: { id: string; name: string; isOn: boolean; hasSecret: boolean; people: number } | null
    shape: 'ad' | 'ldap' | 'oidc'
    form: Form
    roles: NamedRole[]
    redirect: string
    signOutBack: string
    mappings: ShownMapping[]
    rule: Form
    targets: Record<'role' | 'department' | 'group', readonly { id: string; name: string }[]>
    trial: Form
    steps: readonly TrialStep[] | null
    rounds: (Omit<IdentityRoundRow, 'missing'> & { missing: string[] })[]
  }
  'console/sign-on/trial': { id: string; name: string; claims: { claim: string; value: string }[]; steps: readonly TrialStep[] }
  /** `kept`: the form that is sent again after it; `file`: where to go back to after a download. */
  'access/proof': {
    action: string
    form: Form
    ways: ProofWays
    kept: string | null
    hadFiles: boolean
    next: string
    file: string
    from: string
  }
  'access/proof-done': { file: string; kept: string | null; back: string }
  'access/welcome': { firstName: string; email: string; form: Form; shortest: number }
  /** `owned`: what a directory or a provider decides, and its name. */
  'access/account': {
    owned: { name: string; fields: string[] }
    email: string
    rights: ExplainedRight[]
    languages: LanguageNames
    details: Form
    password: Form
    sessions: {
      id: string
      ip: string | null
      method: SignInMethod
      factor: SecondFactor | null
      browser: string
      lastSeenAt: Instant
      createdAt: Instant
      isThis: boolean
    }[]
  }
  'api/index': { reference: Reference; origin: string }
  'api/codes': { codes: readonly (readonly [string, string])[] }
  'account/tokens': TokenForm & { tokens: ShownToken[]; fresh: FreshToken | null; mayMake: boolean }
  'console/tokens': TokenForm & {
    tokens: ShownToken[]
    fresh: FreshToken | null
    programs: { id: string; name: string }[]
    accountForm: Form
    policyForm: Form
  }
  'account/notifications': { form: Form; kinds: readonly NotificationKind[]; mailings: readonly Mailing[] }
  'notifications/index': {
    entries: (Notification & { told: string })[]
    newest: Instant
    hasUnread: boolean
    next: string | null
  }
  'home/index': Overview & {
    firstName: string
    mayCreate: boolean
    mayView: boolean
    waiting: WaitingEnvelope[]
    moreWaiting: number
    /** `median` in milliseconds, `share` from 0 to 1; null: nothing to reckon with. */
    month: Counted & { median: number | null; share: number | null }
    charts: Chart[]
  }
  'envelopes/index': {
    entries: ListedEnvelope[]
    groups: readonly Group[]
    counts: Readonly<Record<Group, number>>
    group: Group
    filters: FilterView
    views: SavedViewsView
    next: string | null
  }
  'envelopes/views': SavedViewsView
  'envelopes/stage': {
    id: string
    title: string
    stage: string
    entry: number
    open: { id: string; name: string; colour: string; icon: string }[]
    closed: { name: string; why: string }[]
    back: string
  }
  'console/board/index': { stages: (Stage & { name: string; cards: number; rules: number })[] }
  'console/board/stage': {
    stage: { id: string; name: string; isBuiltIn: boolean } | null
    form: Form
    colours: readonly Colour[]
    icons: readonly Icon[]
    rules: (Rule & { told: string })[]
  }
  'console/board/rule': {
    stage: { id: string; name: string }
    rule: { id: string } | null
    action: ActionKind
    conditions: readonly ConditionKind[]
    form: Form
    error: string
    units: readonly DelayUnit[]
    addressees: readonly Addressee[]
    comparisons: readonly Comparison[]
    conditionKinds: readonly ConditionKind[]
    mayAdd: boolean
    users: Choices
    departments: Choices
    entities: Choices
    templates: Choices
    stages: Choices
    targets: Choices
    places: readonly RulePlace[]
    languages: readonly { readonly id: Language; readonly name: string }[]
    preview: readonly { readonly language: Language; readonly subject: string; readonly text: string }[]
  }
  'console/board/trial': {
    rule: { id: string; stageId: string; told: string }
    search: string
    entries: ListedEnvelope[]
    trial: ShownTrial | null
  }
  'console/board/triggers': {
    events: readonly Exclude<TriggerEvent, 'field'>[]
    form: Form
    stages: Choices
    fields: { id: string; label: string; value: string; stage: string }[]
    field: Form
  }
  'console/embedding': { form: Form; isPlain: boolean; example: string }
  'console/webhooks/index': { targets: readonly (Target & TargetCounts)[] }
  'console/webhooks/new': { form: Form; events: readonly WebhookEvent[] }
  'console/webhooks/show': {
    target: Target
    form: Form
    /** The key, shown this once; empty: not now. */
    secret: string
    events: readonly WebhookEvent[]
    deliveries: readonly (Delivery & { readonly title: string | null })[]
    statuses: readonly DeliveryStatus[]
    status: DeliveryStatus | null
    next: string | null
  }
  'console/board/log': { runs: ShownRun[]; statuses: readonly RunStatus[]; status: RunStatus | null; next: string | null }
  'board/index': {
    columns: ShownColumn[]
    filters: FilterView
    views: SavedViewsView
    isEmpty: boolean
    told: string
    undo: ShownUndo | null
  }
  'board/cards': { column: ShownColumn; query: string }
  'board/card': { card: ShownCard; query: string }
  'envelopes/draft': DraftView
  'envelopes/show': EnvelopeView
  'templates/index': {
    folders: readonly TemplateFolder[]
    current: TemplateFolder | null
    inside: readonly TemplateFolder[]
    entries: readonly ListedTemplate[]
    query: { search: string; archived: boolean }
    form: Form
  }
  /** `source`: the envelope that is saved as a template. */
  'templates/new': { form: Form; folders: readonly TemplateFolder[]; source: { id: string; title: string } | null }
  'templates/show': TemplateView
  'visitors/new': { template: { id: string; name: string }; fits: boolean; form: Form }
  'visitors/show': {
    template: { id: string; name: string }
    link: {
      id: string
      address: string
      qr: string
      uses: number
      capacity: number | null
      endsAt: Instant | null
      state: 'on' | 'off' | 'over' | 'full' | 'resting'
    }
    uses: readonly { id: string; name: string; at: Instant; state: RowState }[]
    form: Form
  }
  'visitors/open': {
    brand: Frame['brand']
    here: string
    title: string
    documents: readonly { title: string; pages: number }[]
    order: 'alone' | 'company-first' | 'visitor-first'
    channel: 'email' | 'sms'
    form: Form
    refused: string | null
  }
  'visitors/asked': { brand: Frame['brand']; here: string }
  'visitors/dead': { here: string }
  'visitors/own': {
    brand: Frame['brand']
    here: string
    stage: 'proof' | 'making' | 'ready' | 'waiting' | 'done'
    title: string
    name: string
    /** The invitation's own address. */
    way: string | null
    refused: string | null
  }
  'templates/bulk/new': {
    template: { id: string; name: string }
    columns: readonly string[]
    form: Form
    most: number
    bulks: readonly { id: string; fileName: string; status: BulkStatus; createdAt: Instant; rows: number }[]
  }
  'templates/bulk/checking': {
    template: { id: string; name: string; version: number }
    bulk: { id: string; fileName: string }
    columns: readonly string[]
    /** `column`: from 0; -1: not in the table. */
    asks: readonly { key: string; heading: string; column: number }[]
    good: number
    bad: number
    problems: readonly { line: number; sentences: readonly string[] }[]
    people: readonly string[]
    sample: {
      people: readonly { role: string; name: string; address: string; language: Language }[]
      values: readonly { label: string; value: string }[]
    } | null
    cannot: string | null
    refused: string | null
  }
  'templates/bulk/show': { template: { id: string; name: string }; view: BulkProgress }
  'templates/bulk/_progress': { view: BulkProgress }
  'waiting/index': { entries: WaitingEnvelope[] }
  'contacts/index': {
    contacts: Contact[]
    query: DirectoryQuery
    next: string | null
    count: number
    isEmpty: boolean
    companies: string[]
    may: { add: boolean; exchange: boolean }
    sorts: readonly Sort[]
  }
  'contacts/show': {
    contact: { id: string; name: string } | null
    may: { edit: boolean; delete: boolean; send: boolean }
    form: Form
    languages: LanguageNames
    history: PastEnvelope[]
    merges: Merge[]
    isCut: boolean
  }
  'contacts/duplicates': { groups: DuplicateGroup[]; more: number }
  'contacts/merging': {
    kept: { id: string; name: string }
    other: { id: string; name: string }
    seen: string
    refused: string | null
    values: {
      name: keyof ContactDetails
      kept: string
      other: string
      isSame: boolean
      mayBoth: boolean
      chosen: 'kept' | 'other' | 'both'
    }[]
  }
  'contacts/imports/new': { form: Form; last: ContactImport | null }
  'contacts/imports/show': {
    id: string
    fileName: string
    format: 'csv' | 'vcard'
    choices: ImportChoices
    countries: readonly string[]
    encodings: readonly string[]
    separators: readonly string[]
    knownActs: readonly KnownAct[]
    refused: string | null
    columns: ColumnSample[]
    counts: ImportPlan['counts']
    digest: string
    lines: { line: number; does: PlannedLine['does']; details: ContactDetails; known: string | null }[]
    mistakes: { line: number; sentences: string[] }[]
    moreMistakes: number
  }
  'console/companies/index': { companies: LegalEntity[] }
  'console/companies/show': {
    id: string | null
    name: string | null
    isDefault: boolean
    logoUrl: string | null
    form: Form
    names: typeof NUMBER_NAMES
    countries: Countries
  }
  'console/users/index': {
    people: {
      id: string
      name: string
      email: string
      jobTitle: string
      department: string | null
      roles: readonly NamedRole[]
      state: 'active' | 'invited' | 'disabled' | 'service'
      /** The directory or provider; null: an account of the house. */
      origin: string | null
    }[]
    /** Somebody comes from elsewhere, so it is told of everybody. */
    hasOrigins: boolean
  }
  'console/users/show': {
    person: {
      id: string
      name: string
      isService: boolean
      isDisabled: boolean
      hasPassword: boolean
      isSelf: boolean
      mayDoMore: boolean
      factors: Factors
      owned: { name: string; fields: string[] }
    } | null
    form: Form
    /** Null: whoever looks may not assign them. */
    ticks: RoleTicks | null
    departments: { id: string; name: string; depth: number }[]
    groups: { id: string; name: string }[]
    rights: ExplainedRight[]
    languages: LanguageNames
    /** Somebody new begins without a role, for whoever adds them may not do what an employee may. */
    startsWithout: boolean
  }
  'console/departments/index': { tree: { id: string; name: string; depth: number; people: number; supervisor: string | null }[] }
  'console/departments/show': {
    department: { id: string; name: string; isEmpty: boolean } | null
    form: Form
    parents: { id: string; name: string; depth: number }[]
    people: { id: string; name: string }[]
    /** Whether there is a field for it; else it is told. */
    namesSupervisor: boolean
    supervisor: string | null
    members: ShownMember[]
    others: { id: string; name: string; department: string | null }[]
    member: Form
    removal: Form
    roles: RoleTicks | null
  }
  'console/groups/index': { groups: { id: string; name: string; people: number }[] }
  'console/groups/show': {
    group: { id: string; name: string } | null
    form: Form
    members: ShownMember[]
    others: { id: string; name: string; department: string | null }[]
    member: Form
    roles: RoleTicks | null
  }
  'console/roles/index': { roles: { id: string; name: string; hint: string; isBuiltIn: boolean; held: number }[] }
  'console/roles/show': {
    role: { id: string; name: string; isBuiltIn: boolean; isFixed: boolean } | null
    rows: typeof ROWS
    form: Form
    holders: (Holder & { name: string })[]
    removal: Form
  }
  'console/stamps': {
    stamps: { id: string; name: string; company: string | null; holders: string[] | null }[]
    companies: { id: string; legalName: string }[]
    form: Form
  }
  'console/holidays': {
    form: Form
    french: boolean
    reckoned: { name: FrenchHoliday; day: string }[]
    own: { day: string; name: string; isPast: boolean }[]
  }
  'console/numbering/index': {
    companies: { legalName: string; series: { id: string; name: string; isUsual: boolean; next: string }[] }[]
  }
  'console/numbering/show': {
    series: { id: string; name: string; isUsual: boolean; next: string } | null
    form: Form
    digits: string[]
    companies: { id: string; legalName: string }[]
  }
  'console/stamps/show': {
    id: string
    name: string
    form: Form
    companies: { id: string; legalName: string }[]
    holders: StampHolder[]
  }
  'console/settings': { form: Form; languages: LanguageNames; timeZones: readonly string[]; fixed: FixedAddresses }
  'styleguide/index': { icons: readonly string[]; form: Form }
  'console/appearance': {
    form: Form
    colour: string | null
    /** As it is shown on light pages, where it can be read. */
    shown: string | null
    companies: { id: string; name: string; logoUrl: string | null }[]
    sender: { name: string; address: string } | null
  }
  'console/messages/index': {
    kinds: { kind: MessageKind; group: MessageGroup; languages: { language: Language; name: string; isOwn: boolean }[] }[]
  }
  'console/messages/show': {
    kind: MessageKind
    group: MessageGroup
    language: Language
    languages: LanguageNames
    form: Form
    names: TextName[]
    isOwn: boolean
    placeholders: readonly string[]
    letter: string
    subject: string
    /** As it arrives; empty where this kind goes by e-mail alone. */
    sms: string
  }
  'console/disclosures': {
    versions: { language: Language; name: string; version: number; createdAt: Instant }[]
    preview: { language: Language; name: string; parts: TermsPart[] }[]
    form: Form
  }
  'console/channels/index': {
    email: Form
    hasEmail: boolean
    hasPassword: boolean
    /** Who fixes the mail server outside the console, as a sentence. */
    emailFixed: string | null
    emailTest: ShownTest | null
    sms: Form
    /** Null: SMS is not set up. */
    smsHost: string | null
    smsTest: ShownTest | null
    shapes: readonly string[]
    presets: string
  }
  'console/outbox/index': {
    status: OutboxGroup | 'all'
    counts: Readonly<Record<OutboxGroup | 'all', number>>
    channels: { email: boolean; sms: boolean }
    messages: (OutboxLine & { group: OutboxGroup; openedByName: string | null; isOpenable: boolean })[]
    pageNumber: number
    more: boolean
  }
  'console/outbox/opening': {
    message: Message
    subject: string | null
    letter: string | null
    text: string
    link: string | null
    code: string | null
    qr: string | null
    /** What is told of this opening: whether the certificate of completion tells it, and whether it is the opener's own message. */
    recorded: 'recorded' | 'recordedOnCertificate' | 'recordedOwn' | 'recordedOwnOnCertificate'
  }
  'console/audit/index': {
    entries: {
      seq: number
      at: Instant
      who: string
      isPerson: boolean
      what: string
      envelope: { id: string; title: string } | null
      ip: string | null
    }[]
    query: AuditQuery
    isFiltered: boolean
    choices: { noun: EventNoun; told: string; types: { type: EventType; told: string }[] }[]
    older: number | null
    newer: number | null
    log: {
      size: number
      standing: LogStanding
      signed: { size: number; at: Instant } | null
      /** Why nothing is signed, where nothing is. */
      unsigned: 'none' | 'locked' | 'soon' | 'stopped'
    }
  }
  'console/audit/erasure/index': {
    search: string
    persons: { id: string; name: string; addresses: string[]; kinds: PersonPlace['kind'][] }[]
  }
  'console/audit/erasure/show': {
    person: { id: string; name: string; addresses: string[] }
    texts: { all: number; names: number; ips: number; browsers: number }
    messages: number
    goes: { kind: PersonPlace['kind']; title: string | null }[]
    stays: { id: string; title: string }[]
    refused: string | null
    form: Form
  }
  'console/audit/witness': {
    form: Form
    published: string
    every: readonly string[]
    isSet: boolean
    file: { path: string; isNear: boolean; state: WitnessTable | null } | null
    email: { address: string; isWaiting: boolean; state: WitnessTable | null } | null
  }
  'console/audit/export': { newest: Checkpoint | null; key: string | null }
  'console/authority': { overview: AuthorityOverview; isLocked: boolean; rootIsHere: boolean; needsPassphrase: boolean; form: Form }
  'console/authority/trust': { name: string; fingerprint: string; address: string }
  'console/authority/seal': { form: Form; isLocked: boolean; used: ShownSeal & { readonly isOutside: boolean }; waiting: ShownSeal | null }
  'console/authority/sub-authority': { form: Form; isLocked: boolean; waiting: Instant | null; above: string | null; until: Instant }
  'console/authority/others/index': { others: OtherAuthority[]; form: Form }
  'console/authority/others/confirming': { others: readonly OtherAuthority[]; form: Form; pem: string }
  'console/authority/others/show': { other: OtherAuthority }
  'console/authority/time-stamping': { authorities: ShownAuthority[]; fallback: 'internal' | 'none'; form: Form }
  'console/authority/keys/index': {
    form: Form
    isLocked: boolean
    protection: { kind: 'key-file' | 'passphrase'; since: Instant } | null
    recoverySince: Instant | null
    rootIsHere: boolean
    rootIsOurs: boolean
    shortest: number
    acts: KeyAct[]
  }
  'console/authority/keys/recovering': { form: Form; shortest: number }
  'console/authority/keys/secret': { recovery: string; wasRecovered: boolean }
  'console/authority/certificates/index': {
    certificates: ListedCertificate[]
    query: { search: string; purpose: string; status: string }
    purposes: readonly CertificatePurpose[]
    statuses: readonly CertificateStatus[]
    next: string | null
  }
  'console/authority/certificates/show': {
    certificate: CertificateDetails
    form: Form
    reasons: readonly RevocationReason[]
    isLocked: boolean
  }
  'console/health': { version: string; checks: ToldCheck[]; trials: ShownTrials }
  'console/_trials': { trials: ShownTrials }
  /** `roots`: DER as base64, for the verifier in the visitor's browser. */
  'verify/index': { form: Form; lists: string; roots: string[]; otherRoots: string[]; timeStampRoots: string[] }
  /** `told`: the verdict with this house's own mark, for the report as PDF. */
  'verify/report': { shown: ShownReport; told: string; comparison: (Omit<ShownComparison, 'pairs'> & { pairs: ShownPair[] }) | null }
  'verify/document': { entry: RegisterEntry | null; groups: string }
  'vault/index': {
    entries: ListedEntry[]
    query: VaultAddress
    kinds: readonly string[]
    folders: ShownFolder[]
    folder: ShownFolder | null
    canAddFolder: boolean
    isFirst: boolean
    isUnsorted: boolean
    next: string | null
  }
  'console/alarms': { form: Form; open: ShownAlarm[]; ended: ShownAlarm[]; told: string[]; hasMail: boolean }
  'console/outbound': { targets: (ListedTarget & { byName: string | null })[] }
  'console/backup': BackupPage
  'console/_backup-run': { run: BackupRunRow | null }
  'console/vault': { faults: ShownFault[]; sweeps: VaultSweepRow[]; nights: number }
  'vault/retention/index': {
    classes: RetentionClass[]
    kinds: readonly string[]
    folders: ShownFolder[]
    rules: readonly { kind: string; classId: string }[]
  }
  'vault/retention/show': { id: string | null; form: Form }
  'vault/disposals/index': { entries: ListedEntry[]; next: string | null; disposals: Disposal[]; form: Form }
  'vault/disposals/show': { disposal: Disposal; isMine: boolean; form: Form }
  'vault/details': { entry: { id: string; title: string }; kinds: readonly string[]; classes: RetentionClass[] | null; form: Form }
  'vault/imports': { folders: ShownFolder[]; kinds: readonly string[]; form: Form }
  'vault/import-report': { entry: { id: string; title: string }; shown: ShownReport; by: string; at: Instant }
  'vault/print': { entries: (ListedEntry & { folder: string | null })[]; isCut: boolean; query: VaultAddress }
  'vault/print-document': { entry: VaultEntry }
  'vault/folders/new': { parent: { id: string; path: string } | null; form: Form }
  'vault/folders/show': {
    folder: { id: string; name: string; path: string; hasOwnRights: boolean }
    rights: ShownRight[]
    /** The folder above whose rights hold here. */
    inheritsFrom: string | null
    subjects: (Subject & { readonly name: string })[]
    /** Where it may lie, and where it does; an empty id is the top. Empty: nowhere else. */
    places: readonly { readonly id: string; readonly path: string }[]
    form: Form
  }
  'vault/show': {
    entry: VaultEntry
    standing: Standing
    hold: { standing: Hold | null; mayHold: boolean }
    attachments: AttachedFile[]
    timeline: Happening[]
    search: string
    places: EntryHit[]
    row: VaultEntryRow
    keeping: { class: RetentionClass | null; dueAt: Instant | null }
    canDescribe: boolean
    imported: { isVerified: number; answer: string } | null
  }
  'vault/legal-hold': { entry: { id: string; title: string }; hold: Hold | null; form: Form }
  'vault/annulment': { entry: VaultEntry; kind: 'annulled' | 'reinstated'; told: number; form: Form }
  'signing/reading': {
    frame: Frame
    message: string
    deadline: { at: Instant; isSoon: boolean } | null
    address: string
    way: CodeWay
    documents: ShownDocument[]
    /** Where somebody who has begun already goes on. */
    goesOnAt: string | null
  }
  'signing/text': {
    frame: Frame
    document: { id: string; title: string }
    pages: { number: number; text: string }[]
    total: number
    next: number | null
  }
  'signing/consent': {
    frame: Frame
    terms: { id: string; version: number; language: string; parts: TermsPart[] }
    address: string
    way: CodeWay
    problem: string
  }
  'signing/code': {
    frame: Frame
    form: Form
    channel: 'email' | 'sms'
    address: string
    way: CodeWay
    expiresAt: Instant | null
    secondsLeft: number
    secondsToResend: number
  }
  'signing/fields': {
    frame: Frame
    documents: ShownDocument[]
    fields: Place[]
    live: Live
    missing: string[]
    refused: { fieldId: string | null; message: string } | null
    sheets: SheetView[]
    /** The names of the files that are attached, by their field. */
    attached: Readonly<Record<string, string>>
    /** Which of the eight colours of recipients. */
    hue: number
  }
  'signing/attachment': {
    frame: Frame
    field: { id: string; label: string; required: boolean }
    held: { id: string; name: string; size: number } | null
    megabytes: number
    form: Form
  }
  'signing/marks': { frame: Frame; sheet: SheetView; form: Form }
  'signing/preview': {
    frame: Frame
    preview: { confirmed: string; documents: ShownDocument[]; own: OwnPlace[] } | null
    stale: Staleness | null
    problem: 'moved' | 'later' | null
  }
  'signing/done': { frame: Frame; signedAt: Instant | null; isSealing: boolean }
  'signing/delegation': {
    frame: Frame
    form: Form
    /** Whether the code comes first, or it has gone on too often already. */
    state: 'first' | 'open' | 'often'
    most: number
    isCompany: boolean
    languages: LanguageNames
    next: string
    back: string
  }
  'signing/phone': { base: string; brand: Frame['brand']; name: string; kind: 'signature' | 'initials' }
  'signing/phone-over': object
  'signing/refusal': { frame: Frame; form: Form; isDone: boolean; back: string }
  'signing/problem': { frame: Frame; message: string }
  'signing/ended': {
    brand: Frame['brand']
    here: string
    heading: string
    text: string
    facts: readonly { label: string; value: string }[]
  }
  'signing/lost': { form: Form; asked: boolean }
  'signing/finished': {
    id: string
    brand: Frame['brand']
    title: string
    expiresAt: Instant
    annulledAt: Instant | null
    documents: (ShownDocument & { size: number; documentId: string })[]
    attachments: { id: string; name: string; size: number }[]
  }
}
