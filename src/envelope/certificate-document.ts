import type { Digest } from '../base/digest.ts'
import { newDocumentId } from '../base/document-id.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { fill, type Language, words } from '../view/words.ts'
import type { Document } from './envelope.ts'
import { receivedIn } from './received.ts'

/**
 * Behind each document that arrived signed stands its certificate of completion, a document of its own that everybody signs with it: not a page may
 * be added to the other. Only the dispatch that links both makes it; a draft has none.
 */
export function withCertificates(documents: readonly Document[], language: Language, at: Instant): Document[] {
  return documents.flatMap((document) => (receivedIn(document) ? [document, certificateFor(document, language, at)] : [document]))
}

const certificateFor = ({ id, envelopeId, position, title, fileName }: Document, language: Language, at: Instant): Document => ({
  id: newId('doc'),
  envelopeId,
  position,
  title: fill(words(language).completion.titleOf, { title }),
  fileName,
  documentId: newDocumentId(),
  // Its own first revision, once that is made.
  originalDigest: '' as Digest,
  sourceDigest: '' as Digest,
  pages: '[]',
  shownPages: null,
  findings: JSON.stringify({ activeContent: [], xfa: 'none', formFields: 0, encrypted: 'no', fromPictures: false, consentedAt: null }),
  certifies: id,
  createdAt: at,
})

/** A document's title for a reader: that of a certificate of completion is in their language, whatever the sender's was. `documents` are those of its envelope. */
export function titleFor(
  { title, certifies }: Pick<Document, 'title' | 'certifies'>,
  documents: readonly Pick<Document, 'id' | 'title'>[],
  language: Language,
): string {
  const certified = certifies && documents.find(({ id }) => id === certifies)
  return certified ? fill(words(language).completion.titleOf, { title: certified.title }) : title
}
