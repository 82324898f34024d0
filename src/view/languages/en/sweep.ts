/** What the sweep of the vault looked at and found. */
export const sweep = {
  title: 'Vault check',
  lead: 'Each night the stored files are read and compared with their checksums, and finished documents are judged by our own verifier as if a stranger had sent them. A large vault is looked at whole within {nights} nights. A file whose bytes have changed is never given out as good.',
  good: 'Everything that was looked at is as it was stored.',
  faults: 'What is wrong',
  since: 'Found on {date}',
  seen: 'seen last on {date}',
  kinds: {
    bytes: 'Stored bytes have changed or are missing',
    verdict: 'Our own verifier no longer calls it good',
    register: 'The register did not say what the document says; it was put right',
  },
  howTo:
    'Stop the server, restore the file of data from a backup that is whole, and check again: “paraphe vault verify” does it before the start.',
  file: 'File {digest}',
  runs: 'Looks',
  begun: 'Begun',
  ended: 'Ended',
  underWay: 'Under way',
  objects: 'Files',
  bytes: 'Read',
  documents: 'Documents',
  found: 'New faults',
  whole: 'everything',
  none: 'Nobody has looked yet. The first look comes by itself within the hour, or now.',
  start: 'Check everything now',
  started: 'The check has begun. It goes on while you work.',
}
