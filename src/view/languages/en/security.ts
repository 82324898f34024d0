/** Who somebody is, and how the house makes sure of it. */
export const security = {
  proof: {
    title: 'Is it still you?',
    lead: 'What comes next concerns the security of this house. Please confirm that it is you; it holds for ten minutes.',
    kept: 'What you entered is kept, and is sent as soon as you have confirmed.',
    keptWithoutFiles: 'What you entered is kept. Choose the file again afterwards.',
    password: 'Your password',
    confirm: 'Confirm',
    code: 'Code of your authenticator app',
    codeHint: 'Six digits, new every 30 seconds.',
    confirmCode: 'Confirm with the code',
    none: 'Your account has neither a password nor a second factor here. Sign out and sign in again, then come back at once.',
    cancel: 'Back to the start page',
    doneTitle: 'Thank you',
    doneLead: 'You have confirmed that it is you. The file is ready.',
    download: 'Download the file',
    back: 'Back',
  },
}
