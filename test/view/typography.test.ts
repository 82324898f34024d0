import { expect, test } from 'bun:test'
import { words } from '../../src/view/words.ts'
import { frenchSpaces } from '../../src/view/typography.ts'

test('French has narrow spaces that do not break where they belong, in sentences and in what functions say', () => {
  expect(frenchSpaces('Déjà là ? Oui : « bien » ; vite !')).toBe('Déjà là\u202f? Oui\u202f: «\u202fbien\u202f»\u202f; vite\u202f!')
  expect(frenchSpaces({ told: (n: number) => `Combien ? ${n}` }).told(3)).toBe('Combien\u202f? 3')
  expect(JSON.stringify(words('fr').console)).not.toMatch(/ [;:!?»]|« /)
  expect(words('en').security.forgotten.link).not.toContain('\u202f')
})
