import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { readDocumentId } from '../base/document-id.ts'
import { contains, searchWords } from '../db/containing.ts'
import type { Database } from '../db/database.ts'

type Where = ExpressionBuilder<Database, 'envelope'>

export const documentsOf = (where: Where) =>
  where.selectFrom('document').select('document.id').whereRef('document.envelopeId', '=', 'envelope.id')
export const recipientsOf = (where: Where) =>
  where.selectFrom('recipient').select('recipient.id').whereRef('recipient.envelopeId', '=', 'envelope.id')

/** Envelopes by a document ID, else by words of their titles, files and people: each word somewhere. */
export function isFoundBy(search: string): (where: Where) => Expression<SqlBool> {
  const documentId = readDocumentId(search)
  if (documentId) return (where) => where.exists(documentsOf(where).where('document.documentId', '=', documentId))
  return (where) =>
    where.and(
      searchWords(search).map((word) => {
        const any = (columns: readonly string[]) => where.or(columns.map((column) => contains(column, word)))
        return where.or([
          any(['envelope.title']),
          where.exists(documentsOf(where).where(any(['document.title', 'document.fileName', 'document.documentId']))),
          where.exists(recipientsOf(where).where(any(['firstName', 'lastName', 'company', 'email']))),
        ])
      }),
    )
}
