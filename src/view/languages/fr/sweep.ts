import type { sweep as shape } from '../en/sweep.ts'

export const sweep: typeof shape = {
  title: 'Contrôle du coffre',
  lead: 'Chaque nuit, les fichiers conservés sont relus et comparés à leurs empreintes, et les documents terminés sont jugés par notre propre vérificateur comme si un inconnu les avait envoyés. Un grand coffre est contrôlé en entier en {nights} nuits. Un fichier dont les octets ont changé n’est jamais remis comme bon.',
  good: 'Tout ce qui a été contrôlé est tel qu’il a été déposé.',
  faults: 'Ce qui ne va pas',
  since: 'Trouvé le {date}',
  seen: 'vu pour la dernière fois le {date}',
  kinds: {
    bytes: 'Des octets conservés ont changé ou manquent',
    verdict: 'Notre propre vérificateur ne le dit plus bon',
    register: 'Le registre ne disait pas ce que dit le document ; c’est corrigé',
  },
  howTo:
    'Arrêtez le serveur, restaurez le fichier de données depuis une sauvegarde intacte et contrôlez de nouveau : « paraphe vault verify » le fait avant le démarrage.',
  file: 'Fichier {digest}',
  runs: 'Contrôles',
  begun: 'Début',
  ended: 'Fin',
  underWay: 'En cours',
  objects: 'Fichiers',
  bytes: 'Lu',
  documents: 'Documents',
  found: 'Nouveaux défauts',
  whole: 'tout',
  none: 'Aucun contrôle encore. Le premier vient de lui-même dans l’heure, ou maintenant.',
  start: 'Tout contrôler maintenant',
  started: 'Le contrôle a commencé. Il continue pendant que vous travaillez.',
}
