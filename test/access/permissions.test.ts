import { expect, test } from 'bun:test'
import {
  ADMINISTRATION,
  covers,
  NO_PERMISSIONS,
  OVERSIGHT,
  permissionsWith,
  readPermissions,
  ROWS,
  valueOf,
  widest,
} from '../../src/access/permissions.ts'

test('a row that a role does not have, or that cannot be read, is no right', () => {
  const read = readPermissions(
    '{"contacts":{"read":"all","edit":"everything"},"vault":"open","signing":{"sign":1,"stamp":true},"later":{}}',
  )
  expect(read).toEqual({
    ...NO_PERMISSIONS,
    contacts: { read: 'all', add: 'none', edit: 'none', delete: 'none', exchange: 'none' },
    signing: { sign: false, stamp: true },
  })
  expect(readPermissions('{}')).toEqual(NO_PERMISSIONS)
})

test('row by row the widest of several roles', () => {
  const some = readPermissions('{"documents":{"view":"departments","edit":"own"},"signing":{"sign":true}}')
  const other = readPermissions('{"documents":{"view":"department","edit":"public"},"vault":{"open":true}}')
  expect(widest([some, other])).toMatchObject({
    documents: { view: 'departments', edit: 'public', annul: 'none' },
    signing: { sign: true, stamp: false },
    vault: { open: true, documents: 'none' },
  })
  expect(widest([])).toEqual(NO_PERMISSIONS)
  expect([covers(widest([some, other]), some), covers(some, other), covers(OVERSIGHT, some), covers(ADMINISTRATION, OVERSIGHT)]).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test('the administrator may everything but bind the company', () => {
  const lacking = ROWS.filter(({ section, row, kind }) => valueOf(ADMINISTRATION, section, row) !== (kind === 'yes' ? true : 'all'))
  expect(lacking.map(({ section, row }) => `${section}.${row}`)).toEqual(['signing.sign', 'signing.stamp'])
  expect(ROWS).toHaveLength(21)
  expect(permissionsWith(() => 'all' as never).signing).toEqual({ sign: false, stamp: false })
})
