import type { evidence as shape } from '../en/evidence.ts'

export const evidence: typeof shape = {
  heading: 'Dossier de preuve',
  about: 'Le document signé « {title} », scellé par {company} le {at}.',
  declared: { annulled: 'ANNULÉ le {at}', reinstated: 'Annulation levée le {at}' },
  notInForce: 'Le document ci-dessous est authentique mais n’est plus en vigueur.',
  body: `1. En une commande
------------------
   sh verify.sh

   Sans réseau et sans Paraphe : seulement sha256sum, openssl (3.0 ou plus récent), python3, et
   pdfsig s’il est installé. Chaque vérification dit si elle est bonne ; la dernière ligne dit
   AUTHENTIQUE (code de sortie 0) ou NON AUTHENTIQUE (1). verify.sh et verify.py sont courts :
   lisez-les avant de leur faire confiance.

2. Ce qu’il faut comparer par une autre voie
--------------------------------------------
   Un dossier qu’un autre aurait refait en entier, avec une autorité à lui, concorde avec lui-même.
   Comparez donc cette empreinte avec celle que la société vous donne par téléphone, sur papier ou
   sur son site (verify.sh l’affiche d’après le dossier ; elle doit être partout la même) :

   SHA-256 du certificat racine :
{roots}

   Tout le reste tient à ce certificat. La clé du journal d’audit aussi, car le sceau de la société
   signe l’état du journal ; si vous la connaissez,
   le SHA-256 de sa partie publique (SPKI, DER) est
     {logKey}

   Si le document a été annulé après la constitution de ce dossier, seul le registre de la société
   le sait : {verifyUrl}/{document}

3. Ce qui se trouve ici
-----------------------
   documents/ID/sealed.pdf         le fichier signé et scellé ; c’est lui qui compte
   documents/ID/original.*         le fichier tel qu’il a été déposé
   documents/ID/certificate.pdf    son certificat d’achèvement, extrait pour la lecture ; copie
                                   non signée
   documents/ID/revisions.txt      chaque état du fichier : où il finit, son SHA-256, et où se
                                   trouve sa signature
   documents/ID/signatures/        chaque signature (.p7s) et chaque horodatage RFC 3161 (.tst)
   documents/ID/authority/         racine et autorités, listes de révocation (CRL), certificats des
                                   signataires, réponses de l’autorité à leur sujet (OCSP)
   attachments/                    fichiers que des personnes ont joints en signant, s’il y en a : le
                                   SHA-256 de chacun figure à leur ligne de l’attestation d’achèvement
   audit/entries.jsonl             ce qui est arrivé au document, une entrée par ligne
   audit/*.tlog-proof              que chaque entrée figure au journal (c2sp.org/tlog-proof)
   audit/checkpoint, .p7s          l’état signé du journal, et le sceau de la société dessus
   audit/clear.jsonl               textes en clair des entrées, chacun avec le sel de son engagement
   audit/authority/, log.pub.pem   qui répond de l’état du journal
   SHA256SUMS, verify.sh, verify.py, CHECKLIST.*

   Les adresses des machines, les navigateurs et les motifs qui n’étaient pas pour tous n’y sont
   pas : les entrées n’en gardent que des engagements, muets sans leur sel. La dernière entrée note
   la constitution de ce dossier, avec l’empreinte de chacun de ses fichiers et de toutes les
   entrées précédentes.

4. À la main
------------
   [ ] sha256sum -c SHA256SUMS
   [ ] cd documents/{document}
   [ ] Une révision, avec FIN et SHA-256 pris dans revisions.txt :
         head -c FIN sealed.pdf | sha256sum
   [ ] Sa signature couvre le fichier du début à FIN, sauf de DEPUIS à JUSQUE :
         (head -c DEPUIS sealed.pdf; head -c FIN sealed.pdf | tail -c +$((JUSQUE + 1))) > covered
         openssl cms -verify -cades -binary -inform DER -in signatures/NN-CHAMP.p7s \\
           -content covered -CAfile authority/root.pem -certfile authority/chain.pem \\
           -purpose any -signer signer.pem -out /dev/null
       une fois un certificat échu, avec -attime SECONDES : l’horodatage d’archive prouve l’heure.
   [ ] De qui elle est, et qu’elle était valable :
         openssl x509 -in signer.pem -noout -subject -serial -dates
         openssl verify -purpose any -crl_check_all -CAfile authority/root.pem \\
           -untrusted authority/chain.pem -CRLfile authority/crls.pem -attime SECONDES signer.pem
   [ ] Quand, et qui le dit :
         openssl ts -reply -token_in -in signatures/NN-CHAMP.tst -text
         openssl ts -verify -token_in -in signatures/NN-CHAMP.tst -data covered \\
           -CAfile authority/root.pem -untrusted authority/chain.pem
       (ainsi pour la dernière révision ; l’horodatage d’une signature porte sur sa valeur)
   [ ] pdfsig sealed.pdf, ou tout lecteur PDF qui se fie à authority/root.pem
   [ ] Lire le fichier scellé : noms, dates, champs. Comparer avec ce qui vous a été montré.

5. Ce que cela ne prouve pas
----------------------------
   Qu’une personne est bien celle qu’elle dit : le certificat d’achèvement dit comment chacune a été
   identifiée. Que l’heure est celle d’un tiers : chaque jeton nomme celui dont c’est l’horloge. Que
   les signatures sont qualifiées : elles sont avancées, de l’autorité propre à la société.
`,
}
