import type { Digest } from '../../base/digest.ts'
import { findingsOf, needsConsent } from '../../envelope/documents.ts'
import type { Document } from '../../envelope/envelope.ts'
import type { Findings } from '../../envelope/reading.ts'
import { receivedIn } from '../../envelope/received.ts'
import type { ActiveContent } from '../../pdf/active-content.ts'
import type { EditorView } from '../views.ts'

export interface DraftDocument {
  readonly id: string
  readonly title: string
  readonly fileName: string
  readonly digest: Digest
  readonly pages: readonly { readonly width: number; readonly height: number }[]
  readonly needsConsent: boolean
  readonly isConsented: boolean
  /** What acts in it, each kind once. */
  readonly acts: readonly (ActiveContent['kind'] | 'xfa')[]
  readonly encrypted: 'no' | 'empty-password' | 'opened'
  readonly formFields: number
  readonly fields: number
  /** It arrived signed: by how many and by whom, and how many of its empty fields may still be signed where it is certified. */
  readonly received: { readonly signatures: number; readonly signers: readonly string[]; readonly certifiedPlaces: number | null } | null
  readonly usageRights: boolean
  readonly converted: Findings['converted'] | null
}

export const draftDocuments = (documents: readonly Document[], editor: EditorView): DraftDocument[] =>
  documents.map((document, at) => {
    const { activeContent, xfa, encrypted, formFields, consentedAt, usageRights = false, converted = null } = findingsOf(document)
    const received = receivedIn(document)
    const kinds = new Set<ActiveContent['kind'] | 'xfa'>(activeContent.map(({ kind }) => kind))
    if (xfa === 'beside') kinds.add('xfa')
    return {
      id: document.id,
      title: document.title,
      fileName: document.fileName,
      digest: editor.documents[at]?.digest ?? document.sourceDigest,
      pages: editor.documents[at]?.pages ?? [],
      needsConsent: needsConsent(document),
      isConsented: consentedAt !== null,
      acts: [...kinds],
      encrypted,
      formFields: received ? 0 : formFields,
      usageRights,
      converted,
      received: received && {
        signatures: received.signatures,
        signers: received.signers,
        certifiedPlaces: received.certified ? received.emptyFields.length : null,
      },
      fields: editor.fields.filter(({ documentId }) => documentId === document.id).length,
    }
  })
