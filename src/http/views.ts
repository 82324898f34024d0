import type { Role } from '../access/roles.ts'
import type { EventType } from '../audit/event.ts'
import type { AuthorityOverview } from '../authority/overview.ts'
import type { Instant } from '../base/instant.ts'
import type { Contact } from '../contact/contacts.ts'
import type { LegalEntity } from '../setting/legal-entity.ts'
import type { Happening } from '../vault/history.ts'
import type { VaultEntry } from '../vault/register.ts'
import type { CheckName } from '../upkeep/doctor.ts'
import type { Language } from '../view/words.ts'
import type { Form } from './answers.ts'
import type { StepView } from './setup.ts'
import type { Question, State } from '../verification/questions.ts'
import type { RegisterEntry } from '../verification/register.ts'
import type { VerificationReport } from '../verification/verdict/report.ts'

type Countries = readonly { readonly code: string; readonly name: string }[]
type LanguageNames = Readonly<Record<Language, string>>
/** Addresses that the environment fixes; null: the console's. */
type FixedAddresses = { readonly staffUrl: string | null; readonly publicUrl: string | null }

/** Every template a route may render, and exactly what it is given beside the page. One line a template. */
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
  'setup/mail': { steps: StepView[]; form: Form; hasPassword: boolean }
  'setup/authority': { steps: StepView[]; form: Form; dataDirectory: string; shortest: number }
  'setup/done': { certificates: { purpose: string; subject: string; fingerprint: string; notAfter: Instant }[] }
  'access/sign-in': { form: Form }
  'access/welcome': { firstName: string; email: string; form: Form; shortest: number }
  'access/account': {
    email: string
    role: Role
    maySign: boolean
    mayStamp: boolean
    languages: LanguageNames
    details: Form
    password: Form
    sessions: { id: string; ip: string | null; browser: string; lastSeenAt: Instant; createdAt: Instant; isThis: boolean }[]
  }
  'contacts/index': { contacts: Contact[]; search: string }
  'contacts/show': { contact: { id: string; name: string } | null; form: Form; languages: LanguageNames }
  'console/companies/index': { companies: LegalEntity[] }
  'console/companies/show': { id: string | null; name: string | null; logoUrl: string | null; form: Form; countries: Countries }
  'console/users/index': {
    people: {
      id: string
      name: string
      email: string
      jobTitle: string
      role: Role
      maySign: boolean
      mayStamp: boolean
      state: 'active' | 'invited' | 'disabled'
    }[]
  }
  'console/users/show': {
    person: { id: string; name: string; isDisabled: boolean; hasPassword: boolean; isSelf: boolean } | null
    form: Form
    roles: readonly Role[]
    languages: LanguageNames
  }
  'console/stamps': {
    stamps: { id: string; name: string; company: string | null }[]
    companies: { id: string; legalName: string }[]
    form: Form
  }
  'console/settings': { form: Form; languages: LanguageNames; timeZones: readonly string[]; fixed: FixedAddresses }
  'console/disclosures': { versions: { language: Language; name: string; version: number; createdAt: Instant }[]; form: Form }
  'console/audit': {
    entries: { seq: number; at: Instant; who: string; what: string; type: EventType; envelopeId: string | null; ip: string | null }[]
    query: { type: string; envelope: string; from: string; to: string }
    types: { type: EventType; told: string }[]
    next: number | null
  }
  'console/authority': { overview: AuthorityOverview; isLocked: boolean; needsPassphrase: boolean; form: Form }
  'console/health': { version: string; checks: { name: CheckName; state: 'good' | 'wait' | 'stop'; title: string; told: string }[] }
  'verify/index': { form: Form }
  'verify/report': { report: VerificationReport; questions: Question[]; state: State; register: RegisterEntry | null; groups: string }
  'verify/document': { entry: RegisterEntry | null; groups: string }
  'vault/index': { entries: VaultEntry[]; query: { search: string; from: string | null; to: string | null }; next: string | null }
  'vault/show': { entry: VaultEntry; timeline: Happening[] }
}
