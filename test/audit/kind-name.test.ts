import { expect, test } from 'bun:test'
import { EVENT_TYPES } from '../../src/audit/event.ts'
import { kindName } from '../../src/audit/kind-name.ts'

test('every kind has a name without gaps in both languages, and no two of a language are alike', () => {
  for (const language of ['en', 'fr'] as const) {
    const names = EVENT_TYPES.map((type) => kindName(language, type))
    for (const name of names) expect(name).toMatch(/^\p{Lu}[^{}…]*[\p{L})]$/u)
    for (const name of names) expect(name).not.toMatch(/ (to|for|of|from|à|de|du|au|le|la|pour|sur|un|une)$|  | [,.]/)
    expect(new Set(names).size).toBe(names.length)
  }
})

test('what one entry says of somebody is no part of the name', () => {
  expect(kindName('en', 'ceremony.declined')).toBe('Somebody declined')
  expect(kindName('en', 'message.queued')).toBe('A message to somebody is waiting')
  expect(kindName('en', 'user.added')).toBe('Added the user')
  expect(kindName('fr', 'document.sealed')).toBe('A scellé le document')
  expect(kindName('fr', 'authority.time-stamping-changed')).toBe('A changé les horloges qui horodatent')
})
