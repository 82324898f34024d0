import type { User } from '../access/roles.ts'
import type { Db } from '../db/open.ts'

/** Who reads or changes the directory. */
export type Reader = Pick<User, 'id' | 'role'>
export type ContactRight = 'read' | 'edit' | 'delete' | 'exchange'

/** The contacts to which this right of the reader's reaches; neither removed nor merged ones. */
export const visibleContacts = (db: Db, _reader: Reader, _right: ContactRight) =>
  db.selectFrom('contact').where('contact.removedAt', 'is', null)
