import { expect, test } from 'bun:test'
import { instant } from '../../src/base/instant.ts'
import { instantAt, localTime } from '../../src/view/local-time.ts'

test.each([
  ['2026-11-23', '14:02', 'Europe/Paris', '2026-11-23T13:02:00.000Z'],
  ['2026-07-01', '23:59', 'Europe/Paris', '2026-07-01T21:59:00.000Z'],
  ['2026-12-31', '23:59', 'America/New_York', '2027-01-01T04:59:00.000Z'],
  ['2026-01-01', '00:00', 'Pacific/Auckland', '2025-12-31T11:00:00.000Z'],
  ['2026-03-29', '02:30', 'Europe/Paris', '2026-03-29T01:30:00.000Z'],
  ['2026-10-25', '02:30', 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
  ['2024-02-29', '12:00', 'UTC', '2024-02-29T12:00:00.000Z'],
])('%s %s in %s', (day, time, zone, at) => {
  expect(instantAt({ day, time }, zone)).toBe(instant(at))
})

test('back and forth, through a year of half days', () => {
  for (const zone of ['Europe/Paris', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'])
    for (let n = 0; n < 730; n++) {
      const at = instant(Date.UTC(2026, 0, 1) + n * 43_200_000)
      const local = localTime(at, zone)
      expect([zone, at, localTime(instantAt(local, zone)!, zone)]).toEqual([zone, at, local])
    }
})

test.each([
  ['2026-02-30', '12:00'],
  ['', '12:00'],
  ['2026-02-01', '25:00'],
  ['2026-02-01', ''],
  ['0000-00-00', '00:00'],
  ['tomorrow', 'noon'],
])('%p %p is no time', (day, time) => {
  expect(instantAt({ day, time }, 'Europe/Paris')).toBeNull()
})
