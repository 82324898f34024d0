import type { sheet as shape } from '../en/sheet.ts'

export const sheet: typeof shape = {
  titles: { signature: 'Votre signature', initials: 'Votre paraphe', stamp: 'Tampon de l’entreprise' },
  lead: {
    signature: 'Une seule signature remplit ici tous vos champs de signature.',
    initials: 'Il remplit ici tous vos champs de paraphe.',
    stamp: 'Il remplit ici tous vos champs de tampon.',
  },
  tabs: { type: 'Saisir', draw: 'Dessiner', upload: 'Importer', library: 'Tampons de l’entreprise' },
  text: { signature: 'Nom', initials: 'Initiales', stamp: '' },
  hand: 'Écriture',
  hands: { 'hand-caveat': 'Légère', 'hand-dancing': 'Ronde', 'hand-marck': 'Vive', 'hand-serif': 'Droite' },
  preview: 'Aperçu',
  drawHere: 'Dessinez ici, du doigt, au stylet ou à la souris',
  drawWay: 'Le dessin demande un pointeur. Au clavier, saisissez ou importez plutôt.',
  undo: 'Annuler le trait',
  clear: 'Effacer',
  file: 'Choisir une image',
  fileHint: 'PNG, JPEG ou WebP, encre foncée sur papier clair.',
  photo: 'Prendre une photo',
  keepBackground: 'Conserver le fond',
  choose: 'Choisissez un tampon',
  use: { signature: 'Utiliser cette signature', initials: 'Utiliser ce paraphe', stamp: 'Utiliser ce tampon' },
  remove: 'Retirer',
  cancel: 'Fermer',
  failed: 'L’enregistrement a échoué. Vérifiez la connexion puis réessayez.',
}
