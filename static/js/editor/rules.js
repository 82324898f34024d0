/** Which rows of rules a field has. */
export function ruleRowsOf(field) {
  const { kind, rules = {}, readOnly, recipientId } = field
  const rows = new Set()
  if (kind === 'signature' || kind === 'number' || kind === 'date-signed') return rows
  const add = (...names) => names.forEach((name) => rows.add(`rule:${name}`))
  const isFixed = !recipientId || (readOnly && !['checkbox', 'radio', 'attachment', 'calculation', 'initials', 'stamp'].includes(kind))
  if (kind === 'radio') add('group')
  if (kind === 'drop-down') add('options', 'placeholder')
  if (kind === 'contact') add('source')
  if (kind === 'calculation') add('formula')
  if (kind === 'date') add('days')
  if (kind === 'text' || kind === 'calculation') {
    add('format')
    const type = rules.format?.type ?? (kind === 'calculation' ? 'number' : '')
    if (type === 'number') add('decimals')
    if (type === 'amount') add('currency')
    if (type === 'number' || type === 'amount') add('limits', 'name')
    if (type === 'pattern') add('pattern', 'sentence', 'try')
    if (kind === 'text' && (!type || type === 'pattern')) add('maxLength')
  }
  if (kind === 'multiline') add('maxLength')
  if (['text', 'multiline', 'contact', 'email', 'phone'].includes(kind) && !isFixed) add('placeholder')
  if (isFixed) return rows
  if (!['initials', 'stamp', 'calculation'].includes(kind)) add('help')
  add('show')
  if (kind !== 'calculation') add('require')
  return rows
}

/** What a new field begins with: a button joins the choice that was made last. */
export function startingRules(kind, recipientId, documentId, fields, words) {
  if (kind !== 'radio') return {}
  const radios = fields.filter((field) => field.kind === 'radio' && field.documentId === documentId && field.recipientId === recipientId)
  return { group: radios.findLast(({ rules }) => rules.group)?.rules.group ?? words.ruleQuestion }
}

const FRESH = {
  number: { type: 'number', decimals: 2 },
  amount: { type: 'amount', currency: 'EUR' },
  pattern: { type: 'pattern', pattern: '', sentence: '' },
}
const freshFormat = (type) => FRESH[type] ?? { type }

/** The value at `format.min`, as a control shows it. */
export function ruleOf({ kind, rules = {} }, path) {
  if (path === 'options') return (rules.options ?? []).join('\n')
  if (path === 'format.type') return rules.format?.type ?? (kind === 'calculation' ? 'number' : '')
  if (path === 'format.decimals') return String(rules.format?.decimals ?? 2)
  const [first, second] = path.split('.')
  const value = second ? rules[first]?.[second] : rules[first]
  return value === undefined ? '' : String(value)
}

/** The rules with what a control says; what is left empty is not there. `startOf` tells how a condition on a field begins. */
export function withRule(field, path, text, startOf) {
  const rules = { ...field.rules }
  const [first, second] = path.split('.')
  if (path === 'options') rules.options = text.split('\n')
  else if (path === 'format.type') rules.format = text ? freshFormat(text) : undefined
  else if (first === 'format') {
    const before = rules.format ?? freshFormat(field.kind === 'date' ? 'date' : 'number')
    rules.format = { ...before, [second]: second === 'decimals' ? Math.min(10, Math.max(0, Math.round(Number(text)) || 0)) : text }
    if (['min', 'max'].includes(second) && !text) delete rules.format[second]
  } else if (second === 'field') rules[first] = text ? startOf(text) : undefined
  else if (second) rules[first] = { ...rules[first], [second]: text }
  else if (path === 'maxLength') rules.maxLength = text ? Math.min(4_000, Math.max(1, Math.round(Number(text)) || 1)) : undefined
  else rules[path] = text || undefined
  return { ...field, rules: JSON.parse(JSON.stringify(rules)) }
}
