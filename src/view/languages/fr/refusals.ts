import type { refusals as shape } from '../en/refusals.ts'

export const refusals: typeof shape = {
  'page.not-found': 'Il n’y a rien à cette adresse.',
  'host.unknown': 'Ce serveur ne répond pas sous ce nom.',
  'request.malformed': 'La requête n’a pas pu être lue.',
  'request.foreign-origin': 'Ce formulaire venait d’un autre site : rien n’a été modifié.',
  'request.stale-form': 'Cette page était ouverte depuis trop longtemps. Rien n’a été modifié ; veuillez recommencer.',
  'request.too-large': 'C’est plus volumineux que ce que le serveur accepte.',
  'method.not-allowed': 'Cette adresse n’accepte pas ce type de requête.',
  'form.invalid': 'Veuillez vérifier le formulaire.',
  'sign-in.needed': 'Veuillez d’abord vous connecter.',
  'access.forbidden': 'Vous n’avez pas le droit de faire cela.',
  'server.busy': 'Le serveur est très occupé. Veuillez réessayer dans un instant.',
  'server.accident': 'Un incident s’est produit de notre côté. Rien n’est perdu ; veuillez réessayer. Référence {reference}.',
}
