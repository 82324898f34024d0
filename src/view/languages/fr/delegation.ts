import type { en } from '../en.ts'

export const delegation: (typeof en)['delegation'] = {
  menu: 'Passer la main…',
  title: 'Passer la main à une autre personne',
  lead: {
    signer:
      'Elle signe à votre place, en son propre nom. Elle reçoit son propre lien, et le vôtre ne fonctionne plus. Nous prévenons {sender}, et votre motif figure au dossier.',
    approver:
      'Elle approuve à votre place, en son propre nom. Elle reçoit son propre lien, et le vôtre ne fonctionne plus. Nous prévenons {sender}, et votre motif figure au dossier.',
    witness:
      'Elle atteste à votre place, en son propre nom. Elle reçoit son propre lien, et le vôtre ne fonctionne plus. Nous prévenons {sender}, et votre motif figure au dossier.',
  },
  company: 'Ce doit être une personne de {company} habilitée à signer pour elle.',
  first:
    'Assurons-nous d’abord qu’il s’agit bien de vous : acceptez les conditions et saisissez le code qui vous est envoyé. Vous reviendrez ensuite ici.',
  firstButton: 'Continuer',
  often: 'La main a déjà été passée {most} fois. Qui ne peut pas agir le dit à {sender}, ou refuse.',
  firstName: 'Prénom',
  lastName: 'Nom',
  email: 'Adresse e-mail',
  phone: 'Numéro de mobile',
  phoneHint: 'Nécessaire si le lien et le code partent par SMS. Avec l’indicatif du pays, par exemple +33 6 12 34 56 78.',
  optional: 'facultatif',
  channel: 'Lien et code envoyés par',
  language: 'Sa langue',
  reason: 'Votre motif',
  button: 'Passer la main',
  keep: 'Garder',
  doneTitle: 'La main est passée',
  doneLead: '{name} a désormais son propre lien. Plus rien ne vous est demandé.',
  facts: { title: 'Document', to: 'Confié à', at: 'Quand', reason: 'Votre motif' },
  may: 'Qui peut passer la main à une autre personne',
  mays: { nobody: 'Personne', other: 'L’autre partie', everybody: 'Tous ; de notre côté, seulement à une personne habilitée à signer' },
  from: 'Confié par {name}',
}
