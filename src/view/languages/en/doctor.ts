/** What the house asks of itself beyond its own pages, and what to do where an answer is not good. */
export const doctorChecks = {
  'clock-keeping': {
    title: 'Keeping of the clock',
    good: 'The clock is kept by a time server.',
    wait: 'No time server keeps the clock: it will go wrong by and by, and with it the times of signatures.',
    stop: 'The clock was moved by {moved} s since the server began.',
  },
  'file-names': {
    title: 'Room for files',
    good: '{share} % of the file system’s entries are free.',
    wait: 'Only {share} % of the file system’s entries are free.',
    stop: 'Only {share} % of the file system’s entries are free: new files fail although there is space.',
  },
  growth: {
    title: 'Growth',
    good: '{megabytes} MB a day: the disk lasts for more than {days} days.',
    wait: '{megabytes} MB a day: the disk is full in {days} days.',
    stop: '{megabytes} MB a day: the disk is full in {days} days.',
  },
  'file-rights': {
    title: 'Rights of files',
    good: 'What belongs to the house is read by its own account alone.',
    wait: 'Others of this machine can read {paths}.',
    stop: 'Others of this machine can read the secrets: {paths}.',
  },
  'core-dumps': {
    title: 'Copies of memory',
    good: 'None is written where the program breaks off.',
    wait: 'Where the program breaks off, its memory, keys included, may be written to the disk (limit {limit}).',
    stop: '',
  },
  languages: {
    title: 'Time zone and languages',
    good: '{timeZone}; {languages}.',
    wait: '',
    stop: 'The time zone {timeZone} or one of {languages} is unknown on this machine.',
  },
  signature: {
    title: 'Signature for trial',
    good: 'Signed, time-stamped by {clock} and found genuine in {ms} ms; nothing was kept.',
    wait: 'Cannot be tried while the keys are locked, or where this command does not have their passphrase.',
    stop: 'A page signed for trial is not sound: {why}.',
  },
  'mail-server': { title: 'Mail server', good: '{place} greets and lets the house in.', wait: '', stop: '{place}: {why}' },
  'sms-gateway': { title: 'Gateway for short messages', good: '{place} answers.', wait: '', stop: '{place} cannot be reached: {why}' },
  'time-stamp-authorities': {
    title: 'Time-stamp authorities',
    good: 'All {count} give good tokens, and their clocks agree with ours.',
    wait: 'Some do not answer well: {why}',
    stop: 'None gives a good token: {why}',
  },
  'own-address': {
    title: 'The house by its own address',
    good: '{origin} leads to this very installation.',
    wait: '',
    stop: '{origin} does not lead here ({fault} {detail}).',
  },
  'directory-rounds': {
    title: 'Comparison with directories',
    good: 'Every directory was compared within a day.',
    wait: 'Late, or waiting for an administrator: {names}.',
    stop: 'Got no answer: {names}.',
  },
  'break-glass': {
    title: 'Break-glass account',
    good: 'Its password was tried on {last}.',
    wait: 'Its password was not tried for 90 days (last: {last}).',
    stop: 'None is chosen: when the sign-on fails, nobody comes in.',
  },
  'second-factors': {
    title: 'Second factor of administrators',
    good: 'Every administrator has one.',
    wait: 'Administrators whom a password alone lets in: {count}.',
    stop: '',
  },
  'sign-on-sources': { title: 'Directories and providers', good: 'All in use answer: {count}.', wait: '', stop: '{why}' },
  'proxy-headers': {
    title: 'Proxy',
    good: 'A visitor is seen as {client}, asking for {host}.',
    wait: 'A proxy at {peer} stands before the house, and its word does not count: everybody is seen as {client}.',
    stop: '',
  },
}

/** Shown where the answer is not good. */
export const doctorAdvice = {
  'set-up': 'Open the address that the server said at its first start, and finish the set-up.',
  database: 'Stop the server, keep the file as it is, and restore the newest backup into an empty folder.',
  'data-folder': 'Give the folder to the account of the server (chown), and check that the volume is mounted for writing.',
  disk: 'Make room, or move the data folder to a larger volume.',
  clock: 'Set the clock (timedatectl set-ntp true), then look again.',
  keys: 'Create the authority in the set-up, or unlock the keys on the page Authority.',
  certificates: 'Open the page Authority and renew what it names.',
  'revocation-lists':
    'Unlock the keys; lists are issued within the hour. Of a root kept elsewhere: bring its key back on the page Authority.',
  'time-stamps': 'Unlock the keys and keep the server running; each document gets another time stamp by itself.',
  mail: 'Set up a mail server or a gateway on the page Channels.',
  outbox: 'Open the Outbox: each message says what the other side answered. Put it right and try again.',
  jobs: 'Look in the log for “job.deferred” and “job.failed”; what is late is tried again by itself.',
  address: 'Put a certificate or a proxy with https before the house and enter that address on the page Settings.',
  sandbox: 'Install util-linux and allow user name spaces (kernel.unprivileged_userns_clone=1).',
  office: 'Install libreoffice-writer-nogui, or set PARAPHE_LIBREOFFICE to none.',
  'office-fence': 'Allow user name spaces on this machine (kernel.unprivileged_userns_clone=1).',
  'audit-log':
    'Where entries wait to be signed, unlock the keys: it is done within a minute. Where an older copy was restored, say so with “paraphe audit continue”; otherwise keep everything and look into it with “paraphe audit verify”.',
  witness: 'Open Audit log › Witness: it says which file or address fails, and why.',
  vault: 'Open the page Vault check, start a look, and restore what it names from a backup.',
  backup: 'Open the page Backup: choose a folder and a passphrase, and make one now.',
  objects: 'Look at the key, its rights and the network of PARAPHE_VAULT_URL; what was stored is not lost.',
  'backup-drill': 'Try one on the page Backup: only a restored copy is known to be good.',
  'setting-names': 'Correct the name, or remove it, and start again.',
  'setting-files': 'chmod 600, and change the secret.',
  'tls-own':
    'Set the authority up, or unlock its keys: the server takes its certificate within seconds. If it does not, the server’s log says why (tls.not-kept).',
  tls: 'Put a new certificate and its key in the place of the old files; they are taken up by themselves.',
  'clock-keeping': 'Switch on a time server: timedatectl set-ntp true, or install chrony.',
  'file-names': 'Remove small files beside the data, or move the folder to a file system with more entries.',
  growth: 'Plan a larger volume, or set retention so that old documents leave.',
  'file-rights':
    'chmod 700 the folder and chmod 600 the files, owned by the account of the server. Where a secret was readable, change it.',
  'core-dumps': 'Start the server with LimitCORE=0 (systemd) or ulimit -c 0.',
  languages: 'Choose another time zone on the page Settings.',
  signature: 'Unlock the keys; where they are open, do not send anything and look into the log and the page Authority.',
  'mail-server': 'Open the page Channels, correct the server, port or login, and send a test message.',
  'sms-gateway': 'Check the address on the page Channels, and whether the firewall lets the house out to it.',
  'time-stamp-authorities': 'Open Authority › Time stamps: put another one in front, or let the house’s own clock stand in.',
  'own-address':
    '“name”: the name is not known to this machine’s name server. “certificate”: it is not trusted, has ended or names another host. “closed” or “silent”: nothing listens, or a firewall is between. “host”: the proxy does not hand on the Host header. “another” or “not-ours”: another program answers there.',
  'directory-rounds': 'Open Console › Sign-on and the directory: try it, or agree to what it waits for.',
  'break-glass': 'Open Console › Sign-on, and choose the account with its password again.',
  'second-factors': 'Ask administrators for a second factor on the page Second factor.',
  'sign-on-sources': 'Open Console › Sign-on and the source that is named, and try it: each step says what is amiss.',
  'proxy-headers': 'Name the proxy in PARAPHE_TRUSTED_PROXIES, and let it set X-Forwarded-For and keep Host.',
}

/** Said in place of the sentence of the state, where that would speak of what is not there yet, or of one cause among several. */
export const doctorInstead = {
  'certificates-none': 'There is no authority yet.',
  'revocation-lists-none': 'None has been issued yet.',
  'time-stamps-none': 'No document is finished yet.',
  'vault-never': 'Nobody has looked yet; the first look comes in the night.',
  'address-none': 'None is set yet.',
  'address-here': '{origin} is known on this machine only: recipients elsewhere cannot use such links.',
  'audit-log-locked': 'Entry {signed} of {size} is the last that is signed. Nothing is signed while the keys are locked.',
  'audit-log-none': 'Nothing is signed before there is an authority.',
  'backup-none': 'There is none yet.',
  'backup-by-hand': 'The newest is of {last} (UTC). None is made by itself.',
  'backup-failed': 'The newest is of {last} (UTC), in {folder}, and the last try failed. See Console → Backup.',
  'backup-near': 'The newest is of {last} (UTC), in {folder}, on the disk of the data: one fault would take both.',
  'backup-drill-never': 'No backup was ever restored for trial. Say “paraphe restore FOLDER --drill”.',
}

export const doctorPage = {
  advice: 'What to do',
  trials: 'Tried for real',
  trialsLead: 'A signature for trial, and everybody whom the house speaks to: this takes some seconds and opens connections.',
  check: 'Check now',
  running: 'Trying… {done} of {total}',
  refresh: 'Look again',
  lastDone: 'Tried on {date}.',
  never: 'Not tried yet.',
  broken: 'The last try was cut off.',
}
