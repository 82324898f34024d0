/** E.164 (`+33612345678`) from what a person types, with spaces, dots, dashes or brackets; null where it is no international number. */
export function readPhoneNumber(typed: string): string | null {
  const text = typed
    .trim()
    .replaceAll(/[\s().\-–\u00a0\u202f]/g, '')
    .replace(/^00/, '+')
  return /^\+[1-9]\d{6,14}$/.test(text) ? text : null
}
