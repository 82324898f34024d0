import { expect, test } from 'bun:test'
import { OVERSIGHT, permissionsWith } from '../../src/access/permissions.ts'
import { takeOut, viewInVault } from '../../src/vault/download.ts'
import { EVERYTHING } from '../../src/vault/filters.ts'
import { findVaultEntry, searchVault } from '../../src/vault/register.ts'
import { PAGE } from '../../src/vault/searching.ts'
import { ANN, openTestDb } from '../support/database.ts'
import { fill } from './support.ts'

const own = permissionsWith((section, row, kind) => (section === 'vault' && row === 'documents' ? 'own' : kind === 'yes' ? false : 'none'))
const ann = { id: 'ann', departmentId: null, permissions: own }
const bob = { id: 'bob', departmentId: null, permissions: own }
const chief = { id: 'chief', departmentId: null, permissions: OVERSIGHT }
const ALL = EVERYTHING

test('a reader finds what they sent or signed, a supervisor everything, and nobody what is not finished', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db)
  await fill(db, 1, { title: 'Draft', status: 'sent' })
  expect((await searchVault(db, ann, ALL)).entries.map(({ title }) => title)).toEqual(['Lease 0'])
  expect((await searchVault(db, bob, ALL)).entries).toEqual([])
  expect((await searchVault(db, chief, ALL)).entries).toHaveLength(1)
  await expect(findVaultEntry(db, bob, lease!.id)).rejects.toThrow('vault.not-found')
  await fill(db, 1, { title: 'Loan', signer: 'bob' })
  expect((await searchVault(db, bob, ALL)).entries.map(({ title }) => title)).toEqual(['Loan 0'])
})

test('search by title, party, company and document ID; what is typed is never a pattern nor the language of the index', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db)
  await fill(db, 1, { title: 'Loan 5%' })
  const titles = async (search: string) => (await searchVault(db, ann, { ...ALL, search })).entries.map(({ title }) => title).sort()
  expect(await titles('lease')).toEqual(['Lease 0'])
  expect(await titles('dupont sarl')).toEqual(['Lease 0', 'Loan 5% 0'])
  expect(await titles('5%')).toEqual(['Loan 5% 0'])
  expect(await titles('%')).toEqual([])
  expect(await titles('*')).toEqual([])
  expect(await titles('L*an')).toEqual([])
  expect(await titles('title:lease OR body')).toEqual([])
  expect(await titles('"dupont sarl"')).toEqual(['Lease 0', 'Loan 5% 0'])
  expect(await titles('"sarl dupont"')).toEqual([])
  expect(await titles('DUP marié')).toEqual(['Lease 0', 'Loan 5% 0'])
  expect(await titles(lease!.documentId.toLowerCase().replaceAll('-', ' '))).toEqual(['Lease 0'])
  expect(await titles("nobody' or 1=1")).toEqual([])
})

test('pages follow one another without gaps or doubles, the last revision is what is shown', async () => {
  await using db = await openTestDb()
  await fill(db, PAGE + 7)
  const first = await searchVault(db, ann, ALL)
  const second = await searchVault(db, ann, ALL, { after: first.next })
  expect([first.entries.length, second.entries.length, second.next]).toEqual([PAGE, 7, null])
  expect(new Set([...first.entries, ...second.entries].map(({ id }) => id)).size).toBe(PAGE + 7)
  expect(first.entries[0]?.documents[0]).toMatchObject({ size: 1_001, pages: 2 })
})

test('looking and taking out are recorded; what one may not see is not found', async () => {
  await using db = await openTestDb()
  const [lease] = await fill(db)
  await viewInVault(db, ANN, ann, lease!.id)
  const taken = await takeOut(db, ANN, ann, lease!.id, `doc_${lease!.id}`, 'sealed')
  expect([taken.fileName, taken.digest as string]).toEqual([`Lease ${lease!.documentId}.pdf`, '1'.repeat(64)])
  await expect(takeOut(db, ANN, bob, lease!.id, `doc_${lease!.id}`, 'original')).rejects.toThrow('vault.not-found')
  expect((await db.selectFrom('auditLeaf').select('type').orderBy('seq').execute()).map(({ type }) => type)).toEqual([
    'vault.viewed',
    'document.downloaded',
  ])
})
