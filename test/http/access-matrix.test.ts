import { expect, test } from 'bun:test'
import type { Level } from '../../src/access/permissions.ts'
import { LEVELS } from '../../src/access/permissions.ts'
import type { EnvelopeStatus } from '../../src/db/database.ts'
import { createApp } from '../../src/http/env.ts'
import { mountRoutes } from '../../src/http/routes.ts'
import { FORMS, MANIFEST } from './access-manifest.ts'
import {
  type Answer,
  type ObjectKind,
  OBJECTS,
  openOrganisation,
  type Organisation,
  type Relation,
  RELATIONS,
  reaches,
  rights,
  STATUSES,
} from './access-organisation.ts'

const routes = (): string[] => {
  const app = createApp()
  mountRoutes(app)
  return [...new Set(app.routes.flatMap(({ method, path }) => (method === 'ALL' ? [] : [`${method} ${path}`])))]
}

interface Line {
  readonly route: string
  readonly method: string
  readonly path: string
  readonly kind: ObjectKind | null
  /** `section.row`: the level that decides, then what is asked beside it. */
  readonly rows: readonly string[]
}

const LINES: readonly Line[] = Object.entries(MANIFEST).map(([route, guard]) => {
  const [method = '', path = ''] = route.split(' ')
  const kind = OBJECTS.find((one) => guard.startsWith(`${one} `)) ?? null
  return { route, method, path, kind, rows: guard.replace(/^\w+ /, '').split(' + ') }
})
const guarded = LINES.filter(({ kind, rows }) => kind === null && rows[0]!.includes('.'))
const objects = LINES.filter(({ kind }) => kind !== null)

/** What lets somebody see the object at all. */
const SEEN: Readonly<Record<ObjectKind, string>> = {
  envelope: 'documents.view',
  entry: 'vault.documents',
  contact: 'contacts.read',
  template: 'templates.use',
}
const UNKNOWN: Readonly<Record<ObjectKind, string>> = {
  envelope: 'envelope.unknown',
  entry: 'vault.not-found',
  contact: 'contact.unknown',
  template: 'template.unknown',
}

type Outcome = 'through' | 'missing' | 'forbidden' | 'sign-in' | 'accident'

const outcomeOf = ({ status, code }: Answer, kind: ObjectKind | null): Outcome => {
  if (status >= 500 && status !== 503) return 'accident'
  if (code === 'access.forbidden') return 'forbidden'
  if (code === 'sign-in.needed') return 'sign-in'
  return kind && code === UNKNOWN[kind] ? 'missing' : 'through'
}

interface Case {
  readonly line: Line
  readonly relation: Relation
  readonly permissions: Readonly<Record<string, Level | boolean>>
  readonly wanted: Outcome
}

/** Asks, and answers what was not as the table says. A request that is not let through changes nothing. */
async function differences(house: Organisation, cases: readonly Case[], note = ''): Promise<string[]> {
  const found: string[] = []
  for (const { line, relation, permissions, wanted } of cases) {
    await house.may(rights({ 'vault.open': true, ...permissions }))
    const before = wanted === 'through' ? 0 : await house.events()
    const address = house.address(line.path, line.kind, relation)
    const form = (FORMS[line.route] ?? '').replaceAll('{id}', address.split('/')[address.startsWith('/api/v1/') ? 4 : 2] ?? '')
    const answer = await house.send(line.method, address, 'mia', form)
    const outcome = outcomeOf(answer, line.kind)
    const told = `${line.route} ${relation}${note} with ${JSON.stringify(permissions)}`
    if (outcome !== wanted) found.push(`${told}: ${outcome} (${answer.status} ${answer.code}), not ${wanted}`)
    if (wanted !== 'through' && (await house.events()) !== before) found.push(`${told}: refused, and something happened`)
    if (line.method !== 'GET') await house.restore()
  }
  return found
}

const besides = (rows: readonly string[]): Record<string, Level> =>
  Object.fromEntries(
    rows
      .slice(1)
      .filter((row) => row !== 'mine')
      .map((row) => [row, row === 'templates.edit' ? 'own' : 'all']),
  )

const withinTable = (kind: ObjectKind, row: string, level: Level, relation: Relation): boolean =>
  reaches(level, relation) || (kind === 'entry' && row === SEEN.entry && relation === 'signed' && level !== 'none')

/** What the table says of one route, one level and one object. */
function casesOf(line: Line, level: Level, relation: Relation): Case[] {
  const [row = ''] = line.rows
  const kind = line.kind!
  // Whoever may change a template may use it.
  const isEditor = kind === 'template' && line.rows.includes('templates.edit') && row !== 'templates.edit' && relation === 'own'
  const within = isEditor || withinTable(kind, row, level, relation)
  const isOthers = line.rows.includes('mine') && relation !== 'own' && level !== 'all'
  if (row === SEEN[kind])
    return [
      {
        line,
        relation,
        permissions: { [row]: level, ...besides(line.rows) },
        wanted: !within ? 'missing' : isOthers ? 'forbidden' : 'through',
      },
    ]
  return [
    { line, relation, permissions: { [SEEN[kind]]: 'all', [row]: level, ...besides(line.rows) }, wanted: within ? 'through' : 'forbidden' },
    // Whoever may change a template may look at it.
    ...(level === 'all' && kind !== 'template'
      ? [
          {
            line,
            relation,
            permissions: { [SEEN[kind]]: 'none' as const, [row]: level, ...besides(line.rows) },
            wanted: 'missing' as const,
          },
        ]
      : []),
  ]
}

const isOfDrafts = ({ path }: Line): boolean =>
  /\/(draft|dispatch|discarding|fields|offers)$|\/documents(\/order|\/:document\/(title|consent|removal))?$|\/recipients(\/choice|\/order|\/:recipient(\/removal)?)?$/.test(
    path,
  )

test('every route stands in the manifest, and nothing else does', () => {
  expect(routes().filter((route) => !(route in MANIFEST))).toEqual([])
  const known = new Set(routes())
  expect(Object.keys(MANIFEST).filter((route) => !known.has(route))).toEqual([])
})

test('nobody who has not signed in comes through where a right is needed, and everybody else is asked for nothing', async () => {
  await using house = await openOrganisation()
  const found: string[] = []
  for (const line of LINES) {
    const isOpen = line.rows[0] === 'anyone'
    const before = await house.events()
    const answer = await house.send(line.method, house.address(line.path, line.kind, 'own'), 'visitor')
    const outcome = outcomeOf(answer, null)
    if (isOpen ? outcome === 'sign-in' || outcome === 'forbidden' : outcome !== 'sign-in')
      found.push(`${line.route}: ${outcome} ${answer.status}`)
    if (!isOpen && (await house.events()) !== before) found.push(`${line.route}: something happened`)
  }
  expect(found).toEqual([])
}, 300_000)

test('a row of the table opens its routes, and everything but that row does not', async () => {
  await using house = await openOrganisation()
  const found: string[] = []
  for (const line of guarded) {
    const address = house.address(line.path, null, 'own')
    for (const row of line.rows) {
      await house.may(rights(Object.fromEntries(row.split(' | ').map((one) => [one, 'none'])), 'everything'))
      const before = await house.events()
      const refused = await house.send(line.method, address)
      if (outcomeOf(refused, null) !== 'forbidden') found.push(`${line.route} without ${row}: ${refused.status} ${refused.code}`)
      if ((await house.events()) !== before) found.push(`${line.route}: refused, and something happened`)
    }
    await house.may(rights(Object.fromEntries(line.rows.flatMap((row) => row.split(' | ')).map((row) => [row, 'all']))))
    const answer = await house.send(line.method, address)
    if (outcomeOf(answer, null) !== 'through') found.push(`${line.route} with ${line.rows}: ${answer.status} ${answer.code}`)
  }
  expect(found).toEqual([])
}, 300_000)

test('whoever has signed in and has no right at all gets what is their own', async () => {
  await using house = await openOrganisation()
  await house.may(rights({}))
  const found: string[] = []
  for (const line of LINES.filter(({ rows, path }) => rows[0] === 'signed-in' && path !== '/console' && path !== '/sign-out')) {
    const answer = await house.send(line.method, house.address(line.path, null, 'own'))
    if (outcomeOf(answer, null) !== 'through') found.push(`${line.route}: ${answer.status} ${answer.code}`)
  }
  expect(found).toEqual([])
}, 300_000)

for (const kind of OBJECTS)
  test(`every level of every right reaches exactly the objects that it names: ${kind}`, async () => {
    await using house = await openOrganisation()
    const found: string[] = []
    for (const status of ['draft', 'sent'] as const) {
      await house.setStatus(status)
      const lines = objects.filter(
        (line) => line.kind === kind && (kind === 'envelope' ? isOfDrafts(line) === (status === 'draft') : status === 'sent'),
      )
      for (const line of lines)
        for (const level of LEVELS)
          found.push(
            ...(await differences(
              house,
              RELATIONS.flatMap((relation) => casesOf(line, level, relation)),
            )),
          )
    }
    expect(found).toEqual([])
  }, 600_000)

test.each([...STATUSES])(
  'in no status does an envelope let through more than its level: %p',
  async (status: EnvelopeStatus) => {
    await using house = await openOrganisation()
    await house.setStatus(status)
    const found: string[] = []
    for (const line of objects.filter((one) => one.kind === 'envelope')) {
      const [row = ''] = line.rows
      const cases = (['none', 'own', 'all'] as const).flatMap((level) =>
        (['own', 'foreign'] as const).flatMap((relation) => casesOf(line, level, relation)),
      )
      // A page for changing a draft leads on to the page of what is no draft any more, which asks to see it alone.
      const isLedOn = line.method === 'GET' && row === 'documents.edit' && status !== 'draft'
      found.push(
        ...(await differences(
          house,
          cases.filter(({ wanted }) => !(isLedOn && wanted === 'forbidden')),
          ` ${status}`,
        )),
      )
    }
    expect(found).toEqual([])
  },
  600_000,
)
