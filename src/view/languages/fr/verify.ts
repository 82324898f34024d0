import type { verify as shape } from '../en/verify.ts'

export const verify: typeof shape = {
  title: 'Vérifier un document',
  lead: 'Est-il authentique, qui l’a signé, a-t-il été modifié depuis ? Quiconque possède le fichier ou son identifiant peut le demander.',
  file: 'Le PDF',
  fileHint:
    'Choisissez-le ici, ou déposez-le n’importe où sur cette page. Le fichier est examiné ici puis oublié : rien n’en est conservé.',
  checking: 'Vérification de {name}…',
  check: 'Vérifier le fichier',
  documentId: 'Identifiant du document',
  documentIdHint: 'Il figure au pied de chaque page, par exemple 7K2M-9QXD-4TRA-C.',
  look: 'Chercher l’identifiant',
  again: 'Vérifier un autre document',
  checkedAt: 'Vérifié le {at}',
  answers: {
    genuine: {
      title: 'Authentique et inchangé',
      text: 'Toutes les signatures sont valables et pas un octet n’a changé depuis le cachet de l’entreprise.',
    },
    changed: {
      title: 'Modifié après signature',
      text: 'Ce n’est pas ce qui a été signé. Ne vous fiez pas à ce fichier ; demandez l’original.',
    },
    'foreign-trusted': {
      title: 'Signé par d’autres, et inchangé',
      text: 'Toutes les signatures sont valables, rien n’a changé depuis, et une autorité reconnue ici répond des signataires.',
    },
    'foreign-intact': {
      title: 'Pas de chez nous, mais intact',
      text: 'Le fichier est inchangé depuis sa signature, mais l’autorité qui répond des signataires n’est pas connue ici.',
    },
    incomplete: {
      title: 'Incomplet',
      text: 'Ce qui a été signé jusqu’ici est inchangé, mais dans cet état le document n’était ni terminé ni cacheté.',
    },
    uncertain: { title: 'Non établi', text: 'Tout ce qui compte n’a pas pu être prouvé. Les questions ci-dessous disent ce qui manque.' },
    unsigned: { title: 'Non signé', text: 'Ce PDF ne porte aucune signature numérique.' },
    unreadable: { title: 'Illisible', text: 'Ce fichier n’a pas pu être lu comme un PDF : rien ne peut en être dit.' },
  },
  questionsTitle: 'Ce qui a été examiné',
  questions: {
    unchanged: {
      title: 'Est-il inchangé ?',
      how: 'Chaque signature contient l’empreinte de tous les octets qui la précèdent ; chaque ajout ultérieur a été comparé à ce qui peut être ajouté.',
      answers: {
        yes: 'Oui, depuis la première signature',
        no: 'Non, il a été modifié après signature',
        'cannot-say': 'On ne peut pas le dire',
      },
    },
    issued: {
      title: 'A-t-il été émis ici ?',
      how: 'L’empreinte SHA-256 du fichier a été cherchée dans le registre de cette maison.',
      answers: {
        exact: 'Oui : exactement ce fichier a été émis par {issuer} sous {documentId}',
        earlier: 'Oui, par {issuer} sous {documentId} ; mais il existe un état plus récent de ce document',
        altered: 'Il provient de {documentId}, émis par {issuer}, mais ce n’est pas le fichier émis',
        ended: 'Oui, par {issuer} sous {documentId} ; mais il a été retiré avant d’être terminé',
        unknown: 'Le registre ne connaît pas ce fichier',
      },
    },
    complete: {
      title: 'Est-il complet ?',
      how: 'L’entreprise appose son cachet lorsque chacun a signé ; le cachet verrouille ce qui reste.',
      answers: {
        sealed: 'Oui, signé par chacun ({count}), puis cacheté par l’entreprise',
        'not-yet': 'Non : il manque le cachet de l’entreprise',
      },
    },
    authority: {
      title: 'Qui répond des noms ?',
      how: 'Chaque certificat a été remonté, signature après signature, jusqu’à une racine à laquelle cette maison se fie.',
      answers: { known: '{name}', unknown: 'Une autorité qui n’est pas connue ici' },
    },
    time: {
      title: 'Quand a-t-il été signé ?',
      how: 'Une autorité d’horodatage a signé l’empreinte de chaque signature avec l’heure.',
      answers: {
        proven: 'Aux heures ci-dessous, prouvées par {by}',
        claimed: 'Au moins une heure n’est qu’affirmée par le logiciel de signature',
      },
    },
    revocation: {
      title: 'Les certificats étaient-ils valables ?',
      how: 'Les déclarations de l’autorité sur chaque certificat sont conservées dans le fichier.',
      answers: {
        good: 'Oui, aucun n’avait été révoqué',
        unknown: 'On ne peut pas le dire : il manque une déclaration',
        revoked: 'Non, un certificat avait été révoqué',
      },
    },
    durable: {
      title: 'Pourra-t-on encore le prouver dans des années ?',
      how: 'Un fichier qui porte ses propres preuves sous un horodatage d’archive (PAdES B-LTA) se vérifie sans le serveur de personne.',
      answers: { long: 'Oui ({level})', short: 'Seulement tant que durent les certificats ({level})' },
    },
  },
  signaturesTitle: 'Signatures',
  kinds: { certification: 'Préparé et certifié', approval: 'Signé', seal: 'Cacheté', 'time-stamp': 'Horodatage d’archive' },
  indications: { passed: 'valable', indeterminate: 'non établi', failed: 'non valable' },
  provenAt: '{at}, prouvé par {by}',
  claimedAt: '{at}, selon le signataire',
  noTime: 'sans heure',
  unknownSigner: 'Signataire inconnu',
  issuedBy: 'Certificat émis par {issuer}, numéro {serial}',
  technical: 'Détails techniques',
  digest: 'SHA-256',
  size: 'Taille',
  policy: 'Règles appliquées',
  indication: 'Indication (ETSI EN 319 102-1)',
  revisions: 'Révisions',
  revisionKinds: {
    prepared: 'préparé',
    certified: 'certifié',
    signed: 'signé',
    sealed: 'cacheté',
    'security-store': 'preuves ajoutées',
    'time-stamped': 'horodatage d’archive',
    unknown: 'autre chose',
  },
  faults: 'Constats',
  register: {
    title: 'Document {documentId}',
    states: {
      completed: { title: 'Terminé', text: 'Ce document a été signé par tous et cacheté.' },
      'in-progress': { title: 'Pas encore terminé', text: 'Ce document a été émis ; tous ne l’ont pas encore signé.' },
      ended: { title: 'Non terminé', text: 'Ce document a été refusé, retiré ou a expiré avant d’être terminé.' },
    },
    issuer: 'Émis par',
    preparedAt: 'Émis',
    completedAt: 'Terminé',
    endedAt: 'Fin',
    digest: 'SHA-256 du fichier',
    compare: 'Pour savoir si votre exemplaire est bien ce document, vérifiez le fichier lui-même.',
    unknown: 'Le registre ne connaît aucun document portant cet identifiant.',
  },
  cli: { signature: '{kind} : {who}', notRead: 'Le fichier n’a pas pu être ouvert.' },
}
