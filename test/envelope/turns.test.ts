import { expect, test } from 'bun:test'
import { usualTurn } from '../../src/envelope/choosing.ts'
import { moved, turnsOf } from '../../src/envelope/turns.ts'
import { person } from './support.ts'

test('turns are told from the order; a copy has none', () => {
  const people = [
    person('e', 'a', { routingOrder: 5 }),
    person('e', 'b', { routingOrder: 2 }),
    person('e', 'c', { routingOrder: 5 }),
    person('e', 'd', { role: 'copy', routingOrder: 1 }),
  ]
  expect(turnsOf(people)).toEqual([['b'], ['a', 'c']])
})

test.each([
  ['up changes places', [['a'], ['b'], ['c']], 'b', 'up', [['b'], ['a'], ['c']]],
  ['down changes places', [['a'], ['b'], ['c']], 'b', 'down', [['a'], ['c'], ['b']]],
  ['the first stays first', [['a'], ['b']], 'a', 'up', [['a'], ['b']]],
  ['the last stays last', [['a'], ['b']], 'b', 'down', [['a'], ['b']]],
  ['together joins the turn above', [['a'], ['b'], ['c']], 'b', 'together', [['a', 'b'], ['c']]],
  ['together out of a shared turn', [['a'], ['b', 'c']], 'c', 'together', [['a', 'c'], ['b']]],
  ['nobody is above the first', [['a'], ['b']], 'a', 'together', [['a'], ['b']]],
  ['up leaves a shared turn', [['a'], ['b', 'c']], 'c', 'up', [['a'], ['c'], ['b']]],
  ['down leaves a shared turn', [['a', 'b'], ['c']], 'a', 'down', [['b'], ['a'], ['c']]],
  ['a stranger moves nothing', [['a'], ['b']], 'x', 'up', [['a'], ['b']]],
] as const)('%s', (_what, turns, id, move, expected) => {
  expect(moved(turns, id, move)).toEqual(expected.map((turn) => [...turn]))
})

test('the company signs first, the other party next; who approves before their side signs, who attests after everybody', () => {
  const first = { role: 'signer', side: 'company' } as const
  const theirs = { role: 'signer', side: 'other' } as const
  expect(usualTurn([], theirs)).toEqual({ order: 1, opens: false })
  expect(usualTurn([], first)).toEqual({ order: 1, opens: false })
  const ours = [
    person('e', 'a', { side: 'company', routingOrder: 2 }),
    person('e', 'b', { side: 'company', role: 'copy', routingOrder: 9 }),
  ]
  expect(usualTurn(ours, theirs)).toEqual({ order: 3, opens: false })
  expect(usualTurn(ours, first)).toEqual({ order: 2, opens: false })
  const both = [...ours, person('e', 'c', { side: 'other', routingOrder: 3 })]
  expect(usualTurn(both, { role: 'witness', side: 'company' })).toEqual({ order: 4, opens: false })
  expect(usualTurn(both, { role: 'approver', side: 'company' })).toEqual({ order: 2, opens: true })
  expect(usualTurn(both, { role: 'approver', side: 'other' })).toEqual({ order: 3, opens: true })
  // A witness who was named first makes room for who signs.
  const attested = [...ours, person('e', 'd', { side: 'other', role: 'witness', routingOrder: 3 })]
  expect(usualTurn(attested, theirs)).toEqual({ order: 3, opens: true })
  // Those whom the sender put together stay so.
  const together = [person('e', 'a', { side: 'company', routingOrder: 1 }), person('e', 'c', { side: 'other', routingOrder: 1 })]
  expect(usualTurn(together, theirs)).toEqual({ order: 1, opens: false })
})
