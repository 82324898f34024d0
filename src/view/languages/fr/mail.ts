import type { en } from '../en.ts'

export const mail: (typeof en)['mail'] = {
  greeting: 'Bonjour {name},',
  greetingPlain: 'Bonjour,',
  asked: { signer: 'de signer', approver: 'd’approuver', witness: 'd’attester', copy: 'de lire' },
  facts: { title: 'Document', sender: 'De la part de', deadline: 'À signer avant le', reason: 'Motif', linkUntil: 'Le lien fonctionne jusqu’au', note: 'Message de {sender}' },
  linkInWords: 'Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :',
  personal: 'Ce lien n’est destiné qu’à vous. Merci de ne pas transférer ce message.',
  unexpected: 'Vous n’attendiez pas ce message ? Vous pouvez l’ignorer, ou y répondre pour interroger l’expéditeur.',
  codeUnexpected: 'Personne ne vous demandera jamais ce code. Si vous ne l’avez pas demandé, ignorez ce message.',
  footer: 'Envoyé par {company} depuis son propre serveur de signature.',
  kinds: {
    invitation: {
      subject: '{sender} vous demande {asked} : {title}', heading: 'Un document vous attend', text: '{sender}, de {company}, vous envoie « {title} » et vous demande {asked} ce document.',
      button: 'Ouvrir le document', sms: '{company} : {sender} vous demande {asked} « {title} ». {link}',
    },
    reminder: {
      subject: 'Rappel : {title} vous attend toujours', heading: 'Un document vous attend toujours', text: '{sender}, de {company}, vous a demandé {asked} « {title} ». Ce n’est pas encore fait.',
      button: 'Ouvrir le document', sms: '{company} : rappel, « {title} » vous attend toujours. {link}',
    },
    corrected: {
      subject: 'Vos coordonnées ont été corrigées : {title}', heading: 'Vos coordonnées ont été corrigées', text: '{sender}, de {company}, a corrigé vos coordonnées. Ce nouveau lien remplace le précédent.',
      button: 'Ouvrir le document', sms: '{company} : nouveau lien pour « {title} », le précédent ne fonctionne plus. {link}',
    },
    'fresh-link': {
      subject: 'Votre nouveau lien : {title}', heading: 'Voici votre nouveau lien', text: 'Vous avez demandé un nouveau lien vers « {title} » de {company}. Le précédent ne fonctionne plus.',
      button: 'Ouvrir le document', sms: '{company} : votre nouveau lien pour « {title} ». {link}',
    },
    code: {
      subject: '{code} est votre code', heading: 'Votre code', text: 'Saisissez ce code sur la page de « {title} » pour continuer. Il sert une seule fois, pendant {minutes} minutes.',
      button: '', sms: '{code} est votre code pour « {title} » ({company}). Valable une fois, {minutes} min. Personne ne vous le demandera.',
    },
    completed: {
      subject: 'Signé par tous : {title}', heading: 'Signé par tous', text: '« {title} » a été signé par tous et scellé par {company}. Vous pouvez l’ouvrir, l’imprimer et le télécharger.',
      button: 'Ouvrir le document signé', sms: '{company} : « {title} » est signé par tous. {link}',
    },
    declined: {
      subject: 'Refusé : {title}', heading: '{person} a refusé', text: '{person} a refusé « {title} ». Plus rien ne vous est demandé.', button: '', sms: '{company} : « {title} » a été refusé par {person}.',
    },
    voided: {
      subject: 'Retiré : {title}', heading: 'Le document a été retiré', text: '{sender}, de {company}, a retiré « {title} ». Plus rien ne vous est demandé.', button: '',
      sms: '{company} : « {title} » a été retiré. Plus rien ne vous est demandé.',
    },
    expired: {
      subject: 'Échéance dépassée : {title}', heading: 'L’échéance est dépassée', text: 'L’échéance de « {title} » est passée avant que tous aient signé. Il ne peut plus être signé.', button: '',
      sms: '{company} : l’échéance de « {title} » est passée.',
    },
    'sender-signed': {
      subject: '{person} a signé : {title}', heading: '{person} a signé', text: '{person} a signé « {title} ».', button: 'Voir où cela en est', sms: '{person} a signé « {title} ».',
    },
    'sender-completed': {
      subject: 'Terminé : {title}', heading: 'Signé par tous', text: 'Tous ont signé « {title} ». Le document est scellé et conservé dans le coffre.', button: 'L’ouvrir', sms: '« {title} » est signé par tous.',
    },
    'sender-declined': {
      subject: '{person} a refusé : {title}', heading: '{person} a refusé', text: '{person} a refusé « {title} ».', button: 'Voir où cela en est', sms: '{person} a refusé « {title} ».',
    },
    'sender-expired': {
      subject: 'Échéance dépassée : {title}', heading: 'L’échéance est dépassée', text: 'L’échéance de « {title} » est passée avant que tous aient signé.', button: 'Voir où cela en est', sms: 'L’échéance de « {title} » est passée.',
    },
    'sender-undelivered': {
      subject: 'Non remis : {title}', heading: 'Un message n’est pas arrivé', text: 'Le message à {person} au sujet de « {title} » n’a pas pu être remis. Vérifiez l’adresse.', button: 'Voir où cela en est', sms: 'Le message à {person} au sujet de « {title} » n’est pas arrivé.',
    },
    welcome: {
      subject: 'Votre accès au serveur de signature de {company}', heading: 'Choisissez votre mot de passe', text: 'Ce lien vous permet de choisir le mot de passe de votre compte chez {company}. Il fonctionne pendant 7 jours.', button: 'Choisir le mot de passe',
      sms: '{company} : choisissez votre mot de passe. {link}',
    },
    test: {
      subject: 'Message d’essai de {company}', heading: 'Tout fonctionne', text: 'Ce message montre que le serveur de {company} peut envoyer des messages.', button: '', sms: '{company} : ce message d’essai montre que les SMS partent.',
    },
  },
}
