/** What a refused act says, by its stable reason. */
export const refusals = {
  'page.not-found': 'There is nothing at this address.',
  'host.unknown': 'This server does not answer under that name.',
  'request.malformed': 'The request could not be read.',
  'request.foreign-origin': 'This form was sent from another site, so nothing was changed.',
  'request.stale-form': 'This page had been open for too long. Nothing was changed; please try again.',
  'request.too-large': 'This is larger than the server accepts.',
  'method.not-allowed': 'This address does not take that kind of request.',
  'form.invalid': 'Please check the form.',
  'sign-in.needed': 'Please sign in first.',
  'access.forbidden': 'You do not have the right to do this.',
  'server.busy': 'The server is busy just now. Please try again in a moment.',
  'server.accident': 'Something went wrong on our side. Nothing was lost; please try again. Reference {reference}.',
}
