import { expect, test } from 'bun:test'
import type { UserAct } from '../../src/audit/act.ts'
import { amongWhich, findEnvelopeFor, mayWith } from '../../src/envelope/envelope.ts'
import { countEnvelopes, listEnvelopes } from '../../src/envelope/list.ts'
import { readOverview } from '../../src/envelope/overview.ts'
import { listNotifications } from '../../src/notification/reading.ts'
import { EVERYTHING } from '../../src/vault/filters.ts'
import { giveRight, keepOwnRights, rightsOf } from '../../src/vault/folder-rights.ts'
import { moveFolder } from '../../src/vault/folder-moving.ts'
import { createFolder, deleteFolder, listFolders, renameFolder } from '../../src/vault/folders.ts'
import { moveEntries } from '../../src/vault/moving.ts'
import { findVaultEntry, searchVault } from '../../src/vault/register.ts'
import { assignClass, keepClass } from '../../src/vault/retention.ts'
import { ADMINISTRATION, OVERSIGHT, permissionsWith } from '../../src/access/permissions.ts'
import type { Reader } from '../../src/access/reach.ts'
import type { Db } from '../../src/db/open.ts'
import { NOON, openTestDb } from '../support/database.ts'
import { fill } from './support.ts'

const own = permissionsWith((section, row, kind) => (section === 'vault' && row === 'documents' ? 'own' : kind === 'yes' ? false : 'none'))
const ann = { id: 'ann', departmentId: null, permissions: own }
const bob = { id: 'bob', departmentId: null, permissions: own }
const chief = { id: 'chief', departmentId: null, permissions: OVERSIGHT }
const keeper = { id: 'keeper', departmentId: null, permissions: ADMINISTRATION }
const by = ({ id }: Reader): UserAct => ({ actor: { kind: 'user', id }, at: NOON, ip: null, userAgent: null })
const sees = async (db: Db, reader: Reader, query = {}): Promise<string[]> =>
  (await searchVault(db, reader, { ...EVERYTHING, ...query })).entries.map(({ title }) => title).sort()

test('the rights of a folder replace the level of the owner, for lists, searches, counts and single documents, downwards', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db, 1, { title: 'Lease', signer: 'bob' })
  const [loan] = await fill(db, 1, { title: 'Loan', signer: 'bob' })
  const hr = await createFolder(db, by(chief), chief, { name: 'HR', parentId: null })
  const pay = await createFolder(db, by(chief), chief, { name: 'Pay', parentId: hr })
  await moveEntries(db, by(chief), chief, [lease!.id], pay)
  for (const reader of [ann, bob, chief, keeper]) expect(await sees(db, reader)).toEqual(['Lease 0', 'Loan 0'])

  await keepOwnRights(db, by(chief), chief, hr, true)
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'user', subjectId: 'bob' }, 'read')
  // Neither whose it is nor who oversees everything; those that are named, and who could change the rights anyway.
  expect(await sees(db, ann)).toEqual(['Loan 0'])
  expect(await sees(db, ann, { search: 'lease' })).toEqual([])
  await expect(findVaultEntry(db, ann, lease!.id)).rejects.toThrow('vault.not-found')
  for (const reader of [bob, chief, keeper]) {
    expect(await sees(db, reader, { search: 'lease' })).toEqual(['Lease 0'])
    expect(await sees(db, reader, { folder: hr })).toEqual(['Lease 0'])
    for (const sort of ['newest', 'oldest', 'title', 'party', 'size'] as const)
      expect([sort, await sees(db, reader, { sort })]).toEqual([sort, ['Lease 0', 'Loan 0']])
  }
  expect((await listFolders(db, ann)).map(({ name }) => name)).toEqual([])
  expect((await listFolders(db, bob)).map(({ path, canEdit }) => [path, canEdit])).toEqual([
    ['HR', false],
    ['HR / Pay', false],
  ])
  // Who only looks moves nothing out and nothing in.
  await expect(moveEntries(db, by(bob), bob, [lease!.id], null)).rejects.toThrow('access.forbidden')
  await expect(moveEntries(db, by(ann), ann, [loan!.id], pay)).rejects.toThrow('folder.unknown')
  await expect(moveEntries(db, by(ann), ann, [loan!.id, lease!.id], null)).rejects.toThrow('vault.not-found')

  await giveRight(db, by(chief), chief, hr, { subjectKind: 'everyone', subjectId: '' }, 'read')
  expect(await sees(db, ann)).toEqual(['Lease 0', 'Loan 0'])
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'everyone', subjectId: '' }, null)
  // A folder below with rights of its own begins with those of the one above.
  await keepOwnRights(db, by(chief), chief, pay, true)
  expect((await rightsOf(db, pay)).map(({ subjectId, right }) => [subjectId, right])).toEqual([
    ['bob', 'read'],
    ['chief', 'edit'],
  ])
  await giveRight(db, by(chief), chief, pay, { subjectKind: 'user', subjectId: 'bob' }, null)
  expect([await sees(db, bob), await sees(db, ann)]).toEqual([['Loan 0'], ['Loan 0']])
  await keepOwnRights(db, by(chief), chief, pay, false)
  expect(await sees(db, bob)).toEqual(['Lease 0', 'Loan 0'])
  await keepOwnRights(db, by(chief), chief, hr, false)
  expect(await sees(db, ann)).toEqual(['Lease 0', 'Loan 0'])
})

test('nobody locks themselves out, and a refusal changes nothing', async () => {
  await using db = await openTestDb()
  await fill(db)
  const id = await createFolder(db, by(chief), chief, { name: 'HR', parentId: null })
  await keepOwnRights(db, by(chief), chief, id, true)
  const rights = await rightsOf(db, id)
  await expect(giveRight(db, by(chief), chief, id, { subjectKind: 'user', subjectId: 'chief' }, 'read')).rejects.toThrow('own-lock-out')
  await expect(giveRight(db, by(chief), chief, id, { subjectKind: 'user', subjectId: 'nobody' }, 'read')).rejects.toThrow('subject-unknown')
  expect(await rightsOf(db, id)).toEqual(rights)
  await expect(renameFolder(db, by(ann), ann, id, 'Mine')).rejects.toThrow('folder.unknown')
})

test('folders: names once in a place, only empty ones go, who oversees nothing makes none; each act is recorded', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db)
  const id = await createFolder(db, by(chief), chief, { name: 'Leases', parentId: null })
  await expect(createFolder(db, by(chief), chief, { name: ' LEASES ', parentId: null })).rejects.toThrow('folder.name-taken')
  await expect(createFolder(db, by(chief), chief, { name: '  ', parentId: null })).rejects.toThrow('folder.name-missing')
  await expect(createFolder(db, by(ann), ann, { name: 'Mine', parentId: null })).rejects.toThrow('access.forbidden')
  await renameFolder(db, by(chief), chief, id, 'Lettings')
  // Whose document it is may file it where no folder forbids it.
  await moveEntries(db, by(ann), ann, [lease!.id], id)
  await expect(moveEntries(db, by(bob), bob, [lease!.id], null)).rejects.toThrow('vault.not-found')
  await expect(deleteFolder(db, by(chief), chief, id)).rejects.toThrow('folder.not-empty')
  await moveEntries(db, by(ann), ann, [lease!.id], null)
  await deleteFolder(db, by(chief), chief, id)
  const types = (await db.selectFrom('auditLeaf').select('type').orderBy('seq').execute()).map(({ type }) => type)
  expect(types).toEqual(['folder.created', 'folder.renamed', 'vault.moved', 'vault.moved', 'folder.deleted'])
})

test('a department, those below it and a group open a folder for their people, to read or to edit', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db, 1, { title: 'Lease' })
  const department = (id: string, parentId: string | null) => ({ id, parentId, name: id, supervisorId: null, createdAt: NOON })
  await db
    .insertInto('department')
    .values([department('sales', null), department('north', 'sales'), department('legal', null)])
    .execute()
  await db.insertInto('userGroup').values({ id: 'board', name: 'Board', createdAt: NOON }).execute()
  await db.insertInto('userGroupMember').values({ groupId: 'board', userId: 'bob' }).execute()
  const hr = await createFolder(db, by(chief), chief, { name: 'HR', parentId: null })
  await moveEntries(db, by(chief), chief, [lease!.id], hr)
  await keepOwnRights(db, by(chief), chief, hr, true)
  const inSales = { ...bob, id: 'sally', departmentId: 'sales' }
  const inNorth = { ...bob, id: 'nora', departmentId: 'north' }
  const inLegal = { ...bob, id: 'lea', departmentId: 'legal' }
  for (const reader of [inSales, inNorth, inLegal, bob]) expect(await sees(db, reader)).toEqual([])

  await giveRight(db, by(chief), chief, hr, { subjectKind: 'department', subjectId: 'sales' }, 'read')
  for (const reader of [inSales, inNorth]) {
    expect([await sees(db, reader), await sees(db, reader, { search: 'lease' })]).toEqual([['Lease 0'], ['Lease 0']])
    await expect(moveEntries(db, by(reader), reader, [lease!.id], null)).rejects.toThrow('access.forbidden')
  }
  for (const reader of [inLegal, bob, ann]) expect(await sees(db, reader)).toEqual([])
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'department', subjectId: 'north' }, 'edit')
  await renameFolder(db, by(inNorth), inNorth, hr, 'Staff')
  await expect(renameFolder(db, by(inSales), inSales, hr, 'Ours')).rejects.toThrow('access.forbidden')

  await giveRight(db, by(chief), chief, hr, { subjectKind: 'group', subjectId: 'board' }, 'edit')
  expect(await sees(db, bob)).toEqual(['Lease 0'])
  await renameFolder(db, by(bob), bob, hr, 'People')
  await db.deleteFrom('userGroupMember').execute()
  expect(await sees(db, bob)).toEqual([])
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'department', subjectId: 'sales' }, null)
  expect([await sees(db, inSales), await sees(db, inNorth)]).toEqual([[], ['Lease 0']])
})

test('a folder moves under another with all that is in it: never into itself, too deep, beside a namesake or without both rights', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db, 1, { title: 'Lease', signer: 'bob' })
  const make = (name: string, parentId: string | null = null) => createFolder(db, by(chief), chief, { name, parentId })
  const hr = await make('HR')
  const pay = await make('Pay', hr)
  const bonus = await make('Bonus', pay)
  const open = await make('Open')
  await moveEntries(db, by(chief), chief, [lease!.id], bonus)
  await keepOwnRights(db, by(chief), chief, hr, true)
  expect(await sees(db, ann)).toEqual([])
  for (const into of [pay, bonus]) await expect(moveFolder(db, by(chief), chief, pay, into)).rejects.toThrow('folder.in-itself')
  await expect(moveFolder(db, by(chief), chief, pay, 'fld_none')).rejects.toThrow('folder.unknown')
  await expect(moveFolder(db, by(ann), ann, open, null)).rejects.toThrow('access.forbidden')
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'user', subjectId: 'bob' }, 'read')
  await expect(moveFolder(db, by(bob), bob, pay, null)).rejects.toThrow('access.forbidden')
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'user', subjectId: 'bob' }, 'edit')
  // In the one place, and not in the other.
  await expect(moveFolder(db, by(bob), bob, pay, open)).rejects.toThrow('access.forbidden')
  await make('pay', open)
  await expect(moveFolder(db, by(chief), chief, pay, open)).rejects.toThrow('folder.name-taken')
  let deep = open
  for (let at = 2; at <= 10; at++) deep = await make(`${at}`, deep)
  await moveFolder(db, by(chief), chief, pay, deep)
  await expect(moveFolder(db, by(chief), chief, hr, bonus)).rejects.toThrow('folder.too-deep')
  // The rights of the new place hold for what is below.
  expect(await sees(db, ann, { folder: open })).toEqual(['Lease 0'])
  await moveFolder(db, by(bob), { ...bob, permissions: OVERSIGHT }, pay, hr)
  expect(await sees(db, ann)).toEqual([])
  expect(await sees(db, bob, { folder: hr })).toEqual(['Lease 0'])
  const types = (await db.selectFrom('auditLeaf').select('type').execute()).filter(({ type }) => type === 'folder.moved')
  expect(types.length).toBe(2)
})

test('who disposes of documents gives no class to a folder that is closed to them', async () => {
  await using db = await openTestDb()
  await fill(db)
  const disposing = permissionsWith((section, row, kind) =>
    kind === 'yes'
      ? section === 'vault'
      : (section === 'vault' && row === 'documents') || (section === 'documents' && row === 'delete')
        ? 'all'
        : 'none',
  )
  const disposer = { id: 'bob', departmentId: null, permissions: disposing }
  const facts = { years: 10, until: null, action: 'review', isDefault: false } as const
  const ten = await keepClass(db, by(disposer), disposer, null, { ...facts, name: 'Ten' })
  const id = await createFolder(db, by(chief), chief, { name: 'HR', parentId: null })
  const classNow = async () => (await db.selectFrom('vaultFolder').select('classId').where('id', '=', id).executeTakeFirstOrThrow()).classId
  await keepOwnRights(db, by(chief), chief, id, true)
  await expect(assignClass(db, by(disposer), disposer, { folder: id }, ten)).rejects.toThrow('folder.unknown')
  await expect(assignClass(db, by(disposer), disposer, { folder: 'vfo_none' }, ten)).rejects.toThrow('folder.unknown')
  expect(await classNow()).toBeNull()
  await giveRight(db, by(chief), chief, id, { subjectKind: 'user', subjectId: 'bob' }, 'read')
  await assignClass(db, by(disposer), disposer, { folder: id }, ten)
  expect(await classNow()).toBe(ten)
})

test('a closed folder is closed in the list of envelopes too, by every right, to its sender as well; what is under way is not', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db, 1, { title: 'Lease' })
  const [running] = await fill(db, 1, { title: 'Running', status: 'sent' })
  const sender = { id: 'ann', departmentId: null, permissions: OVERSIGHT }
  const mine = { id: 'ann', departmentId: null, permissions: permissionsWith((_, __, kind) => (kind === 'yes' ? false : 'own')) }
  const hr = await createFolder(db, by(chief), chief, { name: 'HR', parentId: null })
  const pay = await createFolder(db, by(chief), chief, { name: 'Pay', parentId: hr })
  await moveEntries(db, by(chief), chief, [lease!.id], pay)
  const titles = async (reader: Reader) =>
    (await listEnvelopes(db, reader, { group: 'all', after: null }, NOON)).entries.map(({ title }) => title).sort()
  for (const reader of [sender, mine, chief, keeper]) expect(await titles(reader)).toEqual(['Lease 0', 'Running 0'])
  await db
    .insertInto('notification')
    .values({
      id: 'ntf',
      userId: 'ann',
      kind: 'completed',
      key: 'k',
      envelopeId: lease!.id,
      recipientId: null,
      params: '{}',
      mailing: 'never',
      digestId: null,
      createdAt: NOON,
      readAt: null,
    })
    .execute()
  const told = async () => (await listNotifications(db, 'ann', null)).entries.map(({ envelope }) => envelope?.title ?? null)
  expect(await told()).toEqual(['Lease 0'])
  await keepOwnRights(db, by(chief), chief, hr, true)
  for (const reader of [sender, mine]) {
    expect(await titles(reader)).toEqual(['Running 0'])
    expect((await countEnvelopes(db, reader)).all).toBe(1)
    expect((await readOverview(db, reader, NOON)).finished).toEqual([])
    await expect(findEnvelopeFor(db, reader, lease!.id)).rejects.toThrow('envelope.unknown')
    expect((await findEnvelopeFor(db, reader, running!.id)).title).toBe('Running 0')
    for (const right of ['view', 'edit', 'delete', 'annul'] as const) expect(await mayWith(db, reader, lease!.id, right)).toBe(false)
    expect(await told()).toEqual([null])
    expect((await amongWhich(db, reader, [lease!.id, running!.id], 'view')).has(lease!.id)).toBe(false)
  }
  for (const reader of [chief, keeper]) expect(await titles(reader)).toEqual(['Lease 0', 'Running 0'])
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'user', subjectId: 'ann' }, 'read')
  for (const reader of [sender, mine]) expect(await titles(reader)).toEqual(['Lease 0', 'Running 0'])
  await giveRight(db, by(chief), chief, hr, { subjectKind: 'user', subjectId: 'ann' }, null)
  await keepOwnRights(db, by(chief), chief, hr, false)
  for (const reader of [sender, mine]) expect(await titles(reader)).toEqual(['Lease 0', 'Running 0'])
})
