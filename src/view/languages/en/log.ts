import { plural } from '../../plural.ts'

/** What a verification of the audit log says; `at` is an entry's number, or the size that a checkpoint is of. */
export const log = {
  read: 'Read {size} entries, {checkpoints} checkpoints (signed up to entry {signedUpTo}), {clear} clear texts, {erased} erased ones.\nRoot {root}',
  break: 'Note: entry {seq}, of {at}, records a break. What was signed before it may be lost.',
  more: '… and {count} more.',
  whole: 'Whole: nothing was changed, left out or put in.',
  broken: (count: number) => plural('en', count, { one: 'NOT whole: # finding.', other: 'NOT whole: # findings.' }),
  findings: {
    'entry-missing': 'Entry {at} is missing.',
    'entry-altered': 'Entry {at} is not what was recorded.',
    'entry-misfiled': 'Entry {at} is filed under another {what} than it says.',
    'entry-unindexed': 'Entry {at} is not found under everybody whom it is about, or under somebody else too.',
    'clock-back': 'Entry {at} is older than the one before it.',
    'node-altered': 'Under entry {at}, the tree does not fit (node {what}).',
    'node-extra': 'The tree has {what} nodes that no entry has made.',
    'clear-altered': 'Entry {at}: the clear text “{what}” is not what was recorded.',
    'clear-missing': 'Entry {at}: the clear text “{what}” is gone, and no erasure says so.',
    'clear-extra': 'Entry {at}: the clear text “{what}” was put in.',
    'erasure-unrecorded': 'Entry {at}: more or less was erased than is recorded {what}',
    'checkpoint-unreadable': 'Checkpoint {at} is damaged, or says something else than its row {what}',
    'checkpoint-foreign': 'Checkpoint {at} is of another log: {what}.',
    'checkpoint-unsigned': 'Checkpoint {at} is not signed by the key of this log {what}',
    'checkpoint-ahead': 'Checkpoint {at} is beyond the last entry: entries were cut off {what}',
    'checkpoint-inconsistent': 'Checkpoint {at} was signed over other entries than these {what}',
    'kept-missing': 'The checkpoint that is kept outside the database is gone or cannot be read.',
    'kept-behind': 'The checkpoint that is kept outside the database is of entry {at}, and the log is shorter: it is an older copy.',
    'kept-forked': 'The checkpoint of entry {at} that is kept outside the database is of another log.',
  },
}
