import { expect, test } from 'bun:test'
import { checkPassword, hashPassword, verifyPassword } from '../../src/access/password.ts'
import { Refusal } from '../../src/base/refusal.ts'

const OWN = ['Dupont & Fils SARL', 'marie.dupont', 'example', 'Marie', 'Dupont']
const refusal = (password: string): string => {
  try {
    checkPassword(password, OWN)
    return 'accepted'
  } catch (error) {
    return (error as Refusal).reason
  }
}

test.each([
  'violet tractor hums at noon',
  'correct horse battery staple',
  'les pingouins adorent le vélo',
  'k7#fQ2!mZp9x',
  'zażółć gęślą jaźń',
  'パスワードは長いほうがよいです',
  'Tr0ub4dor&3xylo',
  '        spaces count too  ',
])('accepts %p', (password) => expect(refusal(password)).toBe('accepted'))

test.each(['', 'short', 'elevenchars', '🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂'])('%p is too short', (password) =>
  expect(refusal(password)).toBe('password.too-short'),
)

test.each([
  'password1234',
  'Password1234!',
  'P@ssw0rd2024!',
  'motdepasse2026',
  'azertyuiop12',
  'qwertyuiop[]',
  'aaaaaaaaaaaa',
  '123456789012',
  'abcdefghijkl',
  '000000000000',
  'abababababab',
  'MarieDupont2026',
  'dupontfilssarl1',
  'Welcome-Welcome',
  'Bonjour12345!',
  'iloveyou iloveyou',
  'Paraphe2026!!',
  'qwertyqwerty',
  'administrator1',
])('%p is among the first to be tried', (password) => expect(refusal(password)).toBe('password.guessable'))

test('a thousand characters are the most', () => {
  expect(refusal(`${'violet tractor hums '.repeat(50)}`)).toBe('accepted')
  expect(refusal(`${'violet tractor hums '.repeat(51)}`)).toBe('password.too-long')
})

test('a hash is argon2id at 64 MiB and two passes, and tells composed and decomposed letters alike', async () => {
  const hash = await hashPassword('élan vital à midi')
  expect(hash).toStartWith('$argon2id$v=19$m=65536,t=2,')
  expect(await verifyPassword('élan vital à midi'.normalize('NFD'), hash)).toBe(true)
  expect(await verifyPassword('elan vital a midi', hash)).toBe(false)
  expect(await verifyPassword('anything at all', null)).toBe(false)
})

test('four hashes run at once; past those that may wait, the next is asked to come back', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 70 }, () =>
      verifyPassword('x', '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
    ),
  )
  const refused = outcomes.filter(
    (outcome) => outcome.status === 'rejected' && outcome.reason instanceof Refusal && outcome.reason.reason === 'sign-in.busy',
  )
  expect(refused.length).toBe(6)
  expect(await verifyPassword('still works', null)).toBe(false)
})
