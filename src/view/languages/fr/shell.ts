import type { shell as shape } from '../en/shell.ts'

export const shell: typeof shape = {
  skip: 'Aller au contenu',
  menu: 'Menu',
  documents: 'Documents',
  waitingForMe: 'À signer par moi',
  vault: 'Coffre',
  templates: 'Modèles',
  contacts: 'Contacts',
  verify: 'Vérifier',
  console: 'Console',
  account: 'Votre compte',
  language: 'Langue',
  runBy: 'Ce serveur est exploité à l’adresse {host}.',
  start: 'Aller à la page d’accueil',
  notFound: 'Il n’y a rien ici',
  refused: 'Cela n’a pas pu être fait',
  accident: 'Un incident s’est produit',
  reference: 'Si cela se reproduit, donnez ce numéro à l’administrateur : {reference}',
}
