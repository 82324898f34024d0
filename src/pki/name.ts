import type { Bytes } from '../base/bytes.ts'
import { oid, printable, sequence, setOf, text } from './der.ts'
import type { Der } from './der-reader.ts'

/** A distinguished name as values, never as one string: a comma in a company's name adds nothing to it. */
export interface Name {
  readonly commonName: string
  readonly country?: string
  readonly organization?: string
  readonly organizationalUnit?: string
  readonly organizationIdentifier?: string
  readonly title?: string
  readonly givenName?: string
  readonly surname?: string
  readonly serialNumber?: string
}

/** In the order in which they are written; lengths of RFC 5280, appendix A. */
const ATTRIBUTES: readonly (readonly [key: keyof Name, oid: string, longest: number])[] = [
  ['country', '2.5.4.6', 2],
  ['organization', '2.5.4.10', 64],
  ['organizationIdentifier', '2.5.4.97', 64],
  ['organizationalUnit', '2.5.4.11', 64],
  ['title', '2.5.4.12', 64],
  ['surname', '2.5.4.4', 40],
  ['givenName', '2.5.4.42', 40],
  ['serialNumber', '2.5.4.5', 64],
  ['commonName', '2.5.4.3', 64],
]

/** Longer values are cut at the bound of the standard; a country that is not two letters is left out. */
export function writeName(name: Name): Bytes {
  const parts = ATTRIBUTES.flatMap(([key, type, longest]) => {
    const value = [
      ...(name[key] ?? '')
        .normalize('NFC')
        .replaceAll(/\p{Cc}/gu, ' ')
        .trim(),
    ]
      .slice(0, longest)
      .join('')
    if (!value || (key === 'country' && !/^[A-Z]{2}$/.test(name.country ?? ''))) return []
    const plain = key === 'country' || (key === 'serialNumber' && /^[\w '()+,./:=?-]+$/.test(value) && !value.includes('_'))
    return [setOf([sequence(oid(type), plain ? printable(value) : text(value))])]
  })
  return sequence(...parts)
}

/** The first value of each attribute known here; `commonName` is empty where there is none. */
export function readName(name: Der): Name {
  const found: Partial<Record<keyof Name, string>> = {}
  for (const set of name.expect(0x30).children)
    for (const attribute of set.expect(0x31).children) {
      const fields = attribute.fields()
      const type = fields.take().oid()
      const key = ATTRIBUTES.find(([, known]) => known === type)?.[0]
      if (key) found[key] ??= fields.take().string()
    }
  return { commonName: '', ...found }
}
