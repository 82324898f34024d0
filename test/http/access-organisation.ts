import { type Level, type Permissions, permissionsWith } from '../../src/access/permissions.ts'
import { addUser, findUser } from '../../src/access/users.ts'
import type { UserAct } from '../../src/audit/act.ts'
import { systemAct } from '../../src/audit/act.ts'
import { newDocumentId } from '../../src/base/document-id.ts'
import type { EnvelopeRow, EnvelopeStatus } from '../../src/db/database.ts'
import { addContact, NO_CONTACT } from '../../src/contact/contacts.ts'
import { startDraft } from '../../src/envelope/drafting.ts'
import { SCOPES } from '../../src/integration/scopes.ts'
import { makeToken } from '../../src/integration/tokens.ts'
import { DEFAULTS, writeSetting } from '../../src/setting/setting.ts'
import { fileInVault } from '../../src/envelope/filing.ts'
import { putObject } from '../../src/store/object.ts'
import { startTemplate } from '../../src/template/templates.ts'
import { ANN, openTestHouse, type TestHouse } from '../support/house.ts'

/** Whose an object is to Mia, who reads. `public`: foreign, and available to everyone; `signed`: foreign, and she was among those who signed. */
export const RELATIONS = ['own', 'department', 'below', 'foreign', 'public', 'signed'] as const
export type Relation = (typeof RELATIONS)[number]

const REACHED: Readonly<Record<Level, readonly Relation[]>> = {
  none: [],
  own: ['own'],
  department: ['own', 'department'],
  departments: ['own', 'department', 'below'],
  public: ['own', 'department', 'below', 'public'],
  all: RELATIONS,
}
export const reaches = (level: Level, relation: Relation): boolean => REACHED[level].includes(relation)

export const STATUSES: readonly EnvelopeStatus[] = ['draft', 'sending', 'sent', 'sealing', 'completed', 'declined', 'voided', 'expired']
export const OBJECTS = ['envelope', 'entry', 'contact', 'template'] as const
export type ObjectKind = (typeof OBJECTS)[number]

/** `section.row` → value; every row that is not named is what `otherwise` says. */
export const rights = (named: Readonly<Record<string, Level | boolean>>, otherwise: 'nothing' | 'everything' = 'nothing'): Permissions =>
  permissionsWith((section, row, kind) => {
    const value = named[`${section}.${row}`]
    if (value !== undefined) return kind === 'yes' ? value !== false && value !== 'none' : (value as Level)
    return kind === 'yes' ? otherwise === 'everything' : otherwise === 'everything' ? 'all' : 'none'
  })

export interface Answer {
  readonly status: number
  /** The stable code of a refusal; empty: it was none. */
  readonly code: string
}

export interface Organisation extends AsyncDisposable {
  readonly house: TestHouse
  may(permissions: Permissions): Promise<void>
  /** As Mia, or as somebody who has not signed in. */
  send(method: string, path: string, as?: 'mia' | 'visitor', form?: string): Promise<Answer>
  /** The address of a route for one object, with ids that name nothing for the rest. */
  address(route: string, kind: ObjectKind | null, relation: Relation): string
  setStatus(status: EnvelopeStatus): Promise<void>
  /** Puts back what a request that was let through may have changed or deleted. */
  restore(): Promise<void>
  events(): Promise<number>
}

/** Mia in Sales; Dan beside her, Nina below, Fay elsewhere: each with an envelope, an entry of the vault, a contact and a template. */
export async function openOrganisation(): Promise<Organisation> {
  const house = await openTestHouse()
  const { db, clock } = house.house
  const at = clock()
  for (const [id, parentId] of [
    ['sales', null],
    ['north', 'sales'],
    ['legal', null],
  ] as const)
    await db.insertInto('department').values({ id, parentId, name: id, supervisorId: null, createdAt: at }).execute()
  await db.insertInto('role').values({ id: 'rol_matrix', name: 'Matrix', permissions: '{}', createdAt: at }).execute()
  const { passwordHash } = await db.selectFrom('user').select('passwordHash').where('email', '=', ANN.email).executeTakeFirstOrThrow()
  const person = async (name: string, departmentId: string, roles: readonly string[]) => {
    const details = { ...ANN, email: `${name}@acme.example`, firstName: name, roles }
    const { id } = await db.transaction().execute((tx) => addUser(tx, systemAct(at), details, passwordHash))
    await db.updateTable('user').set({ departmentId }).where('id', '=', id).execute()
    return findUser(db, id)
  }
  const supervisor = ['rol_supervisor', 'rol_signatory']
  const mia = await person('mia', 'sales', ['rol_matrix'])
  const fay = await person('fay', 'legal', supervisor)
  const owners = {
    own: mia,
    department: await person('dan', 'sales', supervisor),
    below: await person('nina', 'north', supervisor),
    foreign: fay,
    public: fay,
    signed: fay,
  }
  const everything = { ...mia, permissions: rights({}, 'everything') }
  const { digest, size } = await putObject(db, new Uint8Array(await Bun.file('static/sample/contract.en.pdf').arrayBuffer()))

  const ids = new Map<string, string>()
  const rows: EnvelopeRow[] = []
  const documents: string[] = []
  for (const relation of RELATIONS) {
    const owner = relation === 'own' ? everything : owners[relation]
    const act: UserAct = { ...systemAct(at), actor: { kind: 'user', id: owner.id } }
    const isPublic = relation === 'public'
    for (const kind of ['envelope', 'entry'] as const) {
      const draft = await startDraft(db, act, owner, 'en')
      const row = { ...draft, title: 'Lease', isPublic: Number(isPublic), dispatchedAt: at, completedAt: at }
      const id = `doc_${kind}_${relation}`
      await db
        .insertInto('document')
        .values({
          id,
          envelopeId: row.id,
          position: 0,
          title: 'Lease',
          fileName: 'lease.pdf',
          documentId: newDocumentId(),
          originalDigest: digest,
          sourceDigest: digest,
          pages: '[{"width":595,"height":842}]',
          shownPages: '[{"width":595,"height":842},{"width":595,"height":842}]',
          findings: '{"activeContent":[],"xfa":"none","formFields":0,"encrypted":"no","fromPictures":false}',
          createdAt: at,
        })
        .execute()
      const revision = {
        number: 0,
        kind: 'sealed' as const,
        objectDigest: digest,
        size,
        recipientId: null,
        head: '{}',
        facts: '{}',
        createdAt: at,
      }
      if (kind === 'entry')
        await db
          .insertInto('revision')
          .values({ documentId: id, ...revision })
          .execute()
      if (relation === 'signed') {
        const signer = await db.selectFrom('recipient').selectAll().where('envelopeId', '=', row.id).executeTakeFirst()
        if (signer) await db.updateTable('recipient').set({ userId: mia.id, status: 'signed' }).where('id', '=', signer.id).execute()
        else throw new Error('nobody signs')
      }
      ids.set(`${kind} ${relation}`, row.id)
      if (kind === 'envelope') rows.push(row)
      else {
        await db
          .updateTable('envelope')
          .set({ ...row, status: 'completed' })
          .where('id', '=', row.id)
          .execute()
        await db.transaction().execute((tx) => fileInVault(tx, at, row.id))
        rows.push({ ...row, status: 'completed' })
      }
      documents.push(id)
    }
    ids.set(
      `contact ${relation}`,
      (await addContact(db, act, { ...NO_CONTACT, lastName: relation, email: `${relation}@x.example`, isPublic })).id,
    )
    const template = await startTemplate(db, act, owner, { name: relation, folderId: null }, 'en')
    await db
      .updateTable('template')
      .set({ isPublic: Number(isPublic) })
      .where('id', '=', template.id)
      .execute()
    ids.set(`template ${relation}`, template.id)
  }
  const kept = {
    contact: await db.selectFrom('contact').selectAll().execute(),
    template: await db.selectFrom('template').selectAll().execute(),
    document: await db.selectFrom('document').selectAll().where('id', 'in', documents).execute(),
  }
  let status: EnvelopeStatus = 'sent'

  const browsers = { mia: await house.browser(), visitor: await house.browser() }
  await browsers.mia.signIn('mia@acme.example')
  const tokens = {
    mia: /name="csrf" value="([^"]+)"/.exec((await browsers.mia.get('/account')).text)?.[1] ?? '',
    visitor: /name="csrf" value="([^"]+)"/.exec((await browsers.visitor.get('/sign-in')).text)?.[1] ?? '',
  }

  // Whoever asks by a token may do what its owner may at that moment: one that may be used for everything, made anew where a request has ended it.
  let token = { id: '', secret: '' }
  const secret = async (): Promise<string> => {
    const live = await db.selectFrom('apiToken').select('id').where('id', '=', token.id).where('endedAt', 'is', null).executeTakeFirst()
    if (live) return token.secret
    const act: UserAct = { ...systemAct(at), actor: { kind: 'user', id: mia.id } }
    const made = await makeToken(db, act, mia, { userId: mia.id, name: 'Matrix', scopes: SCOPES, days: 90, addresses: '' })
    token = { id: made.token.id, secret: made.secret }
    return token.secret
  }
  await db.transaction().execute((tx) => writeSetting(tx, systemAct(at), 'api', { ...DEFAULTS.api, perMinute: 60_000 }))
  const asked = async (method: string, path: string, bearer: string | null, body: string): Promise<Answer> => {
    const response = await house.server.fetch(
      new Request(`http://127.0.0.1:8080${path}`, {
        method,
        headers: {
          host: '127.0.0.1:8080',
          ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
          ...(body ? { 'content-type': 'application/json', 'content-length': String(body.length) } : {}),
        },
        ...(body && method !== 'GET' ? { body } : {}),
      }),
      '192.0.2.7',
    )
    const isProblem = response.headers.get('content-type') === 'application/problem+json'
    const code = isProblem ? ((await response.json()) as { code: string }).code : ''
    if (!isProblem) await response.body?.cancel()
    return { status: response.status, code: code === 'token.needed' ? 'sign-in.needed' : code }
  }

  const setStatus = async (to: EnvelopeStatus): Promise<void> => {
    status = to
    for (const [at, row] of rows.entries()) if (ids.get(`entry ${RELATIONS[at >> 1]}`) !== row.id) rows[at] = { ...row, status: to }
    await restore()
  }
  const restore = async (): Promise<void> => {
    for (const row of rows)
      await db
        .insertInto('envelope')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    for (const row of kept.document)
      await db
        .insertInto('document')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    for (const row of kept.contact) await db.updateTable('contact').set(row).where('id', '=', row.id).execute()
    for (const row of kept.template) await db.updateTable('template').set(row).where('id', '=', row.id).execute()
  }
  await setStatus(status)

  return {
    house,
    restore,
    setStatus,
    may: async (permissions) => {
      await db
        .updateTable('role')
        .set({ permissions: JSON.stringify(permissions) })
        .where('id', '=', 'rol_matrix')
        .execute()
      // Before anything is counted.
      await secret()
    },
    async send(method, path, as = 'mia', form = '') {
      if (path.startsWith('/api/v1/')) return asked(method, path, as === 'mia' ? await secret() : null, form)
      const browser = browsers[as]
      const isSafe = method === 'GET'
      const response = await house.server.fetch(
        new Request(`http://127.0.0.1:8080${path}${isSafe && form ? `?${form}` : ''}`, {
          method,
          headers: {
            host: '127.0.0.1:8080',
            accept: 'application/json',
            cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            ...(isSafe
              ? {}
              : {
                  'x-csrf': tokens[as],
                  'sec-fetch-site': 'same-origin',
                  'content-type': form.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded',
                }),
          },
          ...(isSafe ? {} : { body: form }),
        }),
        '192.0.2.7',
      )
      const type = response.headers.get('content-type') ?? ''
      if (type.startsWith('application/json')) {
        const body = (await response.json()) as { code?: string } | null
        return { status: response.status, code: (response.status >= 400 && body?.code) || '' }
      }
      await response.body?.cancel()
      return { status: response.status, code: '' }
    },
    address: (route, kind, relation) => {
      const object = kind === null ? 'nothing' : ids.get(`${kind} ${relation}`)!
      return route
        .replace(/:id(?=\/|$)/, object)
        .replace(':document', `doc_${kind}_${relation}`)
        .replace(':page', '0')
        .replace(':number', '1')
        .replace(/:(\w+)(\{(?:[^{}]|\{[^}]*\})*\})?/g, (_, name: string, pattern: string | undefined) => named(name, pattern))
        .replace('*', 'nothing')
    },
    events: async () =>
      Number(
        (
          await db
            .selectFrom('auditLeaf')
            .select((select) => select.fn.countAll<number>().as('count'))
            .executeTakeFirstOrThrow()
        ).count,
      ),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

/** Something that fits the pattern of a parameter and names nothing. */
function named(name: string, pattern = ''): string {
  const prefix = /\{(\w+)_/.exec(pattern)?.[1]
  if (prefix) return `${prefix}_nothing`
  if (pattern.startsWith('{[1-9]')) return '1'
  if (pattern.includes('[0-9a-f]')) return 'a'.repeat(64)
  const first = /^\{([a-z]+)\|/.exec(pattern)?.[1]
  if (first) return first
  if (pattern.includes('issuing') || pattern.includes('crl')) return pattern.includes('crl') ? 'root.crl' : 'issuing.crt'
  return name === 'language' ? 'en' : 'nothing'
}
