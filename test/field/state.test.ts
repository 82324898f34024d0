import { expect, test } from 'bun:test'
import { type RuledField, statesOf } from '../../src/field/state.ts'

const field = (id: string, kind: string, rules: RuledField['rules'] = {}, over: Partial<RuledField> = {}): RuledField => ({
  id,
  documentId: 'd',
  recipientId: 'r',
  kind,
  label: id,
  required: false,
  rules,
  ...over,
})
const states = (fields: readonly RuledField[], entered: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    [...statesOf(fields, (id) => entered[id] ?? '', 'en')].map(([id, { shown, required, value, fault }]) => [
      id,
      fault ? fault.reason : shown ? `${value}${required ? '!' : ''}` : null,
    ]),
  )

test('a field is shown and required by what another one says', () => {
  const fields = [
    field('box', 'checkbox'),
    field('list', 'drop-down', { options: ['a', 'b'] }),
    field('text', 'text', { show: { field: 'box', is: 'ticked' } }),
    field('more', 'text', { require: { field: 'list', is: 'equals', value: 'b' } }),
    field('other', 'text', { show: { field: 'text', is: 'filled' } }, { required: true }),
  ]
  expect(states(fields, { text: 'x' })).toEqual({ box: '', list: '', text: null, more: '', other: null })
  expect(states(fields, { box: '1', text: 'x', list: 'b' })).toEqual({ box: '1', list: 'b', text: 'x', more: '!', other: '!' })
  expect(states(fields, { box: '1', list: 'a', more: 'y' })).toEqual({ box: '1', list: 'a', text: '', more: 'y', other: null })
})

test('the buttons of one choice answer together', () => {
  const fields = [
    field('yes', 'radio', { group: 'Agree?' }),
    field('no', 'radio', { group: 'Agree?' }),
    field('elsewhere', 'radio', { group: 'Agree?' }, { documentId: 'other' }),
    field('any', 'text', { show: { field: 'yes', is: 'filled' } }),
    field('why', 'text', { show: { field: 'yes', is: 'equals', value: 'no' } }),
    field('not', 'text', { show: { field: 'yes', is: 'unticked' } }),
  ]
  expect(states(fields, { elsewhere: '1' })).toMatchObject({ any: null, why: null, not: '' })
  expect(states(fields, { no: '1' })).toMatchObject({ any: '', why: '', not: '' })
  expect(states(fields, { yes: '1' })).toMatchObject({ any: '', why: null, not: null })
})

test('results are worked out from what is shown, exactly, and follow one another', () => {
  const euros = { type: 'amount', currency: 'EUR' } as const
  const fields = [
    field('price', 'text', { name: 'price', format: euros }),
    field('days', 'text', { name: 'days', format: { type: 'number', decimals: 0 }, show: { field: 'box', is: 'ticked' } }),
    field('box', 'checkbox'),
    field('net', 'calculation', { name: 'net', formula: 'price * days', format: euros }),
    field('gross', 'calculation', { formula: 'net * 1.2', format: { ...euros, max: '1000' } }),
    field('each', 'calculation', { formula: 'price / days', format: euros }),
    field('large', 'text', { show: { field: 'gross', is: 'equals', value: '71.964' } }),
  ]
  expect(states(fields, {})).toMatchObject({ net: '', gross: '', each: '' })
  expect(states(fields, { price: '19.99', days: '3', box: '1' })).toMatchObject({ net: '59.97', gross: '71.96', each: '6.66' })
  // What is hidden counts for nothing, whatever was typed into it.
  expect(states(fields, { price: '19.99', days: '3' })).toMatchObject({ net: '0.00', each: 'entry.no-result' })
  expect(states(fields, { price: '999.00', days: '30', box: '1' })).toMatchObject({ net: '29970.00', gross: 'entry.too-large' })
})

test('a circle ends, and a condition on nothing never holds', () => {
  const fields = [
    field('a', 'text', { show: { field: 'b', is: 'empty' } }),
    field('b', 'text', { show: { field: 'a', is: 'filled' } }),
    field('c', 'calculation', { name: 'c', formula: 'c + 1' }),
    field('d', 'text', { show: { field: 'gone', is: 'empty' } }),
  ]
  expect(Object.keys(states(fields, { a: 'x', b: 'y' }))).toHaveLength(4)
  expect(states(fields, {})).toMatchObject({ c: '', d: null })
})
