import type { Hono } from 'hono'
import { home } from './home.ts'
import { setup } from './setup.ts'
import { setupCompany } from './setup/company.ts'
import { setupAdministrator } from './setup/administrator.ts'
import { setupAddresses } from './setup/addresses.ts'
import { setupMail } from './setup/mail.ts'
import { setupAuthority } from './setup/authority.ts'
import { setupDone } from './setup/done.ts'
import { signInPages } from './sign-in.ts'
import { welcome } from './welcome.ts'
import { account } from './account.ts'
import { accountPassword } from './account/password.ts'
import { accountSessions } from './account/sessions.ts'
import { languageChoice } from './language.ts'
import { logo } from './logo.ts'
import { contacts } from './contacts.ts'
import { vault } from './vault.ts'
import { vaultDocuments } from './vault/documents.ts'
import { consoleStart } from './console.ts'
import { consoleCompanies } from './console/companies.ts'
import { consoleUsers } from './console/users.ts'
import { consoleUserDisabling } from './console/users/disabling.ts'
import { consoleUserInvitation } from './console/users/invitation.ts'
import { consoleStamps } from './console/stamps.ts'
import { consoleSettings } from './console/settings.ts'
import { consoleDisclosures } from './console/disclosures.ts'
import { consoleAudit } from './console/audit.ts'
import { consoleHealth } from './console/health.ts'
import { consoleAuthority } from './console/authority.ts'
import { publication } from './publication.ts'
import { verify } from './verify.ts'
import type { Env } from './env.ts'

/** Every route file, in the order of the address bar. */
export function mountRoutes(app: Hono<Env>): void {
  for (const routes of [
    home,
    setup,
    setupCompany,
    setupAdministrator,
    setupAddresses,
    setupMail,
    setupAuthority,
    setupDone,
    signInPages,
    welcome,
    account,
    accountPassword,
    accountSessions,
    languageChoice,
    logo,
    contacts,
    vault,
    vaultDocuments,
    consoleStart,
    consoleCompanies,
    consoleUsers,
    consoleUserDisabling,
    consoleUserInvitation,
    consoleStamps,
    consoleSettings,
    consoleDisclosures,
    consoleAudit,
    consoleHealth,
    consoleAuthority,
    publication,
    verify,
  ])
    app.route('/', routes)
}
