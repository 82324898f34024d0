import type { doctorAdvice as advice, doctorChecks as checks, doctorPage as shape } from '../en/doctor.ts'

export const doctorChecks: typeof checks = {
  'clock-keeping': {
    title: 'Tenue de l’horloge',
    good: 'L’horloge est tenue par un serveur de temps.',
    wait: 'Aucun serveur de temps ne tient l’horloge : elle dérivera peu à peu, et avec elle l’heure des signatures.',
    stop: 'L’horloge a été déplacée de {moved} s depuis le démarrage du serveur.',
  },
  'file-names': {
    title: 'Place pour des fichiers',
    good: '{share} % des entrées du système de fichiers sont libres.',
    wait: 'Seulement {share} % des entrées du système de fichiers sont libres.',
    stop: 'Seulement {share} % des entrées du système de fichiers sont libres : de nouveaux fichiers échouent malgré l’espace.',
  },
  growth: {
    title: 'Croissance',
    good: '{megabytes} Mo par jour : le disque suffit pour plus de {days} jours.',
    wait: '{megabytes} Mo par jour : le disque sera plein dans {days} jours.',
    stop: '{megabytes} Mo par jour : le disque sera plein dans {days} jours.',
  },
  'file-rights': {
    title: 'Droits des fichiers',
    good: 'Ce qui appartient à la maison n’est lu que par son propre compte.',
    wait: 'D’autres comptes de cette machine peuvent lire {paths}.',
    stop: 'D’autres comptes de cette machine peuvent lire les secrets : {paths}.',
  },
  'core-dumps': {
    title: 'Copies de la mémoire',
    good: 'Aucune n’est écrite si le programme s’interrompt.',
    wait: 'Si le programme s’interrompt, sa mémoire, clés comprises, peut être écrite sur le disque (limite {limit}).',
    stop: '',
  },
  languages: {
    title: 'Fuseau horaire et langues',
    good: '{timeZone} ; {languages}.',
    wait: '',
    stop: 'Le fuseau horaire {timeZone} ou une des langues {languages} est inconnu de cette machine.',
  },
  signature: {
    title: 'Signature d’essai',
    good: 'Signée, horodatée par {clock} et reconnue authentique en {ms} ms ; rien n’a été conservé.',
    wait: 'Ne peut être essayée tant que les clés sont verrouillées, ou si cette commande n’a pas leur phrase secrète.',
    stop: 'Une page signée à titre d’essai n’est pas saine : {why}.',
  },
  'mail-server': { title: 'Serveur de messagerie', good: '{place} salue et laisse entrer la maison.', wait: '', stop: '{place} : {why}' },
  'sms-gateway': { title: 'Passerelle SMS', good: '{place} répond.', wait: '', stop: '{place} est injoignable : {why}' },
  'time-stamp-authorities': {
    title: 'Autorités d’horodatage',
    good: 'Toutes les {count} donnent de bons jetons, et leurs horloges s’accordent avec la nôtre.',
    wait: 'Certaines ne répondent pas bien : {why}',
    stop: 'Aucune ne donne de bon jeton : {why}',
  },
  'own-address': {
    title: 'La maison par sa propre adresse',
    good: '{origin} mène bien à cette installation.',
    wait: '',
    stop: '{origin} ne mène pas ici ({fault} {detail}).',
  },
  'proxy-headers': {
    title: 'Mandataire',
    good: 'Un visiteur est vu comme {client}, demandant {host}.',
    wait: 'Un mandataire en {peer} se tient devant la maison, et sa parole ne compte pas : tout le monde est vu comme {client}.',
    stop: '',
  },
}

export const doctorAdvice: typeof advice = {
  'set-up': 'Ouvrez l’adresse que le serveur a dite à son premier démarrage, et terminez la configuration.',
  database: 'Arrêtez le serveur, gardez le fichier tel quel, et restaurez la dernière sauvegarde dans un dossier vide.',
  'data-folder': 'Donnez le dossier au compte du serveur (chown), et vérifiez que le volume est monté en écriture.',
  disk: 'Faites de la place, ou déplacez le dossier de données vers un volume plus grand.',
  clock: 'Réglez l’horloge (timedatectl set-ntp true), puis regardez à nouveau.',
  keys: 'Créez l’autorité dans la configuration, ou déverrouillez les clés à la page Autorité.',
  certificates: 'Ouvrez la page Autorité et renouvelez ce qu’elle nomme.',
  'revocation-lists':
    'Déverrouillez les clés ; les listes sont émises dans l’heure. Pour une racine gardée ailleurs : ramenez sa clé à la page Autorité.',
  'time-stamps': 'Déverrouillez les clés et laissez tourner le serveur ; chaque document reçoit de lui-même un autre horodatage.',
  mail: 'Configurez un serveur de messagerie ou une passerelle à la page Canaux.',
  outbox: 'Ouvrez la boîte d’envoi : chaque message dit ce que l’autre côté a répondu. Corrigez, puis réessayez.',
  jobs: 'Cherchez « job.deferred » et « job.failed » dans le journal du serveur ; ce qui tarde est retenté de soi-même.',
  address: 'Placez un certificat ou un mandataire https devant la maison et saisissez cette adresse à la page Paramètres.',
  sandbox: 'Installez util-linux et autorisez les espaces de noms (kernel.unprivileged_userns_clone=1).',
  office: 'Installez libreoffice-writer-nogui, ou mettez PARAPHE_LIBREOFFICE à none.',
  'office-fence': 'Autorisez les espaces de noms sur cette machine (kernel.unprivileged_userns_clone=1).',
  'audit-log':
    'Si des entrées attendent d’être signées, déverrouillez les clés : c’est fait dans la minute. Si une ancienne copie a été restaurée, dites-le par « paraphe audit continue » ; sinon gardez tout et cherchez avec « paraphe audit verify ».',
  witness: 'Ouvrez Journal d’audit › Témoin : on y lit quel fichier ou quelle adresse échoue, et pourquoi.',
  vault: 'Ouvrez la page Contrôle du coffre, lancez un contrôle, et restaurez ce qu’il nomme depuis une sauvegarde.',
  backup: 'Ouvrez la page Sauvegarde : choisissez un dossier et une phrase secrète, et faites-en une maintenant.',
  objects: 'Vérifiez la clé, ses droits et le réseau de PARAPHE_VAULT_URL ; rien de conservé n’est perdu.',
  'backup-drill': 'Essayez-en une à la page Sauvegarde : seule une copie restaurée est sûrement bonne.',
  'setting-names': 'Corrigez le nom, ou retirez-le, puis redémarrez.',
  'setting-files': 'chmod 600, et changez le secret.',
  'tls-own':
    'Créez l’autorité, ou déverrouillez ses clés : le serveur prend son certificat en quelques secondes. Sinon, le journal du serveur dit pourquoi (tls.not-kept).',
  tls: 'Mettez un nouveau certificat et sa clé à la place des anciens fichiers ; ils sont pris en compte sans redémarrage.',
  'clock-keeping': 'Activez un serveur de temps : timedatectl set-ntp true, ou installez chrony.',
  'file-names': 'Retirez de petits fichiers à côté des données, ou déplacez le dossier vers un système de fichiers qui en admet plus.',
  growth: 'Prévoyez un volume plus grand, ou réglez la conservation pour que les anciens documents partent.',
  'file-rights': 'chmod 700 sur le dossier et chmod 600 sur les fichiers, au compte du serveur. Si un secret était lisible, changez-le.',
  'core-dumps': 'Démarrez le serveur avec LimitCORE=0 (systemd) ou ulimit -c 0.',
  languages: 'Choisissez un autre fuseau horaire à la page Paramètres.',
  signature:
    'Déverrouillez les clés ; si elles sont ouvertes, n’envoyez rien et cherchez dans le journal du serveur et à la page Autorité.',
  'mail-server': 'Ouvrez la page Canaux, corrigez serveur, port ou identifiants, et envoyez un message d’essai.',
  'sms-gateway': 'Vérifiez l’adresse à la page Canaux, et si le pare-feu laisse la maison sortir jusque-là.',
  'time-stamp-authorities': 'Ouvrez Autorité › Horodatage : placez-en une autre en tête, ou laissez l’horloge de la maison y suppléer.',
  'own-address':
    '« name » : le nom est inconnu du serveur de noms de cette machine. « certificate » : il n’est pas reconnu, a expiré ou nomme un autre hôte. « closed » ou « silent » : rien n’écoute, ou un pare-feu est entre les deux. « host » : le mandataire ne transmet pas l’en-tête Host. « another » ou « not-ours » : un autre programme y répond.',
  'proxy-headers': 'Nommez le mandataire dans PARAPHE_TRUSTED_PROXIES, et laissez-le poser X-Forwarded-For et garder Host.',
}

export const doctorPage: typeof shape = {
  advice: 'Que faire',
  trials: 'Essayé pour de vrai',
  trialsLead: 'Une signature d’essai, et tous ceux à qui la maison parle : cela prend quelques secondes et ouvre des connexions.',
  check: 'Vérifier maintenant',
  running: 'Essai en cours… {done} sur {total}',
  refresh: 'Regarder à nouveau',
  lastDone: 'Essayé le {date}.',
  never: 'Pas encore essayé.',
  broken: 'Le dernier essai a été interrompu.',
}
