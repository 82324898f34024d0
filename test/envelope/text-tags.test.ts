import { expect, test } from 'bun:test'
import { folded, KIND_WORDS, readTag, tagHelp } from '../../src/envelope/text-tags.ts'
import { FIELD_KINDS } from '../../src/envelope/naming.ts'

test('kind, person, label and options are read in English and in French', () => {
  expect(readTag('signature:client')).toMatchObject({ kind: 'signature', who: 'client', label: '', rules: {} })
  expect(readTag(' Texte : Société : Lieu de livraison ; obligatoire ; taille=12 ')).toMatchObject({
    kind: 'text',
    who: 'societe',
    label: 'Lieu de livraison',
    required: true,
    fontSize: 12,
  })
  expect(readTag('date:1;required=no')).toMatchObject({ kind: 'date', who: '1', required: false })
  expect(readTag('Date;facultatif')).toMatchObject({ required: false, who: '' })
  expect(readTag('liste:client:Langue;options= Anglais |Français|Anglais')).toMatchObject({
    kind: 'drop-down',
    rules: { options: ['Anglais', 'Français'] },
  })
  expect(readTag('case:client:Vu: et lu;value=oui;width=20;height=20')).toMatchObject({
    kind: 'checkbox',
    label: 'Vu: et lu',
    value: '1',
    width: 20,
    height: 20,
  })
  expect(readTag('text:client:X;value=a=b;readonly')).toMatchObject({ value: 'a=b', readOnly: true })
})

test('what is no kind or no option of ours is no tag; numbers out of bounds are not taken', () => {
  for (const text of ['', 'signatur:client', 'first_name', 'text:client;colour=red', '#each people']) expect(readTag(text)).toBeNull()
  expect(readTag('text;size=900;width=-3;height=x')).not.toHaveProperty('width')
})

test('every kind but the contact detail has a word, no word means two kinds, and the help is true', () => {
  expect(Object.keys(KIND_WORDS).toSorted()).toEqual(FIELD_KINDS.filter((kind) => kind !== 'contact').toSorted())
  const said = Object.entries(KIND_WORDS).flatMap(([kind, { en, fr }]) =>
    [...new Set([...en, ...fr].map(folded))].map((word) => [word, kind]),
  )
  expect(said.filter(([word], at) => said.findIndex(([other]) => other === word) !== at)).toEqual([])
  for (const language of ['en', 'fr'] as const) {
    const { examples, kinds, options } = tagHelp(language)
    for (const example of examples)
      expect([example, readTag(example.slice(2, -2))]).toEqual([example, expect.objectContaining({ kind: expect.any(String) })])
    for (const [kind, word] of kinds) expect(readTag(word)?.kind).toBe(kind)
    for (const [, word, sample] of options) expect([word, readTag(`text;${word}${sample}`)]).toEqual([word, expect.anything()])
  }
})
