import { expect, test } from 'bun:test'
import { calendarOf, easterOf, frenchHolidays } from '../../src/setting/working-days.ts'

test('Easter as the almanacs have it, through four centuries', () => {
  for (const day of [
    '1818-03-22',
    '1943-04-25',
    '1954-04-18',
    '1961-04-02',
    '2000-04-23',
    '2008-03-23',
    '2011-04-24',
    '2024-03-31',
    '2025-04-20',
    '2026-04-05',
    '2027-03-28',
    '2038-04-25',
    '2049-04-18',
    '2100-03-28',
    '2285-03-22',
  ])
    expect(easterOf(Number(day.slice(0, 4)))).toBe(day)
})

test('the eleven holidays of France, those that follow Easter too', () => {
  expect(frenchHolidays(2026).map(({ day }) => day.slice(5))).toEqual([
    '01-01',
    '04-06',
    '05-01',
    '05-08',
    '05-14',
    '05-25',
    '07-14',
    '08-15',
    '11-01',
    '11-11',
    '12-25',
  ])
  // In 2008 Ascension fell on Labour Day.
  expect(
    frenchHolidays(2008)
      .filter(({ day }) => day === '2008-05-01')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['ascension', 'labour-day'])
})

test('at work on weekdays, but for holidays where they are chosen and for the company’s own days', () => {
  const own = [{ day: '2026-11-27', name: 'bridge' }]
  const plain = calendarOf({ french: false, own }, 'Europe/Paris')
  const french = calendarOf({ french: true, own: [] }, 'Europe/Paris')
  expect(['2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29', '2026-11-11'].map((day) => plain.isWorkingDay(day))).toEqual([
    true,
    false,
    false,
    false,
    true,
  ])
  expect(['2026-11-11', '2026-05-14', '2026-05-15', '2026-12-25'].map((day) => french.isWorkingDay(day))).toEqual([
    false,
    false,
    true,
    false,
  ])
})
