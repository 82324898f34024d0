import type { Permissions } from '../access/permissions.ts'
import { type Reader, withinReach } from '../access/reach.ts'
import type { Db } from '../db/open.ts'

export type ContactRight = Exclude<keyof Permissions['contacts'], 'add'>

/** The contacts to which this right of the reader's reaches; neither removed nor merged ones. */
export const visibleContacts = (db: Db, reader: Reader, right: ContactRight) =>
  db
    .selectFrom('contact')
    .where('contact.removedAt', 'is', null)
    .where(withinReach(reader, reader.permissions.contacts[right], 'contact.ownerId', 'contact.isPublic'))
