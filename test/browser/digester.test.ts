import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { hex } from '../../src/base/bytes.ts'
import { digestersFor } from '../../src/browser/digester.ts'

const MEGABYTE = 1024 * 1024
const file = new Uint8Array(3 * MEGABYTE + 77)
for (let at = 0, seed = 7; at < file.length; at++) file[at] = seed = (seed * 1103515245 + 12345) & 0xff
const expected = (...parts: Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

test('the examples of the standard', () => {
  const of = (text: string): string => {
    const bytes = new TextEncoder().encode(text)
    const digester = digestersFor(bytes)()
    digester.update(bytes)
    return hex(digester.digest())
  }
  expect(of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('every length around a block, in one piece and in two', () => {
  for (let length = 0; length < 200; length++) {
    const part = Uint8Array.from(file.subarray(0, length))
    const newDigester = digestersFor(file)
    const whole = newDigester()
    whole.update(part)
    expect(hex(whole.digest())).toBe(expected(part))
    const split = newDigester()
    split.update(part.subarray(0, 61))
    split.update(part.subarray(61))
    expect(hex(split.digest())).toBe(expected(part))
  }
})

test('prefixes and gaps of a file, with the states that were kept and without', () => {
  const heard: number[] = []
  const newDigester = digestersFor(file, (hashed) => heard.push(hashed))
  for (const [end, from] of [
    [2 * MEGABYTE + 5, 2 * MEGABYTE + 900],
    [MEGABYTE, MEGABYTE + 1],
    [file.length, file.length],
    [MEGABYTE - 1, 3 * MEGABYTE],
    [3 * MEGABYTE, 3 * MEGABYTE + 13],
  ] as const) {
    const digester = newDigester()
    digester.update(file.subarray(0, 100))
    digester.update(file.subarray(100, end))
    const copy = digester.copy()
    digester.update(file.subarray(from))
    expect(hex(digester.digest())).toBe(expected(file.subarray(0, end), file.subarray(from)))
    copy.update(file.subarray(0, 70))
    expect(hex(copy.digest())).toBe(expected(file.subarray(0, end), file.subarray(0, 70)))
  }
  expect(heard).toEqual([MEGABYTE, 2 * MEGABYTE, 3 * MEGABYTE])
})
