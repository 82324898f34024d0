import type { alarms as shape } from '../en/alarms.ts'

export const alarms: typeof shape = {
  title: 'Alarmes',
  lead: 'Le serveur regarde chaque minute. Chaque cause est dite une fois par e-mail, et une fois encore quand elle a pris fin.',
  none: 'Rien ne va mal.',
  now: 'En cours',
  ended: 'Terminée',
  over: 'Ce qui a pris fin',
  since: 'Depuis le {date}',
  fromTo: 'Du {from} au {to}',
  who: 'Qui est prévenu',
  emails: 'Adresses e-mail',
  emailsHint: 'Une par ligne, vingt au plus. Si aucune n’est donnée, tous ceux qui peuvent modifier les paramètres sont prévenus.',
  toldNow: 'Actuellement : {who}.',
  noMail: 'Aucun serveur de messagerie n’est configuré : les alarmes ne se voient qu’ici et sur les pages des administrateurs.',
  notice: 'À corriger : {title}',
  causes: {
    outbox: {
      title: 'Des messages sont bloqués',
      told: '{count} messages attendent depuis plus de 15 minutes.',
      advice: 'Ouvrez la boîte d’envoi : elle dit ce que le serveur de messagerie ou la passerelle a répondu.',
    },
    jobs: {
      title: 'Des travaux échouent ou tardent',
      told: '{count} travaux échouent encore et encore, ont été abandonnés, ou ne sont pas pris en charge.',
      advice: 'Cherchez « job.deferred » et « job.failed » dans le journal du serveur.',
    },
    'seal-late': {
      title: 'Des documents attendent leur cachet',
      told: '{count} enveloppes signées attendent le cachet de la société depuis plus d’une minute. Chaque signature est déjà valable.',
      advice: 'Regardez si les clés sont déverrouillées, si les horloges répondent, et dans le journal du serveur.',
    },
    'keys-locked': {
      title: 'Les clés sont verrouillées',
      told: 'Tout peut être lu ; rien ne peut être envoyé, signé ni scellé.',
      advice: 'Saisissez la phrase secrète à la page Autorité.',
    },
    disk: {
      title: 'Le disque est presque plein',
      told: 'Seulement {free} Mo sont libres.',
      advice: 'Faites de la place, ou déplacez les données vers un volume plus grand.',
    },
    certificates: {
      title: 'Un certificat va prendre fin',
      told: 'Il couvre ce à quoi il sert jusqu’au {until} : {days} jours.',
      advice: 'Ouvrez la page Autorité : elle dit lequel, et le renouvelle.',
    },
    'revocation-lists': {
      title: 'Une liste de révocation va prendre fin',
      told: 'Elle prend fin le {until} ; ensuite aucune signature ne peut être jugée.',
      advice: 'Déverrouillez les clés ; pour une racine gardée ailleurs, ramenez sa clé à la page Autorité.',
    },
    backup: {
      title: 'La sauvegarde est trop ancienne',
      told: 'La dernière bonne : {last}.',
      advice: 'Ouvrez la page Sauvegarde : elle dit pourquoi la dernière a échoué. Faites-en une maintenant.',
    },
    'audit-log': {
      title: 'Le journal d’audit est rompu',
      told: 'La base se termine à l’entrée {size} et ne fait pas suite à l’entrée {kept}, qui a été signée.',
      advice: 'Gardez tout tel quel, et lancez « paraphe audit verify ».',
    },
    vault: {
      title: 'Quelque chose est abîmé dans le coffre',
      told: '{count} fichiers ou documents conservés ne sont pas tels qu’ils ont été déposés. Aucun n’est remis comme bon.',
      advice: 'Ouvrez la page Contrôle du coffre, et restaurez ce qu’elle nomme depuis une sauvegarde.',
    },
    'time-stamps': {
      title: 'Aucune autorité d’horodatage ne répond',
      told: 'Au cours de la dernière heure, l’horloge de la maison y a suppléé {count} fois.',
      advice: 'Ouvrez Autorité › Horodatage, et essayez tout à la page État.',
    },
    'sign-ins': {
      title: 'De nombreuses connexions sont refusées',
      told: '{count} en un quart d’heure. Quelqu’un essaie peut-être des mots de passe.',
      advice: 'Cherchez dans le journal d’audit les connexions refusées et d’où elles viennent.',
    },
  },
}
