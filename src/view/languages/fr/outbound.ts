import type { outbound as shape } from '../en/outbound.ts'

export const outbound: typeof shape = {
  title: 'Ce qui sort de la maison',
  lead: 'Tous ceux à qui ce serveur ouvre une connexion, et rien d’autre : ni statistiques, ni mises à jour, ni polices ou scripts venus d’ailleurs. Chacun a été activé par quelqu’un.',
  none: 'Rien ne sort de cette maison.',
  noneText:
    'Ni serveur de messagerie, ni passerelle SMS, ni autre service n’est configuré. Les messages attendent dans la boîte d’envoi, où un administrateur les ouvre.',
  noneAction: 'Configurer un serveur de messagerie',
  kinds: {
    mail: { name: 'Serveur de messagerie', why: 'Les messages aux destinataires et aux collègues.' },
    sms: { name: 'Passerelle SMS', why: 'Les codes et messages vers les téléphones mobiles.' },
    'time-stamp': {
      name: 'Autorité d’horodatage',
      why: 'Une autre horloge prouve quand une signature a été faite. Elle reçoit une empreinte, jamais un document.',
    },
    webhook: { name: 'Webhook', why: 'Dit à un autre système ce qui est arrivé à un document.' },
    directory: { name: 'Annuaire', why: 'Qui travaille ici, et si le mot de passe est le bon.' },
    'sign-on': { name: 'Authentification unique', why: 'Les collègues s’y connectent.' },
    database: { name: 'Base de données', why: 'Conserve tout sauf les fichiers.' },
    objects: { name: 'Stockage d’objets', why: 'Conserve les fichiers.' },
  },
  encrypted: 'chiffré',
  clear: 'non chiffré',
  since: 'Depuis le {date}',
  sinceBy: 'Depuis le {date}, par {name}',
  fixed: 'Par les paramètres du serveur',
  unknown: 'Depuis avant le début du journal',
  used: 'Dernière utilisation : {date}',
  neverUsed: 'Pas encore utilisé',
  own: 'Les noms sont demandés au serveur de noms de la machine. L’autocontrôle de la page État appelle l’adresse de la maison elle-même.',
}
