import { type Bytes, hex } from '../base/bytes.ts'
import { Appending } from './appended.ts'
import { PdfFault } from './fault.ts'
import type { FileHead, SecurityStoreHead } from './head.ts'
import { withEntries } from './source.ts'

export interface SecurityStoreInput {
  readonly certificates: readonly Bytes[]
  readonly ocsps: readonly Bytes[]
  readonly revocationLists: readonly Bytes[]
  /** For each signature, its whole /Contents with the padding and its indices into the lists above. */
  readonly vri: readonly {
    readonly contents: Bytes
    readonly certificates: readonly number[]
    readonly ocsps: readonly number[]
    readonly revocationLists: readonly number[]
  }[]
}

/** DSS and VRI (ISO 32000-2 §12.8.4.3). What an earlier store held is kept, by reference. */
export async function securityStore<H extends FileHead>(head: H, input: SecurityStoreInput): Promise<{ bytes: Bytes; head: H }> {
  const appending = new Appending(head)
  const store = async (values: readonly Bytes[]): Promise<string[]> => {
    const references: string[] = []
    for (const value of values) references.push(`${await appending.addFlate('', value)} 0 R`)
    return references
  }
  const added = {
    certificates: await store(input.certificates),
    ocsps: await store(input.ocsps),
    revocationLists: await store(input.revocationLists),
  }
  const before: SecurityStoreHead = head.securityStore ?? { certificates: [], ocsps: [], revocationLists: [], vri: {} }
  const vri: Record<string, string> = { ...before.vri }
  for (const entry of input.vri) {
    const key = await vriKey(entry.contents)
    // An entry that stands is never written anew: the verifier compares it token by token.
    vri[key] ??=
      `<</Type /VRI${list('Cert', pick(added.certificates, entry.certificates))}${list('OCSP', pick(added.ocsps, entry.ocsps))}${list('CRL', pick(added.revocationLists, entry.revocationLists))}>>`
  }
  const whole: SecurityStoreHead = {
    certificates: [...before.certificates, ...added.certificates],
    ocsps: [...before.ocsps, ...added.ocsps],
    revocationLists: [...before.revocationLists, ...added.revocationLists],
    vri,
  }
  const entries = Object.entries(vri)
    .map(([key, source]) => `/${key} ${source}`)
    .join(' ')
  const number = appending.add(
    `<</Type /DSS${list('Certs', whole.certificates)}${list('OCSPs', whole.ocsps)}${list('CRLs', whole.revocationLists)} /VRI <<${entries}>>>>`,
  )
  const catalog = { ...head.catalog, source: withEntries(head.catalog.source, { DSS: `${number} 0 R` }) }
  appending.put(catalog.number, catalog.source)
  const { bytes, at } = appending.close()
  return { bytes, head: { ...head, ...at, catalog, securityStore: whole } }
}

/** SHA-1 because ISO 32000-2 names entries so; it protects nothing here. */
export async function vriKey(contents: Bytes): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-1', contents))).toUpperCase()
}

const list = (key: string, references: readonly string[]): string => (references.length ? ` /${key} [${references.join(' ')}]` : '')

function pick(references: readonly string[], indices: readonly number[]): string[] {
  return indices.map((index) => {
    const reference = references[index]
    if (!reference) throw new PdfFault('append.vri-index')
    return reference
  })
}
