import { folded } from '../../base/folded.ts'

/** What a column of a table of contacts may be. */
export const COLUMN_KINDS = [
  'lastName',
  'firstName',
  'fullName',
  'email',
  'phone',
  'company',
  'jobTitle',
  'language',
  'companyDetails',
  'comment',
] as const
export type ColumnKind = (typeof COLUMN_KINDS)[number]
/** Null: left out. */
export type Columns = readonly (ColumnKind | null)[]

export const isColumnKind = (text: string): text is ColumnKind => (COLUMN_KINDS as readonly string[]).includes(text)

/** Headings as spreadsheets and address books write them, in English and French; folded, without signs. */
const HEADINGS: Readonly<Record<ColumnKind, readonly string[]>> = {
  lastName: ['last name', 'lastname', 'surname', 'family name', 'name', 'nom', 'nom de famille', 'nom du contact'],
  firstName: ['first name', 'firstname', 'given name', 'forename', 'prenom', 'prenoms'],
  fullName: [
    'full name',
    'fullname',
    'display name',
    'contact',
    'contact name',
    'nom complet',
    'nom et prenom',
    'prenom et nom',
    'nom affiche',
  ],
  email: [
    'email',
    'e mail',
    'mail',
    'email address',
    'e mail address',
    'e mail 1 value',
    'e mail 2 value',
    'e mail 2 address',
    'courriel',
    'adresse email',
    'adresse e mail',
    'adresse mail',
    'adresse electronique',
    'adresse de messagerie',
    'adresse de messagerie 2',
    'mel',
  ],
  phone: [
    'mobile',
    'mobile phone',
    'mobile number',
    'cell',
    'cell phone',
    'phone',
    'phone number',
    'telephone',
    'primary phone',
    'business phone',
    'phone 1 value',
    'phone 2 value',
    'tel',
    'tel mobile',
    'telephone mobile',
    'telephone portable',
    'portable',
    'numero de mobile',
    'numero de telephone',
    'telephone bureau',
    'tel bureau',
    'telephone professionnel',
    'gsm',
    'home phone',
    'telephone domicile',
  ],
  company: [
    'company',
    'company name',
    'organization',
    'organisation',
    'organization name',
    'organization 1 name',
    'account',
    'account name',
    'societe',
    'entreprise',
    'raison sociale',
    'organisme',
    'nom de la societe',
    'nom de l entreprise',
  ],
  jobTitle: [
    'job title',
    'jobtitle',
    'title',
    'position',
    'role',
    'organization title',
    'organization 1 title',
    'function',
    'fonction',
    'poste',
    'titre',
    'qualite',
  ],
  language: ['language', 'lang', 'locale', 'langue', 'preferred language', 'langue preferee'],
  companyDetails: [
    'company details',
    'address',
    'street',
    'street address',
    'business street',
    'business address',
    'city',
    'business city',
    'town',
    'zip',
    'zip code',
    'postal code',
    'business postal code',
    'country',
    'business country region',
    'vat',
    'vat number',
    'registration number',
    'siren',
    'siret',
    'rcs',
    'ice',
    'iban',
    'bic',
    'bank',
    'coordonnees de la societe',
    'adresse',
    'adresse postale',
    'rue',
    'rue bureau',
    'ville',
    'ville bureau',
    'code postal',
    'code postal bureau',
    'cp',
    'pays',
    'pays region bureau',
    'tva',
    'numero de tva',
    'tva intracommunautaire',
    'n tva',
    'banque',
    'numero d immatriculation',
  ],
  comment: [
    'comment',
    'comments',
    'note',
    'notes',
    'remark',
    'remarks',
    'commentaire',
    'commentaires',
    'remarque',
    'remarques',
    'observations',
  ],
}

const KNOWN = new Map<string, ColumnKind>(COLUMN_KINDS.flatMap((kind) => HEADINGS[kind].map((heading) => [heading, kind] as const)))

const headingOf = (cell: string): string => folded(cell.replace(/[^\p{L}\p{N}]+/gu, ' '))

/** Whether a table's first line names its columns: it holds a heading that we know, and no address. */
export const hasHeadings = (first: readonly string[]): boolean =>
  first.some((cell) => KNOWN.has(headingOf(cell))) && !first.some((cell) => cell.includes('@'))

/** By the headings; without them by what stands in the first lines. */
export function guessColumns(first: readonly string[], rows: readonly (readonly string[])[]): Columns {
  if (hasHeadings(first)) {
    const kinds = first.map((cell) => KNOWN.get(headingOf(cell)) ?? null)
    // "Name" beside a first name is the last one; alone it is the whole.
    return kinds.includes('firstName') || kinds.includes('fullName')
      ? kinds
      : kinds.map((kind) => (kind === 'lastName' && isWhole(first, kinds, rows) ? 'fullName' : kind))
  }
  const width = Math.max(first.length, ...rows.map(({ length }) => length))
  let names = 0
  return Array.from({ length: width }, (_, at) => {
    const cells = [first, ...rows].map((row) => row[at] ?? '').filter((cell) => cell.trim())
    if (!cells.length) return null
    if (cells.every((cell) => cell.includes('@'))) return 'email'
    if (cells.every((cell) => /^[+\d][\d\s().\-/]{5,}$/.test(cell))) return 'phone'
    return (['lastName', 'firstName', 'company'] as const)[names++] ?? null
  })
}

function isWhole(first: readonly string[], kinds: Columns, rows: readonly (readonly string[])[]): boolean {
  const at = kinds.indexOf('lastName')
  return /^(name|nom)$/.test(headingOf(first[at] ?? '')) && rows.some((row) => (row[at] ?? '').trim().includes(' '))
}
