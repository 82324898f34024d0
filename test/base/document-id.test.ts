import { expect, test } from 'bun:test'
import { newDocumentId, readDocumentId } from '../../src/base/document-id.ts'

test('a document ID reads back in any case and grouping', () => {
  for (let round = 0; round < 500; round++) {
    const id = newDocumentId()
    expect(id).toMatch(/^[2-9A-HJKMNP-TV-XZ]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]$/)
    expect(readDocumentId(id)).toBe(id)
    expect(readDocumentId(` ${id.toLowerCase().replaceAll('-', ' ')} `)).toBe(id)
  }
})

test('every single wrong character and every swap of two is noticed', () => {
  const id = newDocumentId()
  const plain = id.replaceAll('-', '')
  for (let at = 0; at < 13; at++) {
    for (const other of '23456789ABCDEFGHJKMNPQRSTVWXZ')
      if (other !== plain[at]) expect(readDocumentId(plain.slice(0, at) + other + plain.slice(at + 1))).toBeNull()
    if (at < 11 && plain[at] !== plain[at + 1])
      expect(readDocumentId(plain.slice(0, at) + plain[at + 1] + plain[at] + plain.slice(at + 2))).toBeNull()
  }
  for (const none of ['', 'ABCD', `${plain}2`, plain.replace(/./, '0')]) expect(readDocumentId(none)).toBeNull()
})
