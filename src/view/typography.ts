const NARROW = '\u202f'

/** French puts a narrow space that does not break before `; : ! ?` and inside guillemets; the dictionaries write an ordinary one. */
export function frenchSpaces<T>(section: T): T {
  if (typeof section === 'string') return section.replace(/ ([;:!?»])/g, `${NARROW}$1`).replace(/« /g, `«${NARROW}`) as T
  if (typeof section === 'function')
    return ((...args: unknown[]) => frenchSpaces((section as (...all: unknown[]) => unknown)(...args))) as T
  if (Array.isArray(section)) return section.map(frenchSpaces) as T
  if (section === null || typeof section !== 'object') return section
  return Object.fromEntries(Object.entries(section).map(([key, value]) => [key, frenchSpaces(value as unknown)])) as T
}
