/** What people begin with when they are asked for a password: words, first names, rows of the keyboard. Lower case, without accents. */
export const FIRST_GUESSES: readonly string[] = `
password passw0rd passwort motdepasse contrasena parola senha wachtwoord secret geheim azerty azertyuiop qwerty qwertyuiop qwertz
asdfghjkl zxcvbnm wxcvbn qsdfghjklm poiuytreza 1q2w3e4r 1qaz2wsx zaq12wsx q1w2e3r4 abcdefghijklmnopqrstuvwxyz 01234567890123456789
9876543210 admin administrator administrateur root superuser system login user utilisateur guest invite welcome bienvenue willkommen
letmein changeme changezmoi changez default defaut temporary temporaire test testing tester demo sample example exemple hello bonjour
bonsoir salut coucou merci please sesame access master dragon monkey football baseball basketball hockey soccer tennis rugby superman
batman spiderman starwars pokemon pikachu princess princesse sunshine soleil shadow michael jennifer jordan hunter thomas robert daniel
matthew andrew joshua george charlie jessica ashley amanda nicole melissa marseille marine camille julien nicolas alexandre isabelle
nathalie sandrine stephane christophe philippe frederic sebastien caroline chouchou doudou loulou cheval chocolat chocolate cookie
butter cheese banana orange flower fleur computer ordinateur internet google facebook windows microsoft samsung iphone android linux
money argent euro dollar bitcoin freedom liberte whatever trustno1 iloveyou jetaime amour family famille maison summer winter spring autumn
printemps hiver automne janvier fevrier avril juillet septembre octobre novembre decembre january february april august september
october november december monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche
london paris france canada america england germany belgique suisse company entreprise societe corporate business office bureau contract
contrat signature sign document server serveur network security securite manager director directeur president comptable
`
  .trim()
  .split(/\s+/)
