import type { imports as shape } from '../en/imports.ts'

export const imports: typeof shape = {
  title: 'Importer des PDF signés',
  lead: 'Chaque fichier est vérifié avant d’être conservé, et le rapport reste avec lui. Ce sont ensuite des documents du coffre comme les autres, mais nul ne prétend qu’ils ont été émis ici.',
  files: 'Fichiers',
  filesHint: 'Jusqu’à 20 PDF à la fois, tous ou aucun.',
  name: 'Titre',
  nameHint: 'Pour un seul fichier ; sinon chacun porte le nom de son fichier.',
  parties: 'Parties',
  partiesHint: 'Une par ligne, comme « Marie Dupont, Maison Dupont ». Vide : les signataires, d’après leurs certificats.',
  day: 'Signé le',
  dayHint: 'Vide : comme le fichier le prouve ou le dit.',
  keeps: 'Garder ce qui ne peut pas être vérifié',
  keepsHint:
    'Les fichiers sans signature, modifiés après signature ou non établis sont gardés et marqués comme non vérifiés. Sinon, ils sont refusés.',
  submit: 'Vérifier et importer',
  done: (count: number) => (count === 1 ? 'Le document est au coffre.' : `${count} documents sont au coffre.`),
  report: 'Rapport du jour de l’import',
  reportOf: '{title} : importé par {name} le {date}',
  verified: 'Importé, et vérifié à l’entrée',
  notVerified: 'Importé, et non vérifié',
  means: 'Il a été signé ailleurs : rien n’en a été émis ici, et le registre public ne le connaît pas.',
  see: 'Voir le rapport',
  sealed: 'Ouvrir le fichier',
}
