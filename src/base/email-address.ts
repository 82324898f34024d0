// One mailbox and nothing else: no display name, no comment, no group, no quoted part, no list. What mail libraries make of the
// rest differs from one to the next, and a second address behind a comma would receive a contract.
const LOCAL = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u

/** The address as it is kept (trimmed, domain in lower case), or null where it is none. */
export function readEmailAddress(typed: string): string | null {
  const text = typed.trim().normalize('NFC')
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const domain = text.slice(at + 1).toLowerCase()
  const labels = domain.split('.')
  if (at < 1 || text.length > 254 || local.length > 64 || !LOCAL.test(local) || !labels.every((label) => LABEL.test(label))) return null
  return `${local}@${domain}`
}
