import type { security as shape } from '../en/security.ts'

export const security: typeof shape = {
  proof: {
    title: 'Est-ce toujours vous ?',
    lead: 'La suite touche à la sécurité de cette installation. Veuillez confirmer votre identité ; cela vaut pour dix minutes.',
    kept: 'Votre saisie est conservée et sera envoyée dès que vous aurez confirmé.',
    keptWithoutFiles: 'Votre saisie est conservée. Vous choisirez de nouveau le fichier ensuite.',
    password: 'Votre mot de passe',
    confirm: 'Confirmer',
    code: 'Code de votre application d’authentification',
    codeHint: 'Six chiffres, renouvelés toutes les 30 secondes.',
    confirmCode: 'Confirmer avec le code',
    none: 'Votre compte n’a ici ni mot de passe ni second facteur. Déconnectez-vous, reconnectez-vous, puis revenez aussitôt.',
    cancel: 'Retour à l’accueil',
    doneTitle: 'Merci',
    doneLead: 'Vous avez confirmé votre identité. Le fichier est prêt.',
    download: 'Télécharger le fichier',
    back: 'Retour',
  },
}
