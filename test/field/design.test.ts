import { expect, test } from 'bun:test'
import { type DesignedField, designFaults } from '../../src/field/design.ts'

const field = (id: string, kind: string, over: Partial<DesignedField> = {}): DesignedField => ({
  id,
  documentId: 'd',
  recipientId: 'first',
  kind,
  label: id,
  required: false,
  readOnly: false,
  value: '',
  prefilled: false,
  rules: {},
  ...over,
})
const turns: Readonly<Record<string, number>> = { first: 1, beside: 1, second: 2 }
const faults = (...fields: DesignedField[]): string[] =>
  designFaults(fields, (one) => (one.prefilled ? null : (turns[one.recipientId ?? ''] ?? null)), 'en').map(
    ({ fieldId, reason }) => `${fieldId} ${reason}`,
  )
const NUMBER = { type: 'number', decimals: 2 } as const

test('what is complete has no fault', () => {
  expect(
    faults(
      field('yes', 'radio', { rules: { group: 'g' }, required: true }),
      field('no', 'radio', { rules: { group: 'g' } }),
      field('list', 'drop-down', { rules: { options: ['a', 'b'] }, value: 'a' }),
      field('price', 'text', { rules: { name: 'price', format: NUMBER }, value: '12.5' }),
      field('total', 'calculation', { recipientId: 'second', rules: { formula: 'price * 2' } }),
      field('why', 'text', { recipientId: 'second', rules: { show: { field: 'no', is: 'ticked' } } }),
      field('name', 'contact', { rules: { source: 'company' } }),
      field('fixed', 'text', { prefilled: true, readOnly: true, value: 'x' }),
    ),
  ).toEqual([])
})

test('each contradiction is told at its field', () => {
  for (const [expected, ...fields] of [
    ['a design.no-options', field('a', 'drop-down')],
    ['a design.not-an-option', field('a', 'drop-down', { rules: { options: ['x'] }, value: 'y' })],
    ['a design.no-group', field('a', 'radio')],
    ['a design.lonely-choice', field('a', 'radio', { rules: { group: 'g' } })],
    ['b design.two-chosen', ...['a', 'b'].map((id) => field(id, 'radio', { rules: { group: 'g' }, value: '1' }))],
    ['b design.same-answer', ...['a', 'b'].map((id) => field(id, 'radio', { rules: { group: 'g' }, label: 'x' }))],
    ['a design.no-source', field('a', 'contact')],
    ['a design.empty-for-ever', field('a', 'text', { required: true, readOnly: true, prefilled: true })],
    ['a design.min-max', field('a', 'text', { rules: { format: { ...NUMBER, min: '10', max: '9' } } })],
    ['a design.min-max', field('a', 'date', { rules: { format: { type: 'date', min: '2026-02-02', max: '2026-02-01' } } })],
    ['a design.value-refused', field('a', 'text', { rules: { format: { type: 'iban' } }, value: 'FR00' })],
    ['a design.value-refused', field('a', 'text', { rules: { format: { ...NUMBER, max: '5' } }, value: '6' })],
    ['a design.value-too-long', field('a', 'text', { rules: { maxLength: 2 }, value: 'abc' })],
    ['a field.pattern-sign', field('a', 'text', { rules: { format: { type: 'pattern', pattern: '(a)\\1', sentence: '' } } })],
    ['a field.pattern-unfinished', field('a', 'text', { rules: { format: { type: 'pattern', pattern: '', sentence: '' } } })],
    ['a design.name', field('a', 'text', { rules: { name: '1a', format: NUMBER } })],
    ['a design.name-no-number', field('a', 'text', { rules: { name: 'x' } })],
    ['b design.name-twice', ...['a', 'b'].map((id) => field(id, 'text', { rules: { name: id === 'a' ? 'X' : 'x', format: NUMBER } }))],
    ['a design.no-formula', field('a', 'calculation')],
    ['a field.formula-unfinished', field('a', 'calculation', { rules: { formula: '1 +' } })],
    ['a design.formula-name', field('a', 'calculation', { rules: { formula: 'nothing + 1' } })],
    [
      'a design.formula-later',
      field('a', 'calculation', { rules: { formula: 'x' } }),
      field('b', 'text', { recipientId: 'second', rules: { name: 'x', format: NUMBER } }),
    ],
    ['a design.circle', field('a', 'calculation', { rules: { name: 'x', formula: 'x + 1' } })],
    [
      'a design.circle',
      field('a', 'text', { rules: { show: { field: 'b', is: 'filled' } } }),
      field('b', 'text', { rules: { show: { field: 'a', is: 'filled' } } }),
    ],
    ['a design.condition-gone', field('a', 'text', { rules: { show: { field: 'z', is: 'filled' } } })],
    [
      'a design.condition-later',
      field('a', 'text', { rules: { require: { field: 'b', is: 'ticked' } } }),
      field('b', 'checkbox', { recipientId: 'beside' }),
    ],
    ['a design.condition-kind', field('a', 'text', { rules: { show: { field: 'b', is: 'ticked' } } }), field('b', 'text')],
    ['a design.condition-empty', field('a', 'text', { rules: { show: { field: 'b', is: 'equals' } } }), field('b', 'text')],
    [
      'a design.condition-impossible',
      field('a', 'text', { required: true, rules: { show: { field: 'b', is: 'equals', value: 'z' } } }),
      field('b', 'drop-down', { rules: { options: ['x', 'y'] } }),
    ],
    [
      'a design.condition-never',
      field('a', 'text', { required: true, rules: { show: { field: 'b', is: 'ticked' } } }),
      field('b', 'checkbox', { readOnly: true }),
    ],
    ['a design.signature-condition', field('a', 'signature', { rules: { show: { field: 'b', is: 'ticked' } } }), field('b', 'checkbox')],
    [
      'a design.prefilled-condition',
      field('a', 'text', { prefilled: true, value: 'x', rules: { show: { field: 'b', is: 'ticked' } } }),
      field('b', 'checkbox'),
    ],
  ] as const)
    expect(faults(...(fields as DesignedField[]))).toEqual([expected])
})
