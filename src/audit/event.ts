/** The closed list of what can happen. Adding one makes the dictionaries fail to compile until it can be told in every language. */
export const EVENT_TYPES = [
  'installation.set-up', 'setting.changed', 'disclosure.published', 'channel.changed', 'channel.tested',
  'user.added', 'user.changed', 'user.disabled', 'user.signed-in', 'user.sign-in-refused', 'user.signed-out', 'user.password-changed',
  'user.enabled', 'user.invited', 'user.sessions-ended',
  'authority.created', 'authority.unlocked', 'authority.revocation-list-issued', 'certificate.issued', 'certificate.revoked',
  'contact.added', 'contact.changed', 'contact.removed', 'stamp.added', 'stamp.removed', 'legal-entity.added', 'legal-entity.changed',
  'envelope.drafted', 'envelope.changed', 'envelope.document-added', 'envelope.document-removed', 'envelope.discarded',
  'envelope.dispatched', 'envelope.voided', 'envelope.expired', 'envelope.completed', 'envelope.deadline-changed',
  'document.prepared', 'document.sealed', 'document.downloaded', 'document.verified',
  'recipient.invited', 'recipient.reminded', 'recipient.corrected', 'recipient.notified',
  'invitation.renewed', 'invitation.revoked', 'invitation.handed-over', 'invitation.in-person',
  'ceremony.opened', 'ceremony.consented', 'ceremony.code-sent', 'ceremony.code-handed-over', 'ceremony.code-refused', 'ceremony.identified',
  'ceremony.previewed', 'ceremony.signed', 'ceremony.declined', 'ceremony.link-asked',
  'message.queued', 'message.sent', 'message.failed', 'message.opened-by-administrator',
  'vault.viewed', 'vault.exported', 'clock.went-back',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export interface AuditEvent {
  readonly type: EventType
  readonly envelopeId?: string
  /** Identifiers, digests, counts, masked values: nothing that may have to be erased. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>
  /** Names, addresses, reasons: the entry holds a salted commitment to each, the text stands beside it and can be erased. */
  readonly clear?: Readonly<Record<string, string>>
}
