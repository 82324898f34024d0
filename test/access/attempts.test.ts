import { expect, test } from 'bun:test'
import { networkOf } from '../../src/access/attempts.ts'
import { signIn } from '../../src/access/sign-in.ts'
import { after, openAccess, reasonOf, visitor } from './support.ts'

test('an IPv4 address is counted by itself, an IPv6 address by its /64, however it is written', () => {
  const rows = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff:1:2:3', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['no address', 'no address'],
  ] as const
  for (const [ip, network] of rows) expect([ip, networkOf(ip)]).toEqual([ip, network])
  expect(networkOf(null)).toBe('')
})

test('guesses from many addresses of one line are counted together', async () => {
  await using house = await openAccess()
  const guess = (n: number, ip: string) =>
    reasonOf(signIn(house, visitor(after(n), ip), { email: `nobody${n}@acme.example`, password: 'not the right one' }))
  const reasons: string[] = []
  for (let n = 0; n < 54; n++) reasons.push(await guess(n, `2001:db8:1:2::${(n + 1).toString(16)}`))
  expect([reasons[0], reasons.at(-1)]).toEqual(['sign-in.wrong', 'sign-in.too-many'])
  expect(await guess(60, '2001:db8:1:3::1')).toBe('sign-in.wrong')
}, 120_000)
