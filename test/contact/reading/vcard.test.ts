import { expect, test } from 'bun:test'
import { candidateOf, rawOfCard } from '../../../src/contact/reading/candidate.ts'
import { readCards } from '../../../src/contact/reading/vcard.ts'

const card = (...lines: string[]): string => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n')

test('2.1: quoted-printable over several lines, charset, bare types', () => {
  const [one] = readCards(
    card(
      'VERSION:2.1',
      'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:L=C3=A9vesque;Andr=C3=A9;;;',
      'FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Andr=C3=A9 L=C3=A9=',
      'vesque',
      'ORG;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:Caf=E9 S=E0rl;Ventes',
      'TEL;WORK;VOICE:+33 1 02 03 04 05',
      'TEL;CELL;PREF:+33 6 12 34 56 78',
      'TEL;WORK;FAX:+33 1 99 99 99 99',
      'EMAIL;INTERNET:andre@cafe.example',
      'ADR;WORK;ENCODING=QUOTED-PRINTABLE:;;1 rue de la Paix=0D=0Aescalier B;Paris;;75002;France',
      'NOTE;ENCODING=QUOTED-PRINTABLE:ligne 1=0D=0Aligne 2; fin',
    ),
  )
  expect(one).toEqual({
    line: 1,
    firstName: 'André',
    lastName: 'Lévesque',
    fullName: 'André Lévesque',
    company: 'Café Sàrl',
    jobTitle: '',
    emails: ['andre@cafe.example'],
    phones: ['+33 6 12 34 56 78', '+33 1 02 03 04 05'],
    address: '1 rue de la Paix\nescalier B\n75002 Paris\nFrance',
    language: '',
    note: 'ligne 1\nligne 2; fin',
  })
})

test('3.0: folded lines, groups, escapes, several addresses; a picture in between', () => {
  const [one] = readCards(
    card(
      'VERSION:3.0',
      'N:O\\;Neill\\, Jr;Zo',
      ' ë;;;',
      'FN:Zoë O;Neill',
      'item1.EMAIL;TYPE=INTERNET,HOME:zoe@home.example',
      'item2.EMAIL;TYPE=INTERNET;TYPE=WORK,pref:zoe@work.example',
      'item2.X-ABLabel:_$!<Work>!$_',
      'PHOTO;ENCODING=b;TYPE=JPEG:AAAABBBB',
      ' CCCC',
      'TEL;TYPE="cell,voice":+44 7700 900000',
      'ORG:Neill \\& Sons\\; Ltd;Board',
      'TITLE:Head\\nof sales',
      'NOTE:a\\nb\\\\c',
    ),
  )
  expect(one).toMatchObject({
    firstName: 'Zoë',
    lastName: 'O;Neill, Jr',
    emails: ['zoe@work.example', 'zoe@home.example'],
    phones: ['+44 7700 900000'],
    company: 'Neill \\& Sons; Ltd',
    jobTitle: 'Head\nof sales',
    note: 'a\nb\\c',
  })
})

test('4.0: addresses as URIs, preference by number, language; several cards, one inside another', () => {
  const cards = readCards(
    `${card('VERSION:4.0', 'FN:Anna Muster', 'EMAIL;PREF=2:b@x.example', 'EMAIL;PREF=1:mailto:a@x.example', 'TEL;VALUE=uri;TYPE="voice,home":tel:+49-30-1234567;ext=5', 'LANG;PREF=1:fr-FR', 'ORG:Muster AG')}\n${card('VERSION:3.0', 'FN:With agent', 'AGENT:', 'BEGIN:VCARD', 'FN:Agent', 'END:VCARD', 'EMAIL:w@x.example')}${card()}`,
  )
  expect(cards.length).toBe(3)
  expect(cards[0]).toMatchObject({
    fullName: 'Anna Muster',
    emails: ['a@x.example', 'b@x.example'],
    phones: ['+49-30-1234567'],
    language: 'fr-FR',
  })
  expect(cards[1]).toMatchObject({ fullName: 'With agent', emails: ['w@x.example'] })
  expect(cards[2]).toMatchObject({ fullName: '', emails: [] })
})

test('what is no card is none; one that never ends is refused, for it would hide the next', () => {
  expect(() => readCards(`${card('FN:a')}BEGIN:VCARD\r\nFN:x\r\n${card('FN:b')}`)).toThrow('vcard.open')
  for (const text of ['', 'hello', 'END:VCARD', ':::\r\n=', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR']) expect(readCards(text)).toEqual([])
})

test('a property of many lines is read in time that grows with its length', () => {
  const began = performance.now()
  const quoted = card(
    'VERSION:2.1',
    'FN:a',
    'NOTE;ENCODING=QUOTED-PRINTABLE:=',
    ...Array.from({ length: 60_000 }, () => `${'=C3=A9'.repeat(12)}=`),
    'x',
  )
  expect(readCards(quoted)[0]!.note).toHaveLength(720_001)
  const folds = card('VERSION:3.0', 'FN:a', 'NOTE:', ...Array.from({ length: 100_000 }, () => ` ${'y'.repeat(40)}`))
  expect(readCards(folds)[0]!.note).toHaveLength(4_000_000)
  expect(readCards(card('FN:b', 'x'.repeat(4_000_000)))[0]!.fullName).toBe('b')
  expect(performance.now() - began).toBeLessThan(8_000)
}, 30_000)

test('five megabytes of anything that repeats are read in a time that grows with them', () => {
  const size = 5_000_000
  const filled = (unit: string, length: number): string => unit.repeat(length / unit.length)
  for (const [name, head, unit, tail] of [
    ['extensions', 'TEL:+33612345678', ';ext=', '\\n'],
    ['parameters', 'TEL', ';A', ':1'],
    ['values of one parameter', 'TEL;TYPE=A', ',A', ':1'],
    ['quotes', 'TEL;TYPE=', '"', ':1'],
    ['numbers', '', 'TEL;PREF=1:1\r\n', ''],
    ['folds', 'NOTE:', 'a\r\n ', ''],
    ['quoted ends', 'NOTE;ENCODING=QUOTED-PRINTABLE:', 'a=\r\n', ''],
    ['escapes', 'N:', '\\;;', ''],
    ['blanks', 'BEGIN:VCARD', ' ', 'x'],
    ['empty addresses', 'ADR:', ';\\n', ''],
  ] as const) {
    const took = [size / 5, size].map((length) => {
      const text = card('VERSION:3.0', head + filled(unit, length) + tail)
      const started = performance.now()
      expect([name, readCards(text).length]).toEqual([name, 1])
      return performance.now() - started
    })
    // A square would take 25 times as long.
    expect([name, took[1]! < 500 + 15 * took[0]!, took[1]! < 15_000]).toEqual([name, true, true])
  }
  const emails = Array.from({ length: 200_000 }, (_, at) => `EMAIL:a${at}@b.example`)
  const started = performance.now()
  const { details } = candidateOf(rawOfCard(readCards(card('N:Archer', ...emails))[0]!), { country: 'FR', undrawable: () => [] })
  expect([details.email, performance.now() - started < 15_000]).toEqual(['a0@b.example', true])
  const [one] = readCards(card('VERSION:4.0', 'TEL:tel:+33612345678;EXT=12;ext=3\\n4'))
  expect(one!.phones).toEqual(['+33612345678'])
}, 120_000)
