import { expect, test } from 'bun:test'
import { instant } from '../../src/base/instant.ts'
import { letterHtml } from '../../src/mail/letter-html.ts'
import { letterText } from '../../src/mail/letter-text.ts'
import { letterOf } from '../../src/mail/letter.ts'

const FACTS = {
  company: 'Horlogerie Acme',
  logo: null,
  timeZone: 'Europe/Paris',
  sender: 'Ana Admin',
  title: 'Bail',
  note: 'À vous',
  role: 'approver' as const,
  deadline: instant('2027-02-23T09:47:00Z'),
  link: 'https://sign.acme.example/s/x',
}

test('a letter in French: spaces before colons, no elision to get wrong, a deadline with its zone for every role', () => {
  const text = letterText(letterOf('invitation', 'fr', FACTS))
  expect(text).toContain('Ouvrir le document\u202f:\nhttps://')
  expect(text).toContain('Document\u202f: Bail')
  expect(text).toContain('Ana Admin vous écrit\u202f:\n> À vous')
  expect(text).toContain('Ana Admin (Horlogerie Acme) vous envoie')
  expect(text).toMatch(/Échéance\u202f: 23 févr\. 2027.+10:47 UTC\+1/)
  expect(text).not.toMatch(/signer avant|de Ana|de Horlogerie|\w:\s/)
})

test('a letter in English', () => {
  const text = letterText(letterOf('invitation', 'en', FACTS))
  expect(text).toContain('Open the document:\nhttps://')
  expect(text).toMatch(/Deadline: 23 Feb 2027, 10:47 (CET|GMT\+1)/)
})

test('the sender of what was declined learns how to go on', () => {
  for (const language of ['en', 'fr'] as const)
    expect(letterOf('sender-declined', language, { ...FACTS, person: 'Zoé', reason: 'no' }).text).toMatch(/new draft|nouveau brouillon/)
})

test('the news of the day: by document, each with its address, in text and in HTML, with nothing that a title could break', () => {
  const letter = letterOf('digest', 'fr', {
    company: 'Horlogerie Acme',
    logo: null,
    timeZone: 'Europe/Paris',
    name: 'Ana',
    link: 'https://acme.example/notifications',
    digest: [
      { title: 'Bail <b>', link: 'https://acme.example/envelopes/env_1', lines: ['Zoé a signé.', 'Zoé l’a ouvert.'] },
      { title: 'Devis', link: 'https://acme.example/envelopes/env_2', lines: ['L’échéance est passée.'] },
    ],
  })
  expect(letter.subject).toBe('Nouvelles de vos documents (2)')
  expect(letterText(letter)).toContain('Bail <b>\n- Zoé a signé.\n- Zoé l’a ouvert.\nhttps://acme.example/envelopes/env_1')
  expect(letterText(letter)).toContain('https://acme.example/notifications')
  const html = letterHtml(letter, null)
  expect(html).toContain('href="https://acme.example/envelopes/env_2"')
  expect(html).not.toContain('<b>')
})
