export const setup = {
  title: 'Setting up Paraphe',
  lead: 'Five short steps. Nothing is made before the last one, and everything but the authority’s names can be changed later.',
  steps: { company: 'Company', administrator: 'You', addresses: 'Addresses', mail: 'E-mail', authority: 'Authority' },
  stepOf: 'Step {at} of {total}',
  back: 'Back',
  next: 'Continue',
  optional: 'optional',
  company: {
    heading: 'Your company',
    lead: 'Every document bears its name, and its certificate authority is issued to it.',
    legalName: 'Legal name',
    country: 'Country',
    chooseCountry: 'Choose a country',
    address: 'Address',
    registrationNumber: 'Registration number',
    vatNumber: 'VAT number',
    logo: 'Logo',
    logoHint: 'PNG, JPEG or WebP, at most 2 MB. It stands on every page, message and certificate.',
    logoKept: 'A logo is kept already. Choose another file to replace it.',
  },
  administrator: {
    heading: 'The first administrator',
    lead: 'This account may change everything. Add your colleagues later.',
    firstName: 'First name',
    lastName: 'Last name',
    jobTitle: 'Job title',
    email: 'E-mail address',
    emailHint: 'You sign in with it.',
    password: 'Password',
    passwordHint: 'At least {shortest} characters. Any characters, also spaces: a short sentence is a good password.',
    passwordKept: 'A password is kept already. Leave this empty to keep it.',
  },
  addresses: {
    heading: 'Addresses and language',
    lead: 'Links in messages and the code on every certificate lead to the public address.',
    language: 'Language of the company',
    languageHint: 'For documents and messages, unless a person has chosen another.',
    timeZone: 'Time zone',
    staffUrl: 'Address for staff',
    staffUrlHint: 'What colleagues type to come here.',
    publicUrl: 'Public address',
    publicUrlHint: 'What recipients and anyone who verifies a document reach. The same as above, unless a proxy gives it another name.',
  },
  mail: {
    heading: 'The mail server',
    lead: 'Links and codes are sent by it. Without one, messages wait in the Outbox, where you open them: enough to try everything.',
    host: 'Server',
    port: 'Port',
    security: 'Encryption',
    securities: { none: 'None', starttls: 'STARTTLS (usual with port 587)', tls: 'TLS from the start (usual with port 465)' },
    user: 'User name',
    password: 'Password',
    passwordKept: 'A password is kept already. Leave this empty to keep it.',
    fromAddress: 'Sender’s address',
    fromName: 'Sender’s name',
    caPem: 'Certificate of your own authority (PEM)',
    caHint: 'Only where the mail server’s certificate comes from an authority inside the company.',
    skip: 'Skip for now',
  },
  authority: {
    heading: 'The certificate authority',
    lead: 'It issues a certificate for every signature, seals every finished document and proves the time. Its keys never leave this server.',
    algorithm: 'Algorithm',
    algorithms: {
      'ecdsa-p256': { name: 'ECDSA P-256', hint: 'Small, fast, read by every current program. Recommended.' },
      'rsa-3072': { name: 'RSA 3072', hint: 'For readers that are more than ten years old.' },
    },
    names: 'Names on the certificates',
    rootName: 'Root',
    issuingName: 'Issuing authority',
    sealName: 'Company seal',
    namesHint: 'They can be read by anyone who opens a signed document, and cannot be changed later.',
    protection: 'Protection of the private keys',
    protections: {
      'key-file': {
        name: 'A key file in the data folder',
        hint: 'The server starts by itself. Protects the keys where the database alone is copied or a backup of it is lost; not from somebody who can read the whole folder {folder}.',
      },
      passphrase: {
        name: 'A passphrase',
        hint: 'Somebody types it after every start; until then nothing can be sent or signed. Protects the keys also where the whole machine is copied. For the day when it is lost, a recovery secret is shown once at the end.',
      },
    },
    passphrase: 'Passphrase',
    passphraseHint: 'At least {shortest} characters.',
    passphraseAgain: 'Passphrase, once more',
    create: 'Create everything',
    creating: 'This takes some seconds.',
  },
  done: {
    title: 'Everything is ready',
    lead: '{company} has its own certificate authority. Compare these fingerprints whenever somebody asks whether a certificate is really yours.',
    certificate: 'Certificate',
    fingerprint: 'SHA-256 fingerprint',
    until: 'Valid until',
    purposes: {
      root: 'Root',
      issuing: 'Issuing authority',
      seal: 'Company seal',
      tsa: 'Time stamps',
      ocsp: 'Revocation answers',
      signer: 'Signer',
    },
    download: 'Download the root certificate',
    downloadHint: 'A reader that trusts it shows every signature as valid. Your IT department distributes it once.',
    backup:
      'Set up the backup before the first document: Console → Backup. Copied by hand, the data folder may be torn. Keep the two key files of the data folder apart from its copies: whoever has both can sign in the company’s name.',
    sample: 'Try it with a sample contract',
    sampleHint: 'A contract of two pages, already prepared: sign it as the company and as the client, in five minutes.',
    start: 'Go to the documents',
  },
  /** The terms a recipient accepts before signing, until the company publishes its own. */
  disclosure: `Signing electronically

By continuing you agree to read, receive and sign this document in electronic form. Your electronic signature expresses your will in the same way as one on paper. You are not obliged to: you can decline, say why, or ask the sender for a paper version.

How it works

A code is sent to the address or number that the sender entered for you; it shows that you have access to it. You fill in what is asked of you, choose how your signature looks, and see the document exactly as it will be before you confirm. A certificate is then issued for this one signature, and its key is destroyed at once. Nothing that you signed can be changed afterwards without everybody noticing.

What is recorded

Your name, your address or number in shortened form, your IP address and browser, and the time of each step are recorded as evidence and appear in part on the last page of the document. The company that sent you the document keeps this record as long as the document itself.

What you need

A current browser, access to the address or number that the code is sent to, and a program that opens PDF files. When everybody has signed, you receive a link to the finished document; please keep a copy.`,
}
