import { expect, test } from 'bun:test'
import { everybodyHasSigned, whoseTurn } from '../../src/envelope/routing.ts'
import { nameFields, signerNames } from '../../src/envelope/naming.ts'
import type { Field } from '../../src/envelope/envelope.ts'
import { person } from './support.ts'

const ids = (recipients: readonly { id: string }[]) => recipients.map(({ id }) => id).join(' ')

test('the lowest order that is not finished has the turn; equal numbers share it; copies have none', () => {
  const all = [
    person('e', 'copy', { role: 'copy', routingOrder: 0 }),
    person('e', 'a', { routingOrder: 1, status: 'signed' }),
    person('e', 'b', { routingOrder: 2, status: 'signed' }),
    person('e', 'c', { routingOrder: 2, role: 'approver' }),
    person('e', 'd', { routingOrder: 2, role: 'witness' }),
    person('e', 'z', { routingOrder: 9 }),
  ]
  expect(ids(whoseTurn(all))).toBe('c d')
  expect(ids(whoseTurn(all.map((one) => (one.routingOrder === 2 ? { ...one, status: 'signed' as const } : one))))).toBe('z')
  expect(everybodyHasSigned(all.map((one) => ({ ...one, status: 'signed' as const })))).toBe(true)
  expect(whoseTurn([])).toEqual([])
})

const field = (id: string, over: Partial<Field>): Field => ({
  id,
  documentId: 'doc_1',
  recipientId: 'a',
  kind: 'text',
  page: 0,
  x: 0,
  y: 0,
  width: 10,
  height: 10,
  required: 1,
  readOnly: 0,
  label: '',
  value: '',
  fontSize: 10,
  rules: '{}',
  origin: '',
  seriesId: null,
  ...over,
})

test('fields are named by signer; the first signature is the signature itself; what the sender decided is no field', () => {
  const recipients = [person('e', 'a'), person('e', 'copy', { role: 'copy' }), person('e', 'b')]
  expect([...signerNames(recipients)]).toEqual([
    ['a', 'S1'],
    ['b', 'S2'],
  ])
  const named = nameFields(recipients, [
    field('1', { kind: 'full-name' }),
    field('2', { kind: 'signature' }),
    field('3', { kind: 'signature' }),
    field('4', { kind: 'number' }),
    field('5', { recipientId: null, value: 'x' }),
    field('6', { readOnly: 1, value: 'x' }),
    field('7', { kind: 'signature', recipientId: 'b' }),
    field('8', { kind: 'stamp', recipientId: 'b' }),
  ])
  expect(named.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'S1_f1 text',
    'S1_sig signature',
    'S1_f2 picture',
    'null text',
    'null text',
    'null text',
    'S2_sig signature',
    'S2_f1 picture',
  ])
})
