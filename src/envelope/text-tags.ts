import type { FieldKind, Language } from '../db/database.ts'
import type { Rules } from '../field/rules.ts'

/**
 * A text tag: `kind[:who][:label][;option[=value]]…`, in English or French, upper or lower case, with or without accents.
 *
 * kind: a word of `KIND_WORDS` · who: `company`, `client`, each also with a number, or the number in the order of signing, or a name · options:
 * `required`, `optional`, `readonly`, `value`, `size`, `width`, `height`, `options` (`a|b`), `group`, `name`, `formula`, `help`.
 */
export interface Tag {
  readonly kind: FieldKind
  /** As it was written, folded; empty where it is left open. */
  readonly who: string
  readonly label: string
  readonly value: string
  readonly required?: boolean
  readonly readOnly: boolean
  /** Points. */
  readonly fontSize?: number
  readonly width?: number
  readonly height?: number
  readonly rules: Rules
}

/** The first word of each language is the one that the help page shows. */
export const KIND_WORDS: Readonly<
  Record<Exclude<FieldKind, 'contact'>, { readonly en: readonly string[]; readonly fr: readonly string[] }>
> = {
  signature: { en: ['signature', 'sign'], fr: ['signature'] },
  initials: { en: ['initials', 'initial'], fr: ['paraphe', 'initiales'] },
  stamp: { en: ['stamp'], fr: ['cachet', 'tampon'] },
  'full-name': { en: ['name', 'full-name'], fr: ['nom', 'nom-complet'] },
  'job-title': { en: ['job-title', 'title'], fr: ['fonction', 'titre'] },
  company: { en: ['company'], fr: ['société', 'entreprise'] },
  'company-details': { en: ['company-details', 'details'], fr: ['coordonnées'] },
  email: { en: ['email', 'e-mail'], fr: ['courriel', 'email', 'e-mail'] },
  phone: { en: ['phone'], fr: ['téléphone'] },
  'date-signed': { en: ['date-signed', 'signed'], fr: ['date-signature', 'signé'] },
  date: { en: ['date'], fr: ['date'] },
  text: { en: ['text'], fr: ['texte'] },
  multiline: { en: ['lines', 'multiline'], fr: ['lignes', 'paragraphe'] },
  checkbox: { en: ['checkbox', 'check'], fr: ['case', 'case-à-cocher'] },
  radio: { en: ['choice', 'radio'], fr: ['choix', 'bouton'] },
  'drop-down': { en: ['list', 'drop-down', 'dropdown'], fr: ['liste'] },
  attachment: { en: ['attachment', 'file'], fr: ['pièce-jointe', 'fichier'] },
  calculation: { en: ['calculation'], fr: ['calcul'] },
  number: { en: ['number'], fr: ['numéro'] },
}

/** `{{signature:client}}` */
export const OPTION_WORDS = {
  required: ['required', 'obligatoire'],
  optional: ['optional', 'facultatif', 'facultative'],
  readOnly: ['readonly', 'read-only', 'lecture-seule'],
  value: ['value', 'valeur'],
  size: ['size', 'taille'],
  width: ['width', 'largeur'],
  height: ['height', 'hauteur'],
  options: ['options'],
  group: ['group', 'groupe'],
  name: ['name', 'nom'],
  formula: ['formula', 'formule'],
  help: ['help', 'aide'],
} as const
type OptionName = keyof typeof OPTION_WORDS

export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-')

const KINDS: ReadonlyMap<string, FieldKind> = new Map(
  (Object.entries(KIND_WORDS) as [FieldKind, { en: readonly string[]; fr: readonly string[] }][]).flatMap(([kind, { en, fr }]) =>
    [kind, ...en, ...fr].map((word) => [folded(word), kind] as const),
  ),
)
const OPTIONS: ReadonlyMap<string, OptionName> = new Map(
  (Object.entries(OPTION_WORDS) as [OptionName, readonly string[]][]).flatMap(([name, words]) =>
    words.map((word) => [folded(word), name] as const),
  ),
)
const NO = new Set(['no', 'non', 'false', '0'])

const points = (text: string, least: number, most: number): number | undefined => {
  const number = Number(text.replace(',', '.'))
  return text && number >= least && number <= most ? number : undefined
}

/** What stands between the braces; null where it is no field of ours: the sender is told which, and it stays as it is. */
export function readTag(text: string): Tag | null {
  const [head = '', ...rest] = text.split(';')
  const [kindWord = '', who = '', ...label] = head.split(':')
  const kind = KINDS.get(folded(kindWord))
  if (!kind) return null
  const options = new Map<OptionName, string>()
  for (const one of rest) {
    const [name = '', ...value] = one.split('=')
    const known = OPTIONS.get(folded(name))
    if (!known && one.trim()) return null
    if (known) options.set(known, value.join('=').trim().slice(0, 500))
  }
  const says = (name: OptionName): boolean => options.has(name) && !NO.has(folded(options.get(name)!))
  const size = points(options.get('size') ?? '', 4, 48)
  const width = points(options.get('width') ?? '', 6, 2_000)
  const height = points(options.get('height') ?? '', 6, 2_000)
  const rules: { -readonly [K in keyof Rules]: Rules[K] } = {}
  const choices = (options.get('options') ?? '').split('|').flatMap((one) => one.trim() || [])
  if (kind === 'drop-down' && choices.length) rules.options = [...new Set(choices)].slice(0, 200)
  for (const name of ['group', 'name', 'formula', 'help'] as const) if (options.get(name)) rules[name] = options.get(name)!.slice(0, 300)
  return {
    kind,
    who: folded(who),
    label: label.join(':').trim().slice(0, 200),
    value: kind === 'checkbox' || kind === 'radio' ? (says('value') ? '1' : '') : (options.get('value') ?? ''),
    ...(options.has('required') || options.has('optional')
      ? { required: options.has('required') ? says('required') : !says('optional') }
      : {}),
    readOnly: says('readOnly'),
    ...(size ? { fontSize: size } : {}),
    ...(width ? { width } : {}),
    ...(height ? { height } : {}),
    rules,
  }
}

export interface TagHelp {
  readonly examples: readonly string[]
  readonly kinds: readonly (readonly [FieldKind, string])[]
  /** Name, word, and how its value is written. */
  readonly options: readonly (readonly [OptionName, string, string])[]
}

const EXAMPLES: Readonly<Record<Language, readonly string[]>> = {
  en: [
    '{{signature:client}}',
    '{{name:client}}',
    '{{date-signed:company}}',
    '{{text:client:Place of delivery}}',
    '{{checkbox:client:I accept the terms;required}}',
    '{{list:client:Language;options=English|French}}',
    '{{date:1:Start;required=no}}',
  ],
  fr: [
    '{{signature:client}}',
    '{{nom:client}}',
    '{{date-signature:société}}',
    '{{texte:client:Lieu de livraison}}',
    '{{case:client:J’accepte les conditions;obligatoire}}',
    '{{liste:client:Langue;options=Anglais|Français}}',
    '{{date:1:Début;obligatoire=non}}',
  ],
}
const SAMPLES: Readonly<Partial<Record<OptionName, string>>> = {
  value: '=…',
  size: '=10',
  width: '=160',
  height: '=18',
  options: '=a|b',
  group: '=…',
  name: '=…',
  formula: '=…',
  help: '=…',
}

/** What the help panel shows: each example is a tag that `readTag` understands. */
export const tagHelp = (language: Language): TagHelp => ({
  examples: EXAMPLES[language],
  kinds: (Object.entries(KIND_WORDS) as [FieldKind, Record<Language, readonly string[]>][]).map(([kind, all]) => [kind, all[language][0]!]),
  options: (Object.entries(OPTION_WORDS) as [OptionName, readonly string[]][]).map(([name, all]) => [
    name,
    (language === 'fr' ? all.at(name === 'required' || name === 'optional' ? 1 : -1) : all[0])!,
    SAMPLES[name] ?? '',
  ]),
})
