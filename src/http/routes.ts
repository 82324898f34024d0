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
import { signInBreakGlass } from './sign-in/break-glass.ts'
import { signInWith } from './sign-in/with.ts'
import { welcome } from './welcome.ts'
import { proof } from './proof.ts'
import { signInSecondFactor } from './sign-in/second-factor.ts'
import { signInEnrolment } from './sign-in/enrolment.ts'
import { signInPasskey } from './sign-in/passkey.ts'
import { signInForgotten } from './sign-in/forgotten.ts'
import { accountSecurity } from './account/security.ts'
import { consoleSecondFactor } from './console/second-factor.ts'
import { consoleUserSecondFactor } from './console/users/second-factor.ts'
import { account } from './account.ts'
import { accountNotifications } from './account/notifications.ts'
import { accountTokens } from './account/tokens.ts'
import { notifications } from './notifications.ts'
import { accountPassword } from './account/password.ts'
import { accountSessions } from './account/sessions.ts'
import { languageChoice } from './language.ts'
import { logo } from './logo.ts'
import { contacts } from './contacts.ts'
import { contactImports } from './contacts/imports.ts'
import { contactDuplicates } from './contacts/duplicates.ts'
import { contactMerging } from './contacts/merging.ts'
import { contactExports } from './contacts/exports.ts'
import { contactEnvelopes } from './contacts/envelopes.ts'
import { templatePages } from './templates.ts'
import { templateFolders } from './templates/folders.ts'
import { selfServiceLinks } from './templates/links.ts'
import { signingSelfService } from './signing/visitors.ts'
import { templateBulk } from './templates/bulk.ts'
import { templateAspects } from './templates/template.ts'
import { envelopes } from './envelopes.ts'
import { envelopeSample } from './envelopes/sample.ts'
import { envelopeDraft } from './envelopes/draft.ts'
import { envelopeDocuments } from './envelopes/documents.ts'
import { envelopeRecipients } from './envelopes/recipients.ts'
import { recipientReminders } from './envelopes/recipients/reminders.ts'
import { recipientLink } from './envelopes/recipients/link.ts'
import { recipientCorrection } from './envelopes/recipients/correction.ts'
import { recipientInPerson } from './envelopes/recipients/in-person.ts'
import { envelopeDispatch } from './envelopes/dispatch.ts'
import { envelopeDiscarding } from './envelopes/discarding.ts'
import { envelopeCopies } from './envelopes/copies.ts'
import { envelopeEveryone } from './envelopes/everyone.ts'
import { envelopeVoiding } from './envelopes/voiding.ts'
import { envelopeReminders } from './envelopes/reminders.ts'
import { envelopeDeadline } from './envelopes/deadline.ts'
import { board } from './board.ts'
import { boardColumns } from './board/columns.ts'
import { boardMoves } from './board/moves.ts'
import { boardStream } from './board/stream.ts'
import { envelopeStage } from './envelopes/stage.ts'
import { envelopeNotes } from './envelopes/notes.ts'
import { envelopeResponsible } from './envelopes/responsible.ts'
import { savedViews } from './envelopes/saved-views.ts'
import { waiting } from './waiting.ts'
import { envelopeFields } from './envelopes/fields.ts'
import { envelopeAttachments } from './envelopes/attachments.ts'
import { envelopeOffers } from './envelopes/offers.ts'
import { envelopePages } from './envelopes/pages.ts'
import { vault } from './vault.ts'
import { vaultFolders } from './vault/folders.ts'
import { vaultImports } from './vault/imports.ts'
import { vaultDetails } from './vault/details.ts'
import { vaultDisposals } from './vault/disposals.ts'
import { vaultRetention } from './vault/retention.ts'
import { vaultMoves } from './vault/moves.ts'
import { vaultTaking } from './vault/taking.ts'
import { vaultEvidence } from './vault/evidence.ts'
import { vaultAnnulment } from './vault/annulment.ts'
import { vaultLegalHold } from './vault/legal-hold.ts'
import { vaultDocuments } from './vault/documents.ts'
import { consoleStart } from './console.ts'
import { consoleCompanies } from './console/companies.ts'
import { consoleSignOn } from './console/sign-on.ts'
import { consoleSignOnSources } from './console/sign-on/sources.ts'
import { consoleUsers } from './console/users.ts'
import { consoleUserDisabling } from './console/users/disabling.ts'
import { consoleUserInvitation } from './console/users/invitation.ts'
import { consoleDepartments } from './console/departments.ts'
import { consoleDepartmentMembers } from './console/departments/members.ts'
import { consoleGroups } from './console/groups.ts'
import { consoleGroupMembers } from './console/groups/members.ts'
import { consoleRoles } from './console/roles.ts'
import { consoleNumbering } from './console/numbering.ts'
import { consoleStamps } from './console/stamps.ts'
import { consoleSettings } from './console/settings.ts'
import { styleguide } from './styleguide.ts'
import { consoleAppearance } from './console/appearance.ts'
import { consoleMessages } from './console/messages.ts'
import { consoleHolidays } from './console/holidays.ts'
import { consoleDisclosures } from './console/disclosures.ts'
import { consoleChannels } from './console/channels.ts'
import { consoleEmailChannel } from './console/channels/email.ts'
import { consoleSmsChannel } from './console/channels/sms.ts'
import { consoleOutbox } from './console/outbox.ts'
import { consoleOutboxOpening } from './console/outbox/opening.ts'
import { consoleOutboxRetry } from './console/outbox/retry.ts'
import { consoleBoard } from './console/board.ts'
import { consoleBoardLog } from './console/board/log.ts'
import { consoleBoardRules } from './console/board/rules.ts'
import { consoleBoardTrial } from './console/board/trial.ts'
import { consoleBoardTriggers } from './console/board/triggers.ts'
import { consoleAudit } from './console/audit.ts'
import { consoleAuditTable } from './console/audit/table.ts'
import { consoleAuditErasure } from './console/audit/erasure.ts'
import { consoleAuditWitness } from './console/audit/witness.ts'
import { consoleAuditExport } from './console/audit/export.ts'
import { consoleVault } from './console/vault.ts'
import { consoleBackup } from './console/backup.ts'
import { consoleAlarms } from './console/alarms.ts'
import { consoleOutbound } from './console/outbound.ts'
import { consoleEmbedding } from './console/embedding.ts'
import { consoleWebhooks } from './console/webhooks.ts'
import { consoleHealth } from './console/health.ts'
import { consoleTokens } from './console/tokens.ts'
import { consoleAuthority } from './console/authority.ts'
import { consoleCertificates } from './console/authority/certificates.ts'
import { consoleCertificateRevocation } from './console/authority/certificates/revocation.ts'
import { consoleKeys } from './console/authority/keys.ts'
import { consoleKeyProtection } from './console/authority/keys/protection.ts'
import { consoleKeyRecords } from './console/authority/keys/records.ts'
import { consoleKeyRecovery } from './console/authority/keys/recovery.ts'
import { consoleRootKey } from './console/authority/keys/root.ts'
import { consoleTrust } from './console/authority/trust.ts'
import { consoleSeal } from './console/authority/seal.ts'
import { consoleSubAuthority } from './console/authority/sub-authority.ts'
import { consoleOtherAuthorities } from './console/authority/others.ts'
import { consoleTimeStamping } from './console/authority/time-stamping.ts'
import { consoleAuthorityRenewal } from './console/authority/renewal.ts'
import { consoleAuthorityVerifier } from './console/authority/verifier.ts'
import { signingPads } from './signing/pads.ts'
import { signingPhone } from './signing/phone.ts'
import { signingLost } from './signing/lost.ts'
import { signingLink } from './signing/link.ts'
import { signingFinished } from './signing/finished.ts'
import { signingReading } from './signing/reading.ts'
import { signingConsent } from './signing/consent.ts'
import { signingCode } from './signing/code.ts'
import { signingFields } from './signing/fields.ts'
import { signingAttachments } from './signing/attachments.ts'
import { signingMarks } from './signing/marks.ts'
import { signingPreview } from './signing/preview.ts'
import { signingSignature } from './signing/signature.ts'
import { signingRefusal } from './signing/refusal.ts'
import { signingDelegation } from './signing/delegation.ts'
import { signingHandover } from './signing/handover.ts'
import { signingDone } from './signing/done.ts'
import { signingPages } from './signing/pages.ts'
import { publication } from './publication.ts'
import { verify } from './verify.ts'
import { verifyRegister } from './verify/register.ts'
import { verifyReport } from './verify/report.ts'
import { api } from './api.ts'
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
    signInWith,
    signInBreakGlass,
    welcome,
    proof,
    signInSecondFactor,
    signInEnrolment,
    signInPasskey,
    signInForgotten,
    accountSecurity,
    consoleSecondFactor,
    consoleUserSecondFactor,
    account,
    accountPassword,
    accountNotifications,
    accountTokens,
    notifications,
    accountSessions,
    languageChoice,
    logo,
    contactImports,
    contactExports,
    contactDuplicates,
    contactMerging,
    contacts,
    contactEnvelopes,
    templatePages,
    templateFolders,
    templateAspects,
    templateBulk,
    selfServiceLinks,
    envelopes,
    envelopeSample,
    envelopeDraft,
    envelopeDocuments,
    envelopeRecipients,
    recipientReminders,
    recipientLink,
    recipientCorrection,
    recipientInPerson,
    envelopeDispatch,
    envelopeDiscarding,
    envelopeCopies,
    envelopeVoiding,
    envelopeEveryone,
    envelopeDeadline,
    envelopeReminders,
    envelopeStage,
    envelopeNotes,
    envelopeResponsible,
    board,
    boardColumns,
    boardMoves,
    boardStream,
    savedViews,
    waiting,
    envelopeFields,
    envelopeAttachments,
    envelopeOffers,
    envelopePages,
    // Their own addresses stand before that of a document.
    vaultFolders,
    vaultMoves,
    vaultDisposals,
    vaultRetention,
    vaultDetails,
    vaultImports,
    vaultTaking,
    vault,
    vaultDocuments,
    vaultLegalHold,
    vaultAnnulment,
    vaultEvidence,
    consoleStart,
    consoleCompanies,
    consoleSignOn,
    consoleSignOnSources,
    consoleUsers,
    consoleUserDisabling,
    consoleUserInvitation,
    consoleDepartments,
    consoleDepartmentMembers,
    consoleGroups,
    consoleGroupMembers,
    consoleRoles,
    consoleStamps,
    consoleNumbering,
    consoleSettings,
    styleguide,
    consoleAppearance,
    consoleMessages,
    consoleHolidays,
    consoleDisclosures,
    consoleChannels,
    consoleEmailChannel,
    consoleSmsChannel,
    consoleOutbox,
    consoleOutboxOpening,
    consoleOutboxRetry,
    consoleBoard,
    consoleBoardRules,
    consoleBoardTrial,
    consoleBoardTriggers,
    consoleBoardLog,
    consoleWebhooks,
    consoleEmbedding,
    consoleAudit,
    consoleAuditTable,
    consoleAuditErasure,
    consoleAuditWitness,
    consoleAuditExport,
    consoleVault,
    consoleBackup,
    consoleHealth,
    consoleTokens,
    consoleAlarms,
    consoleOutbound,
    consoleAuthority,
    consoleAuthorityRenewal,
    consoleSeal,
    consoleSubAuthority,
    consoleOtherAuthorities,
    consoleTimeStamping,
    consoleTrust,
    consoleKeys,
    consoleKeyProtection,
    consoleKeyRecords,
    consoleKeyRecovery,
    consoleRootKey,
    consoleAuthorityVerifier,
    consoleCertificates,
    consoleCertificateRevocation,
    signingPhone,
    signingPads,
    signingLost,
    signingSelfService,
    signingLink,
    signingFinished,
    signingPages,
    signingReading,
    signingConsent,
    signingCode,
    signingFields,
    signingAttachments,
    signingMarks,
    signingPreview,
    signingSignature,
    signingRefusal,
    signingDelegation,
    signingDone,
    signingHandover,
    publication,
    verify,
    verifyRegister,
    verifyReport,
    api,
  ])
    app.route('/', routes)
}
