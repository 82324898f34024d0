/** What administrators are told by mail, once, and again when it is over. */
export const alarms = {
  title: 'Alarms',
  lead: 'The server looks every minute. Each cause is told once by mail, and once more when it is over.',
  none: 'Nothing is amiss.',
  now: 'Now',
  ended: 'Over',
  over: 'What is over',
  since: 'Since {date}',
  fromTo: '{from} to {to}',
  who: 'Who is told',
  emails: 'E-mail addresses',
  emailsHint: 'One a line, twenty at most. Where none is given, everybody who may change the settings is told.',
  toldNow: 'At present: {who}.',
  noMail: 'No mail server is set up: alarms stand here and on every page of an administrator alone.',
  notice: 'Amiss: {title}',
  causes: {
    outbox: {
      title: 'Messages are stuck',
      told: '{count} messages have been waiting for more than 15 minutes.',
      advice: 'Open the Outbox: it says what the mail server or the gateway answered.',
    },
    jobs: {
      title: 'Work fails or is late',
      told: '{count} jobs fail again and again, were given up, or are not taken up.',
      advice: 'Look in the log of the server for “job.deferred” and “job.failed”.',
    },
    'seal-late': {
      title: 'Documents wait for their seal',
      told: '{count} signed envelopes have been waiting for the company’s seal for more than a minute. Every signature is valid already.',
      advice: 'Look whether the keys are unlocked, whether the clocks answer, and in the log of the server.',
    },
    'keys-locked': {
      title: 'The keys are locked',
      told: 'Everything can be read; nothing can be sent, signed or sealed.',
      advice: 'Enter the passphrase on the page Authority.',
    },
    disk: { title: 'The disk is nearly full', told: 'Only {free} MB are free.', advice: 'Make room, or move the data to a larger volume.' },
    certificates: {
      title: 'A certificate is about to end',
      told: 'It covers what it is used for until {until}: {days} days.',
      advice: 'Open the page Authority: it says which, and renews it.',
    },
    'revocation-lists': {
      title: 'A revocation list is about to end',
      told: 'It ends on {until}; after that no signature can be judged.',
      advice: 'Unlock the keys; of a root kept elsewhere, bring its key back on the page Authority.',
    },
    backup: {
      title: 'The backup is too old',
      told: 'The newest good one: {last}.',
      advice: 'Open the page Backup: it says why the last one failed. Make one now.',
    },
    'audit-log': {
      title: 'The audit log is broken',
      told: 'The database ends at entry {size} and does not go on from entry {kept}, which was signed.',
      advice: 'Keep everything as it is, and run “paraphe audit verify”.',
    },
    vault: {
      title: 'Something in the vault is damaged',
      told: '{count} stored files or documents are not as they were stored. None of them is given out as good.',
      advice: 'Open the page Vault check, and restore what it names from a backup.',
    },
    'time-stamps': {
      title: 'No time-stamp authority answers',
      told: 'Within the last hour the house’s own clock stood in {count} times.',
      advice: 'Open Authority › Time stamps, and try everything on the page Health.',
    },
    'sign-ins': {
      title: 'Many sign-ins are refused',
      told: '{count} within a quarter of an hour. Somebody may be trying passwords.',
      advice: 'Look in the audit log for refused sign-ins and where they come from.',
    },
  },
}
