import { AndFilter, EqualityFilter, ExtensibleFilter, Filter, FilterParser, OrFilter } from 'ldapts'
import { LdapFailure } from './server.ts'

const LOGIN = '{login}'
/** Active Directory follows groups inside groups itself ([MS-ADTS] §3.1.1.3.4.4.3). */
const IN_CHAIN = '1.2.840.113556.1.4.1941'

/** The filter with a name put in, in which no sign has a meaning (RFC 4515 §3). */
export const filterFor = (userFilter: string, login: string): Filter => parsed(userFilter.replaceAll(LOGIN, () => Filter.escape(login)))

/** Everybody whom the filter lets in: any name will do. */
export const filterForAll = (userFilter: string): Filter => parsed(userFilter.replaceAll(LOGIN, '*'))

/** Whether the text is a filter with a place for the name. */
export function isUserFilter(text: string): boolean {
  if (!text.includes(LOGIN)) return false
  try {
    return filterFor(text, 'x') instanceof Filter && filterForAll(text) instanceof Filter
  } catch {
    return false
  }
}

/** Binary identifiers are kept in hexadecimal and asked for as they are. */
export const havingSubject = (idAttribute: string, subject: string, userFilter: string): Filter =>
  new AndFilter({
    filters: [
      new EqualityFilter({ attribute: idAttribute, value: /^objectguid$/i.test(idAttribute) ? Buffer.from(subject, 'hex') : subject }),
      filterForAll(userFilter),
    ],
  })

/** Groups that name one of these as a member. */
export const havingMember = (dns: readonly string[]): Filter =>
  new OrFilter({
    filters: dns.flatMap((dn) => ['member', 'uniqueMember'].map((attribute) => new EqualityFilter({ attribute, value: dn }))),
  })

export const havingMemberInChain = (dn: string): Filter => new ExtensibleFilter({ matchType: 'member', rule: IN_CHAIN, value: dn })

/** The parser takes what is not closed, and then asks something else. */
const isClosed = (text: string): boolean => {
  let open = 0
  for (const [at, sign] of [...text].entries()) {
    open += sign === '(' ? 1 : sign === ')' ? -1 : 0
    if (open < 1 && at < text.length - 1) return false
  }
  return open === 0 && text.startsWith('(') && text.endsWith(')')
}

function parsed(text: string): Filter {
  try {
    if (!isClosed(text)) throw new Error('brackets do not match')
    return FilterParser.parseString(text)
  } catch (error) {
    throw new LdapFailure('filter-invalid', (error as Error).message, { cause: error })
  }
}
