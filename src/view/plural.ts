type Forms = { readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>

const rules = new Map<string, Intl.PluralRules>()

/** The form of the language for this number, with `#` as the number in its spelling. */
export function plural(language: string, count: number, forms: Forms): string {
  let rule = rules.get(language)
  if (!rule) rules.set(language, (rule = new Intl.PluralRules(language)))
  return (forms[rule.select(count)] ?? forms.other).replaceAll('#', new Intl.NumberFormat(language).format(count))
}
