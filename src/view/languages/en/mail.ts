export const mail = {
  greeting: 'Hello {name},',
  greetingPlain: 'Hello,',
  asked: { signer: 'to sign', approver: 'to approve', witness: 'to witness', copy: 'to read' },
  facts: { title: 'Document', sender: 'From', deadline: 'To be signed by', reason: 'Reason', linkUntil: 'The link works until', note: 'Message from {sender}' },
  linkInWords: 'If the button does not work, copy this address into your browser:',
  personal: 'This link is yours alone. Please do not forward this message.',
  unexpected: 'Did you not expect this? You can ignore this message, or reply to it to ask the sender.',
  codeUnexpected: 'Nobody will ever ask you for this code. If you did not ask for it, ignore this message.',
  footer: 'Sent by {company} from its own signature server.',
  kinds: {
    invitation: {
      subject: '{sender} asks you {asked}: {title}', heading: 'A document is waiting for you', text: '{sender} of {company} sends you “{title}” and asks you {asked} it.',
      button: 'Open the document', sms: '{company}: {sender} asks you {asked} “{title}”. {link}',
    },
    reminder: {
      subject: 'Reminder: {title} is still waiting for you', heading: 'Still waiting for you', text: '{sender} of {company} asked you {asked} “{title}”. It has not been done yet.',
      button: 'Open the document', sms: '{company}: reminder, “{title}” is still waiting for you. {link}',
    },
    corrected: {
      subject: 'Your details were corrected: {title}', heading: 'Your details were corrected', text: '{sender} of {company} corrected your details. This new link replaces the earlier one.',
      button: 'Open the document', sms: '{company}: new link for “{title}”, the earlier one no longer works. {link}',
    },
    'fresh-link': {
      subject: 'Your new link: {title}', heading: 'Here is your new link', text: 'You asked for a new link to “{title}” from {company}. The earlier one no longer works.',
      button: 'Open the document', sms: '{company}: your new link for “{title}”. {link}',
    },
    code: {
      subject: '{code} is your code', heading: 'Your code', text: 'Enter this code on the page of “{title}” to go on. It works once, for {minutes} minutes.',
      button: '', sms: '{code} is your code for “{title}” ({company}). Works once, {minutes} min. Nobody will ask you for it.',
    },
    completed: {
      subject: 'Signed by everybody: {title}', heading: 'Signed by everybody', text: '“{title}” has been signed by everybody and sealed by {company}. You can open, print and download it.',
      button: 'Open the signed document', sms: '{company}: “{title}” is signed by everybody. {link}',
    },
    declined: {
      subject: 'Declined: {title}', heading: '{person} declined', text: '{person} declined “{title}”. Nothing more is asked of you.', button: '', sms: '{company}: “{title}” was declined by {person}.',
    },
    voided: {
      subject: 'Withdrawn: {title}', heading: 'The document was withdrawn', text: '{sender} of {company} withdrew “{title}”. Nothing more is asked of you.', button: '',
      sms: '{company}: “{title}” was withdrawn. Nothing more is asked of you.',
    },
    expired: {
      subject: 'Past its deadline: {title}', heading: 'The deadline has passed', text: 'The deadline of “{title}” has passed before everybody had signed. It can no longer be signed.', button: '',
      sms: '{company}: the deadline of “{title}” has passed.',
    },
    'sender-signed': {
      subject: '{person} signed: {title}', heading: '{person} signed', text: '{person} signed “{title}”.', button: 'See where it stands', sms: '{person} signed “{title}”.',
    },
    'sender-completed': {
      subject: 'Completed: {title}', heading: 'Signed by everybody', text: 'Everybody has signed “{title}”. It is sealed and kept in the vault.', button: 'Open it', sms: '“{title}” is signed by everybody.',
    },
    'sender-declined': {
      subject: '{person} declined: {title}', heading: '{person} declined', text: '{person} declined “{title}”.', button: 'See where it stands', sms: '{person} declined “{title}”.',
    },
    'sender-expired': {
      subject: 'Past its deadline: {title}', heading: 'The deadline has passed', text: 'The deadline of “{title}” has passed before everybody had signed.', button: 'See where it stands', sms: 'The deadline of “{title}” has passed.',
    },
    'sender-undelivered': {
      subject: 'Not delivered: {title}', heading: 'A message did not arrive', text: 'The message to {person} about “{title}” could not be delivered. Please check the address.', button: 'See where it stands', sms: 'The message to {person} about “{title}” did not arrive.',
    },
    welcome: {
      subject: 'Your access to the signature server of {company}', heading: 'Set your password', text: 'With this link you set the password of your account at {company}. It works for 7 days.', button: 'Set the password',
      sms: '{company}: set your password. {link}',
    },
    test: {
      subject: 'Test message from {company}', heading: 'It works', text: 'This message shows that the server of {company} can send messages.', button: '', sms: '{company}: this test message shows that SMS can be sent.',
    },
  },
}
