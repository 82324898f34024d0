import type { offers as shape } from '../en/offers.ts'

export const offers: typeof shape = {
  label: 'Champs trouvés',
  tags: (count, title) => (count === 1 ? `1 balise trouvée dans « ${title} »` : `${count} balises trouvées dans « ${title} »`),
  tagsLead: 'Elles deviennent des champs à leur place ; leur texte est recouvert à l’envoi du document.',
  tagsTake: 'En faire des champs',
  form: (count, title) =>
    count === 1 ? `1 champ de formulaire trouvé dans « ${title} »` : `${count} champs de formulaire trouvés dans « ${title} »`,
  formLead: 'Ce que vous reprenez se remplit ici ; ce que vous laissez est imprimé tel qu’il figure dans le fichier.',
  formTake: 'Les reprendre',
  layout: (count, title, day, document) =>
    `« ${title} » du ${day} ressemble à « ${document} »${count === 1 ? ' et a 1 champ' : ` et a ${count} champs`}`,
  layoutLead: 'Les emplacements, types et règles sont repris pour les personnes qui occupent ici la même place.',
  layoutTake: 'Utiliser ses champs',
  who: 'Pour',
  choose: 'Choisir lesquels',
  page: 'page {page}',
  unnamed: 'sans nom',
  unknown: (tags) => `Non comprises, laissées telles quelles : ${tags}.`,
  taken: '{count} champs ajoutés.',
  undo: '{count} champs ajoutés. « Annuler » les retire.',
  failed: 'Les champs ne sont pas arrivés. Veuillez réessayer.',
  help: 'Des champs par balises dans le texte',
  helpLead:
    'Écrivez une balise dans votre fichier Word, OpenDocument ou PDF à l’endroit d’un champ. À l’ajout du fichier, ses balises sont proposées comme champs.',
  helpWho:
    'Pour qui : la société ou le client, avec un numéro s’ils sont plusieurs, ou le numéro dans l’ordre de signature. Sans cela, vous choisissez.',
  helpLabel: 'Ce que la personne lit à côté vient après un second deux-points.',
  helpOptions: 'Les options suivent après un point-virgule.',
  helpKinds: 'Types',
  copy: 'Copier',
  copied: 'Copié',
  options: {
    required: 'à remplir, ou non',
    optional: 'peut rester vide',
    readOnly: 'la valeur ne peut pas être changée',
    value: 'ce qu’il contient d’avance ; pour une case : cochée',
    size: 'taille du texte, en points',
    width: 'largeur, en points',
    height: 'hauteur, en points',
    options: 'd’une liste : ce qui peut être choisi',
    group: 'de boutons de choix : la question à laquelle ils répondent ensemble',
    name: 'son nom dans les calculs',
    formula: 'd’un calcul',
    help: 'une aide sous le champ',
  },
}
