import { expect, test } from 'bun:test'
import { readDecimal, writeDecimal } from '../../src/field/decimal.ts'
import { evaluate, FormulaFault, isName, namesIn, readFormula } from '../../src/field/formula.ts'

const values: Readonly<Record<string, string>> = { price: '19.99', days: '3', rabatt_1: '0.1', größe: '2', empty: '' }
const result = (text: string): string | null => {
  const value = evaluate(readFormula(text), (name) => readDecimal(values[name] ?? ''))
  return value && writeDecimal(value)
}

test('sums, differences, products, quotients, parentheses, functions and signs', () => {
  for (const [text, expected] of [
    ['price * days', '59.97'],
    ['price × days − 0,97', '59'],
    ['1 + 2 * 3 - 4 / 2', '5'],
    ['(1 + 2) * 3', '9'],
    ['2 - 3 - 4', '-5'],
    ['8 / 4 / 2', '1'],
    ['-(price) + +1', '-18.99'],
    ['PRICE', '19.99'],
    ['Größe * größe', '4'],
    ['round(price * days * 1,2; 1)', '72'],
    ['round(10/3)', '3'],
    ['round(2.5)', '3'],
    ['sum(1; 2; 3, 4)', '10'],
    ['max(1; price) - min(1; price)', '18.99'],
    ['abs(1 - 3)', '2'],
    ['empty + 5', '5'],
    ['price * (1 - rabatt_1)', '17.991'],
    ['0.1 + 0.2', '0.3'],
  ])
    expect([text, result(text!)]).toEqual([text!, expected!])
  for (const text of ['1 / 0', '1 / empty', 'round(1; 99)', 'round(1; 0.5)', 'sum(1; 1/0)'])
    expect([text, result(text)]).toEqual([text, null])
})

test('what is no formula says where', () => {
  for (const [text, reason, at, sign] of [
    ['', 'field.formula-unfinished', 0, ''],
    ['  ', 'field.formula-unfinished', 0, ''],
    ['price *', 'field.formula-unfinished', 7, ''],
    ['(price', 'field.formula-unfinished', 6, ''],
    ['price days', 'field.formula-sign', 6, 'days'],
    ['price)', 'field.formula-sign', 5, ')'],
    ['* 2', 'field.formula-sign', 0, '*'],
    ['price & days', 'field.formula-sign', 6, '&'],
    ['eval(1)', 'field.formula-function', 0, 'eval'],
    ['constructor(1)', 'field.formula-function', 0, 'constructor'],
    ['round()', 'field.formula-sign', 6, ')'],
    ['round(1; 2; 3)', 'field.formula-function', 0, 'round'],
    ['1.2.3', 'field.formula-sign', 3, '.'],
    ['(('.repeat(100), 'field.formula-long', 41, ''],
    ['1+'.repeat(300), 'field.formula-long', 199, ''],
  ] as const) {
    const fault = (() => {
      try {
        return readFormula(text)
      } catch (error) {
        return error
      }
    })()
    expect(fault).toBeInstanceOf(FormulaFault)
    const { reason: told, at: where, sign: which } = fault as FormulaFault
    expect([text.slice(0, 20), told, where, which].slice(0, 2)).toEqual([text.slice(0, 20), reason])
    if (reason !== 'field.formula-long') expect([text, where, which]).toEqual([text, at, sign])
  }
})

test('names', () => {
  expect(namesIn(readFormula('Price * price + round(days; 2)'))).toEqual(['price', 'days'])
  for (const name of ['a', 'prix_HT', 'größe', '数量', '_x1']) expect([name, isName(name)]).toEqual([name, true])
  for (const name of ['', '1a', 'a b', 'a-b', 'round', 'SUM', 'x'.repeat(41)]) expect([name, isName(name)]).toEqual([name, false])
})
