import { plural } from '../../plural.ts'

export const log = {
  read: '{size} entrées lues, {checkpoints} points de contrôle (signé jusqu’à l’entrée {signedUpTo}), {clear} textes en clair, {erased} effacés.\nRacine {root}',
  break: 'Remarque : l’entrée {seq}, du {at}, inscrit une rupture. Ce qui avait été signé avant elle peut être perdu.',
  more: '… et {count} de plus.',
  whole: 'Intact : rien n’a été modifié, omis ni ajouté.',
  broken: (count: number) => plural('fr', count, { one: 'PAS intact : # constat.', other: 'PAS intact : # constats.' }),
  findings: {
    'entry-missing': 'L’entrée {at} manque.',
    'entry-altered': 'L’entrée {at} n’est pas ce qui a été inscrit.',
    'entry-misfiled': 'L’entrée {at} est classée sous un autre {what} que ce qu’elle dit.',
    'entry-unindexed': 'L’entrée {at} ne se trouve pas sous tous ceux qu’elle concerne, ou aussi sous quelqu’un d’autre.',
    'clock-back': 'L’entrée {at} est plus ancienne que la précédente.',
    'node-altered': 'Sous l’entrée {at}, l’arbre ne correspond pas (nœud {what}).',
    'node-extra': 'L’arbre a {what} nœuds qu’aucune entrée n’a produits.',
    'clear-altered': 'Entrée {at} : le texte en clair « {what} » n’est pas ce qui a été inscrit.',
    'clear-missing': 'Entrée {at} : le texte en clair « {what} » a disparu, et aucun effacement ne le dit.',
    'clear-extra': 'Entrée {at} : le texte en clair « {what} » a été ajouté.',
    'erasure-unrecorded': 'Entrée {at} : plus ou moins a été effacé que ce qui est inscrit {what}',
    'checkpoint-unreadable': 'Le point de contrôle {at} est abîmé, ou dit autre chose que sa ligne {what}',
    'checkpoint-foreign': 'Le point de contrôle {at} est d’un autre journal : {what}.',
    'checkpoint-unsigned': 'Le point de contrôle {at} n’est pas signé par la clé de ce journal {what}',
    'checkpoint-ahead': 'Le point de contrôle {at} est au-delà de la dernière entrée : des entrées ont été coupées {what}',
    'checkpoint-inconsistent': 'Le point de contrôle {at} a été signé sur d’autres entrées que celles-ci {what}',
    'kept-missing': 'Le point de contrôle gardé hors de la base a disparu ou est illisible.',
    'kept-behind':
      'Le point de contrôle gardé hors de la base est de l’entrée {at}, et le journal est plus court : c’est une copie plus ancienne.',
    'kept-forked': 'Le point de contrôle de l’entrée {at} gardé hors de la base est d’un autre journal.',
  },
}
