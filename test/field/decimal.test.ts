import { expect, test } from 'bun:test'
import { add, compare, divide, multiply, readDecimal, round, writeDecimal } from '../../src/field/decimal.ts'

const of = (text: string) => readDecimal(text)!

test('decimals are added, multiplied and rounded without a binary error', () => {
  expect(writeDecimal(add(of('0.1'), of('0.2'))!)).toBe('0.3')
  expect(writeDecimal(multiply(of('1.005'), of('100'))!)).toBe('100.5')
  expect(writeDecimal(round(of('1.005'), 2))).toBe('1.01')
  expect(writeDecimal(round(of('-1.005'), 2))).toBe('-1.01')
  expect(writeDecimal(round(of('2.4'), 0))).toBe('2')
  expect(writeDecimal(of('-0.5'), 2)).toBe('-0.50')
  expect(writeDecimal(of('1200.00'))).toBe('1200')
  expect(compare(of('1.10'), of('1.1'))).toBe(0)
})

test('a quotient is exact as far as it is kept; by zero there is none, and endless products end', () => {
  expect(writeDecimal(round(divide(of('1'), of('3'))!, 4))).toBe('0.3333')
  expect(writeDecimal(divide(of('10'), of('4'))!)).toBe('2.5')
  expect(writeDecimal(divide(of('-1'), of('0.05'))!)).toBe('-20')
  expect(divide(of('1'), of('0.00'))).toBeNull()
  let product: ReturnType<typeof multiply> = of('9'.repeat(40))
  for (let at = 0; at < 10 && product; at++) product = multiply(product, product)
  expect(product).toBeNull()
  for (const strange of ['', '1e5', '.5', '5.', '1,5', '--1', '٣', 'Infinity', '0x10']) expect(readDecimal(strange)).toBeNull()
})

test('random sums agree with whole cents', () => {
  let seed = 7
  const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31)
  for (let at = 0; at < 20_000; at++) {
    const [a, b] = [next() % 1_000_000, next() % 1_000_000]
    const cents = (value: number) => of((BigInt(value) / 100n).toString() + '.' + String(value % 100).padStart(2, '0'))
    expect(add(cents(a), cents(b))!.digits).toBe(BigInt(a + b))
  }
})
