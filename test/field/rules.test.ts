import { expect, test } from 'bun:test'
import { renamed, renamedText, type Rules, rulesOf } from '../../src/field/rules.ts'

test('among copies of fields conditions speak of the copies', () => {
  const rules: Rules = { help: 'x', show: { field: 'fld_1', is: 'ticked' }, require: { field: 'fld_9', is: 'equals', value: 'fld_1' } }
  const ids = new Map([['fld_1', 'fld_2']])
  const copied: Rules = { help: 'x', show: { field: 'fld_2', is: 'ticked' }, require: { field: 'fld_9', is: 'equals', value: 'fld_1' } }
  expect(renamed(rules, ids)).toEqual(copied)
  expect(rulesOf({ rules: renamedText(JSON.stringify(rules), ids) })).toEqual(copied)
  expect(renamedText('{}', ids)).toBe('{}')
})
