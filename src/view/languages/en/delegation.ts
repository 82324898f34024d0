/** A recipient hands over to somebody else. */
export const delegation = {
  menu: 'Hand over to somebody else…',
  title: 'Hand over to somebody else',
  lead: {
    signer:
      'They sign in your place, under their own name. They get a link of their own, and yours stops working. {sender} is told, and your reason stands in the record.',
    approver:
      'They approve in your place, under their own name. They get a link of their own, and yours stops working. {sender} is told, and your reason stands in the record.',
    witness:
      'They attest in your place, under their own name. They get a link of their own, and yours stops working. {sender} is told, and your reason stands in the record.',
  },
  company: 'It must be somebody of {company} who may sign for it.',
  first: 'First we make sure that it is you: accept the terms and enter the code that you are sent. Then you come back here.',
  firstButton: 'Continue',
  often: 'This has been handed over {most} times already. Whoever cannot do it tells {sender}, or declines.',
  firstName: 'First name',
  lastName: 'Last name',
  email: 'E-mail address',
  phone: 'Mobile number',
  phoneHint: 'Needed where link and code go by SMS. With the country, such as +33 6 12 34 56 78.',
  optional: 'optional',
  channel: 'Link and code go by',
  language: 'Their language',
  reason: 'Your reason',
  button: 'Hand over',
  keep: 'Keep it',
  doneTitle: 'Handed over',
  doneLead: '{name} has a link of their own now. Nothing more is asked of you.',
  facts: { title: 'Document', to: 'Handed over to', at: 'When', reason: 'Your reason' },
  /** On the sender's side. */
  may: 'Who may hand over to somebody else',
  mays: { nobody: 'Nobody', other: 'The other party', everybody: 'Everybody; for us only to somebody who may sign' },
  from: 'Handed over by {name}',
}
