import type { setup as shape } from '../en/setup.ts'

export const setup: typeof shape = {
  title: 'Configuration de Paraphe',
  lead: 'Cinq courtes étapes. Rien n’est créé avant la dernière, et tout peut être modifié ensuite, sauf les noms de l’autorité.',
  steps: { company: 'Société', administrator: 'Vous', addresses: 'Adresses', mail: 'E-mail', authority: 'Autorité' },
  stepOf: 'Étape {at} sur {total}',
  back: 'Retour',
  next: 'Continuer',
  optional: 'facultatif',
  company: {
    heading: 'Votre société',
    lead: 'Chaque document porte son nom, et son autorité de certification est établie à ce nom.',
    legalName: 'Raison sociale',
    country: 'Pays',
    chooseCountry: 'Choisissez un pays',
    address: 'Adresse',
    registrationNumber: 'Numéro d’immatriculation',
    vatNumber: 'Numéro de TVA',
    logo: 'Logo',
    logoHint: 'PNG, JPEG ou WebP, 2 Mo au plus. Il figure sur chaque page, message et certificat.',
    logoKept: 'Un logo est déjà enregistré. Choisissez un autre fichier pour le remplacer.',
  },
  administrator: {
    heading: 'Le premier administrateur',
    lead: 'Ce compte peut tout modifier. Vous ajouterez vos collègues ensuite.',
    firstName: 'Prénom',
    lastName: 'Nom',
    jobTitle: 'Fonction',
    email: 'Adresse e-mail',
    emailHint: 'Elle vous sert à vous connecter.',
    password: 'Mot de passe',
    passwordHint: 'Au moins {shortest} caractères, quels qu’ils soient, espaces compris : une courte phrase est un bon mot de passe.',
    passwordKept: 'Un mot de passe est déjà enregistré. Laissez vide pour le garder.',
  },
  addresses: {
    heading: 'Adresses et langue',
    lead: 'Les liens des messages et le code de chaque certificat mènent à l’adresse publique.',
    language: 'Langue de la société',
    languageHint: 'Pour les documents et les messages, sauf choix d’une personne.',
    timeZone: 'Fuseau horaire',
    staffUrl: 'Adresse pour le personnel',
    staffUrlHint: 'Ce que vos collègues saisissent pour venir ici.',
    publicUrl: 'Adresse publique',
    publicUrlHint:
      'Celle qu’atteignent les destinataires et toute personne qui vérifie un document. La même que ci-dessus, sauf si un proxy lui donne un autre nom.',
  },
  mail: {
    heading: 'Le serveur de messagerie',
    lead: 'Il envoie les liens et les codes. Sans lui, les messages attendent dans la boîte d’envoi, où vous les ouvrez : cela suffit pour tout essayer.',
    host: 'Serveur',
    port: 'Port',
    security: 'Chiffrement',
    securities: { none: 'Aucun', starttls: 'STARTTLS (habituel avec le port 587)', tls: 'TLS dès le début (habituel avec le port 465)' },
    user: 'Nom d’utilisateur',
    password: 'Mot de passe',
    passwordKept: 'Un mot de passe est déjà enregistré. Laissez vide pour le garder.',
    fromAddress: 'Adresse de l’expéditeur',
    fromName: 'Nom de l’expéditeur',
    caPem: 'Certificat de votre propre autorité (PEM)',
    caHint: 'Seulement si le certificat du serveur de messagerie vient d’une autorité interne à la société.',
    skip: 'Passer pour l’instant',
  },
  authority: {
    heading: 'L’autorité de certification',
    lead: 'Elle émet un certificat pour chaque signature, scelle chaque document terminé et prouve l’heure. Ses clés ne quittent jamais ce serveur.',
    algorithm: 'Algorithme',
    algorithms: {
      'ecdsa-p256': { name: 'ECDSA P-256', hint: 'Petit, rapide, lu par tous les logiciels actuels. Recommandé.' },
      'rsa-3072': { name: 'RSA 3072', hint: 'Pour des lecteurs de plus de dix ans.' },
    },
    names: 'Noms sur les certificats',
    rootName: 'Racine',
    issuingName: 'Autorité émettrice',
    sealName: 'Sceau de la société',
    namesHint: 'Toute personne qui ouvre un document signé peut les lire ; ils ne peuvent plus être modifiés ensuite.',
    protection: 'Protection des clés privées',
    protections: {
      'key-file': {
        name: 'Un fichier de clé dans le dossier de données',
        hint: 'Le serveur démarre seul. Protège les clés si la base seule est copiée ou si une sauvegarde de celle-ci est perdue ; pas de quelqu’un qui peut lire tout le dossier {folder}.',
      },
      passphrase: {
        name: 'Une phrase secrète',
        hint: 'Quelqu’un la saisit après chaque démarrage ; d’ici là, rien ne peut être envoyé ni signé. Protège les clés même si toute la machine est copiée. Pour le jour où elle serait perdue, un secret de secours est montré une fois, à la fin.',
      },
    },
    passphrase: 'Phrase secrète',
    passphraseHint: 'Au moins {shortest} caractères.',
    passphraseAgain: 'Phrase secrète, encore une fois',
    create: 'Tout créer',
    creating: 'Cela prend quelques secondes.',
  },
  done: {
    title: 'Tout est prêt',
    lead: '{company} a sa propre autorité de certification. Comparez ces empreintes chaque fois que quelqu’un demande si un certificat est bien le vôtre.',
    certificate: 'Certificat',
    fingerprint: 'Empreinte SHA-256',
    until: 'Valable jusqu’au',
    purposes: {
      root: 'Racine',
      issuing: 'Autorité émettrice',
      seal: 'Sceau de la société',
      tsa: 'Horodatage',
      ocsp: 'Réponses de révocation',
      signer: 'Signataire',
    },
    download: 'Télécharger le certificat racine',
    downloadHint:
      'Un lecteur qui lui fait confiance montre chaque signature comme valide. Votre service informatique le distribue une fois.',
    backup:
      'Réglez la sauvegarde avant le premier document : Console → Sauvegarde. Copié à la main, le dossier de données peut être incohérent. Gardez ses deux fichiers de clé à part de ses copies : qui possède les deux peut signer au nom de la société.',
    sample: 'Essayer avec un contrat d’exemple',
    sampleHint: 'Un contrat de deux pages, déjà préparé : signez-le comme société et comme client, en cinq minutes.',
    start: 'Aller aux documents',
  },
  disclosure: `Signer électroniquement

En continuant, vous acceptez de lire, de recevoir et de signer ce document sous forme électronique. Votre signature électronique exprime votre volonté comme une signature sur papier. Vous n’y êtes pas obligé : vous pouvez refuser, dire pourquoi, ou demander une version papier à l’expéditeur.

Comment cela se passe

Un code est envoyé à l’adresse ou au numéro que l’expéditeur a indiqué pour vous ; il montre que vous y avez accès. Vous remplissez ce qui vous est demandé, choisissez l’aspect de votre signature et voyez le document exactement tel qu’il sera avant de confirmer. Un certificat est alors émis pour cette seule signature, et sa clé est détruite aussitôt. Rien de ce que vous avez signé ne peut être modifié ensuite sans que tout le monde le remarque.

Ce qui est enregistré

Votre nom, votre adresse ou votre numéro sous forme abrégée, votre adresse IP et votre navigateur, ainsi que l’heure de chaque étape sont enregistrés comme preuve et figurent en partie sur la dernière page du document. La société qui vous a envoyé le document conserve cet enregistrement aussi longtemps que le document lui-même.

Ce qu’il vous faut

Un navigateur récent, l’accès à l’adresse ou au numéro auquel le code est envoyé, et un logiciel qui ouvre les fichiers PDF. Quand tout le monde a signé, vous recevez un lien vers le document terminé ; veuillez en garder une copie.`,
}
