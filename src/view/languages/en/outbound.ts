/** Everything that the house speaks to beyond its own machine. */
export const outbound = {
  title: 'What leaves this house',
  lead: 'Every other side that this server opens a connection to, and nothing else: no statistics, no updates, no fonts or scripts from elsewhere. Each was switched on by somebody.',
  none: 'Nothing leaves this house.',
  noneText:
    'No mail server, no gateway for short messages and no other service is set up. Messages wait in the Outbox, where an administrator opens them.',
  noneAction: 'Set up a mail server',
  kinds: {
    mail: { name: 'Mail server', why: 'Messages to recipients and colleagues.' },
    sms: { name: 'Gateway for short messages', why: 'Codes and messages to mobile phones.' },
    'time-stamp': {
      name: 'Time-stamp authority',
      why: 'Another clock proves when something was signed. It receives a digest, never a document.',
    },
    webhook: { name: 'Webhook', why: 'Tells another system what happened to a document.' },
    directory: { name: 'Directory', why: 'Who works here, and whether their password is right.' },
    'sign-on': { name: 'Sign-on', why: 'Colleagues sign in there.' },
    database: { name: 'Database', why: 'Keeps everything but the files.' },
    objects: { name: 'Object store', why: 'Keeps the files.' },
  },
  encrypted: 'encrypted',
  clear: 'not encrypted',
  since: 'Since {date}',
  sinceBy: 'Since {date}, by {name}',
  fixed: 'By the settings of the server',
  unknown: 'Since before the log began',
  used: 'Last used {date}',
  neverUsed: 'Not used yet',
  own: 'To find one another, names are asked of the machine’s own name server. The self-check on the page Health calls the house’s own address.',
}
