import { afterAll, expect, test } from 'bun:test'
import { openConnection } from '../../src/ldap/connection.ts'
import { findEverybody, findPerson, groupsOf, openDirectory, refusalOf } from '../../src/ldap/directory.ts'
import { isUserFilter } from '../../src/ldap/filter.ts'
import { firstValue, plainDn } from '../../src/ldap/name.ts'
import { LdapFailure, type LdapLayout, type LdapServer } from '../../src/ldap/server.ts'
import {
  addLdapGroup,
  addPerson,
  BASE,
  dnOf,
  groupDn,
  GROUPS,
  LDAP_PASSWORD,
  PEOPLE,
  SERVICE_DN,
  SERVICE_PASSWORD,
  startSlapd,
} from '../support/slapd.ts'

const slapd = await startSlapd()
afterAll(() => slapd[Symbol.asyncDispose]())
const { admin } = slapd
await addPerson(admin, {
  uid: 'eve',
  firstName: 'Ève',
  lastName: 'Éluard',
  extra: { telephoneNumber: '+33 1 23 45 67 89', departmentNumber: 'Sales' },
})
await addPerson(admin, { uid: 'odd(*)', firstName: 'Odd', lastName: 'Name' })
await addPerson(admin, { uid: 'jo', firstName: 'Jo', lastName: 'Doe, Jr' })
// A circle: sales ⊂ staff ⊂ everybody ⊂ sales; its name holds a comma.
await addLdapGroup(admin, 'sales\\, west', [dnOf('eve')])
await addLdapGroup(admin, 'staff', [groupDn('sales\\, west')])
await addLdapGroup(admin, 'everybody', [groupDn('staff')])
await addLdapGroup(admin, 'others', [dnOf('jo')])
const { Change, Attribute } = await import('ldapts')
await admin.modify(
  groupDn('sales\\, west'),
  new Change({ operation: 'add', modification: new Attribute({ type: 'member', values: [groupDn('everybody')] }) }),
)

const server: LdapServer = {
  host: '127.0.0.1',
  port: slapd.port,
  security: 'starttls',
  caPem: slapd.caPem,
  bindDn: SERVICE_DN,
  password: SERVICE_PASSWORD,
}
const layout: LdapLayout = {
  baseDn: PEOPLE,
  userFilter: '(&(objectClass=inetOrgPerson)(|(uid={login})(mail={login})))',
  idAttribute: 'entryUUID',
  attributes: {
    email: 'mail',
    firstName: 'givenName',
    lastName: 'sn',
    jobTitle: 'title',
    phone: 'telephoneNumber',
    department: 'departmentNumber',
    language: 'preferredLanguage',
  },
  groupBaseDn: GROUPS,
  nesting: 'walk',
}
const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no fault',
    (error: unknown) => (error instanceof LdapFailure ? error.fault : String(error)),
  )

test('a person is found by name or address over StartTLS and over TLS, with what their entry says', async () => {
  for (const [security, port] of [
    ['starttls', slapd.port],
    ['tls', slapd.tlsPort],
  ] as const) {
    await using directory = await openDirectory({ ...server, security, port })
    for (const login of ['eve', 'EVE@acme.example']) {
      const person = await findPerson(directory, layout, login)
      expect(person).toMatchObject({
        dn: dnOf('eve'),
        email: 'eve@acme.example',
        firstName: 'Ève',
        lastName: 'Éluard',
        phone: '+33 1 23 45 67 89',
      })
      expect(person?.subject).toMatch(/^[0-9a-f-]{36}$/)
    }
    expect(await findPerson(directory, layout, 'nobody')).toBeNull()
  }
  expect(slapd.log()).toContain('TLS established')
})

test('a password is asked of the directory; an empty one never', async () => {
  expect(await refusalOf(server, dnOf('eve'), LDAP_PASSWORD)).toBeNull()
  expect(await refusalOf(server, dnOf('eve'), 'wrong')).not.toBeNull()
  expect(await refusalOf(server, `uid=nobody,${PEOPLE}`, LDAP_PASSWORD)).not.toBeNull()
  const before = slapd.log().length
  expect(await refusalOf(server, dnOf('eve'), '')).not.toBeNull()
  await Bun.sleep(100)
  expect(slapd.log().slice(before)).not.toContain('BIND dn="uid=eve')
})

test('what is typed means nothing in a filter', async () => {
  await using directory = await openDirectory(server)
  for (const login of [
    '*',
    'e*',
    'eve)(uid=*',
    '*)(objectClass=*',
    'eve))(|(uid=*',
    '\\2a',
    'eve\u0000',
    '\\',
    'eve)(!(uid=zz',
    ')',
    '(',
    'a'.repeat(300),
  ])
    expect(await findPerson(directory, layout, login)).toBeNull()
  expect((await findPerson(directory, layout, 'odd(*)'))?.lastName).toBe('Name')
})

test('groups inside groups are walked once each, in a circle too, by names that hold a comma', async () => {
  await using directory = await openDirectory(server)
  const eve = (await findPerson(directory, layout, 'eve'))!
  const names = async (nesting: LdapLayout['nesting'], memberOf = eve.memberOf) =>
    (await groupsOf(directory, { ...layout, nesting }, { dn: eve.dn, memberOf })).map(({ dn }) => firstValue(dn)).sort()
  expect(await names('walk')).toEqual(['everybody', 'sales, west', 'staff'])
  expect(await names('walk', [])).toEqual(['everybody', 'sales, west', 'staff'])
  expect(await names('direct')).toEqual(['sales, west'])
})

test('Active Directory is asked by its own rule, with the name escaped', async () => {
  const { havingMemberInChain } = await import('../../src/ldap/filter.ts')
  expect(havingMemberInChain('CN=Doe\\, J (x),DC=acme').toString()).toBe(
    '(member:1.2.840.113556.1.4.1941:=CN=Doe\\5c, J \\28x\\29,DC=acme)',
  )
  await using directory = await openDirectory(server)
  const eve = (await findPerson(directory, layout, 'eve'))!
  // OpenLDAP does not know the rule: it answers nothing, and no error.
  expect(await groupsOf(directory, { ...layout, nesting: 'chain' }, { dn: eve.dn, memberOf: [] })).toEqual([])
})

test('everybody, by what stays the same when they are renamed', async () => {
  await using directory = await openDirectory(server)
  const everybody = await findEverybody(directory, layout)
  expect([...everybody.values()].map(({ lastName }) => lastName).sort()).toEqual(['Doe, Jr', 'Name', 'Éluard'])
})

test('what keeps the directory from answering is told apart', async () => {
  expect(await faultOf(openDirectory({ ...server, port: 1 }))).toBe('unreachable')
  expect(await faultOf(openDirectory({ ...server, host: 'no-such-host.invalid' }))).toBe('unreachable')
  expect(await faultOf(openDirectory({ ...server, caPem: null }))).toBe('certificate')
  expect(await faultOf(openDirectory({ ...server, security: 'tls', port: slapd.tlsPort, caPem: null }))).toBe('certificate')
  expect(await faultOf(openDirectory({ ...server, host: 'localhost.localdomain' }))).toMatch(/certificate|unreachable/)
  expect(await faultOf(openDirectory({ ...server, password: 'wrong' }))).toBe('service-refused')
  expect(await faultOf(openDirectory({ ...server, bindDn: 'no name at all' }))).toBe('service-refused')
  await using directory = await openDirectory(server)
  expect(await faultOf(findPerson(directory, { ...layout, baseDn: `ou=nowhere,${BASE}` }, 'eve'))).toBe('base-unknown')
  expect(await faultOf(findPerson(directory, { ...layout, userFilter: '((uid={login})' }, 'eve'))).toBe('filter-invalid')
  expect(await faultOf(findPerson(directory, { ...layout, userFilter: '(|(uid={login})(objectClass=inetOrgPerson))' }, 'eve'))).toBe(
    'too-many',
  )
})

test('a server that says nothing is left after a while, and a lost connection is not made anew in the clear', async () => {
  const sockets: { end(): void }[] = []
  const silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { open: (socket) => void sockets.push(socket), data: () => {} } })
  const started = performance.now()
  expect(await faultOf(openDirectory({ ...server, security: 'none', port: silent.port }))).toBe('timeout')
  expect(performance.now() - started).toBeLessThan(25_000)
  silent.stop(true)
  const closing = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: (socket) => void socket.end() } })
  await using lost = await openConnection({ ...server, security: 'none', port: closing.port })
  expect(await faultOf(lost.bindService())).toBe('unreachable')
  expect(await faultOf(lost.bindAs(dnOf('eve'), LDAP_PASSWORD))).toMatch(/unreachable|broken/)
  closing.stop(true)
}, 40_000)

test('a filter needs its place, and names are compared in one spelling', () => {
  expect(isUserFilter('(uid={login})')).toBe(true)
  for (const text of ['', '(uid=eve)', 'uid={login', '(&(uid={login})', '{login}']) expect(isUserFilter(text)).toBe(false)
  expect(plainDn('CN=Sales\\, West , OU=Groups,DC=Acme')).toBe(plainDn('cn=Sales\\2C West,ou=groups, dc=acme'))
  expect(plainDn('cn=\\C3\\89lan,dc=acme')).toBe(plainDn('CN=Élan,DC=acme'))
  expect(plainDn('cn=a\\,b,dc=c')).not.toBe(plainDn('cn=a,b,dc=c'))
})
