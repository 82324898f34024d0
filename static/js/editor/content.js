const COMPARED = ['documentId', 'page', 'kind', 'recipientId', 'x', 'y', 'width', 'height', 'required', 'readOnly', 'label', 'fontSize', 'seriesId']

/** What finds a field again that has no name yet. */
export const placeOf = (field) =>
  COMPARED.slice(0, 8)
    .map((name) => String(field[name]))
    .join('|')
/** The same for the same fields, in whatever order. */
export const contentOf = (fields) =>
  fields
    .map((field) => `${field.id}|${COMPARED.map((name) => String(field[name] ?? null)).join('|')}|${field.kind === 'number' ? '' : field.value}|${sorted(field.rules)}`)
    .sort()
    .join('\n')

/** A key's place says nothing. */
const sorted = (value) =>
  JSON.stringify(value, (_, held) => (held && typeof held === 'object' && !Array.isArray(held) ? Object.fromEntries(Object.entries(held).sort()) : held))
