import { EMPLOYEE } from '../../../src/access/rights.ts'
import { addSource, type ArrivalPolicy, type DirectorySettings, switchSource } from '../../../src/access/sign-on/source.ts'
import { followDirectory } from '../../../src/access/sign-on/round.ts'
import type { Instant } from '../../../src/base/instant.ts'
import type { SecretKey } from '../../../src/config/secret-key.ts'
import type { Db } from '../../../src/db/open.ts'
import { GROUPS, PEOPLE, SERVICE_DN, SERVICE_PASSWORD, type Slapd } from '../../support/slapd.ts'
import { NOON, visitor } from '../support.ts'

export const POLICY: ArrivalPolicy = { newcomers: 'everybody', joins: false, baseRole: EMPLOYEE }

export const directorySettings = (slapd: Pick<Slapd, 'port' | 'caPem'>, policy: Partial<ArrivalPolicy> = {}): DirectorySettings => ({
  host: '127.0.0.1',
  port: slapd.port,
  security: 'starttls',
  caPem: slapd.caPem,
  bindDn: SERVICE_DN,
  baseDn: PEOPLE,
  userFilter: '(&(objectClass=inetOrgPerson)(|(uid={login})(mail={login})))',
  idAttribute: 'entryUUID',
  attributes: {
    email: 'mail',
    firstName: 'givenName',
    lastName: 'sn',
    jobTitle: 'title',
    phone: 'telephoneNumber',
    department: 'departmentNumber',
    language: 'preferredLanguage',
  },
  groupBaseDn: GROUPS,
  nesting: 'walk',
  policy: { ...POLICY, ...policy },
  everyMinutes: 15,
  mostMissing: 10,
})

/** A directory of the house, switched on. Returns its id. */
export async function connectDirectory(
  { db, secretKey }: { readonly db: Db; readonly secretKey: SecretKey },
  slapd: Pick<Slapd, 'port' | 'caPem'>,
  policy: Partial<ArrivalPolicy> = {},
): Promise<string> {
  return db.transaction().execute(async (tx) => {
    const settings = directorySettings(slapd, policy)
    const id = await addSource(tx, visitor(), secretKey, { kind: 'ldap', name: 'Acme directory', settings, secret: SERVICE_PASSWORD })
    await switchSource(tx, visitor(), secretKey, id, true)
    return id
  })
}

export const roundAt = (
  house: { readonly db: Db; readonly secretKey: SecretKey },
  sourceId: string,
  at: Instant = NOON,
  approved: string[] = [],
) => followDirectory({ ...house, clock: () => at }, sourceId, approved)
