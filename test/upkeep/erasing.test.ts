import { expect, test } from 'bun:test'
import { sql } from 'kysely'
import { readFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addUser, disableUser } from '../../src/access/users.ts'
import { checkpoint } from '../../src/audit/checkpoint.ts'
import { exportLog } from '../../src/audit/exporting.ts'
import { append, trailOf } from '../../src/audit/trail.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import type { UserAct } from '../../src/audit/act.ts'
import { later, MINUTE } from '../../src/base/instant.ts'
import { addContact, DETAIL_NAMES } from '../../src/contact/contacts.ts'
import { acceptImport, changeChoices, findImport, planOf, startImport } from '../../src/contact/importing.ts'
import { type MergeChoices, mergeContacts, seenOf } from '../../src/contact/merging.ts'
import { notesOf, writeNote } from '../../src/envelope/notes.ts'
import { masked } from '../../src/mail/masked.ts'
import { queueMessage } from '../../src/mail/outbox.ts'
import { erasePerson, planErasure } from '../../src/upkeep/erasing.ts'
import { findPersons } from '../../src/upkeep/persons.ts'
import { openTestLog, ORIGIN, type TestLog } from '../audit/support.ts'
import { BOB, NOON } from '../support/house.ts'
import { fill } from '../vault/support.ts'

const ADMIN: UserAct = { actor: { kind: 'user', id: 'usr_admin' }, at: NOON, ip: '203.0.113.1', userAgent: 'AdminBrowser/1' }
const ZELDA = { ...BOB, email: 'zelda.quux@acme.example', firstName: 'Zelda', lastName: 'Quuxington' }

/** Zelda works here, is in the directory and has acted; others have too. */
async function withZelda(log: TestLog) {
  const zelda = await log.db.transaction().execute(async (tx) => {
    const user = await addUser(tx, ADMIN, ZELDA)
    const act: UserAct = { actor: { kind: 'user', id: user.id }, at: NOON, ip: '198.51.100.77', userAgent: 'ZeldaBrowser/9' }
    await append(tx, act, { type: 'user.signed-in' })
    await append(tx, act, { type: 'contact.changed', detail: { contact: 'con_other' }, clear: { name: 'Otto Other' } })
    await append(
      tx,
      { ...act, actor: { kind: 'visitor' } },
      { type: 'user.sign-in-refused', detail: { user: null }, clear: { email: ZELDA.email } },
    )
    await append(tx, ADMIN, { type: 'user.sign-in-refused', detail: { user: null }, clear: { email: 'other@acme.example' } })
    await queueMessage(tx, ADMIN, { kind: 'welcome', channel: 'email', address: ZELDA.email, language: 'en', userId: user.id })
    return user
  })
  return zelda
}
const everywhere = (log: TestLog): string =>
  ['', '-wal'].map((end) => (existsSync(log.file + end) ? readFileSync(log.file + end, 'latin1') : '')).join('')

test('erased: gone from the file, from the log and from an export, and the log is whole', async () => {
  await using log = await openTestLog()
  const zelda = await withZelda(log)
  await log.db
    .insertInto('notification')
    .values({
      id: 'ntf_1',
      userId: zelda.id,
      kind: 'delegated',
      key: 'k',
      envelopeId: null,
      recipientId: null,
      params: '{"to":"Zelda Quuxington"}',
      mailing: 'never',
      digestId: null,
      createdAt: NOON,
      readAt: null,
    })
    .execute()
  await checkpoint(log.db, NOON, ORIGIN, log.key)
  const traces = ['Zelda', 'Quuxington', 'zelda.quux', '198.51.100.77', 'ZeldaBrowser']
  expect(traces.filter((trace) => !everywhere(log).includes(trace))).toEqual([])

  const [person] = await findPersons(log.db, 'quux zelda')
  expect(person).toMatchObject({ id: zelda.id, name: 'Zelda Quuxington', addresses: ['zelda.quux@acme.example'] })
  await expect(erasePerson(log.db, ADMIN, zelda.id, 0)).rejects.toMatchObject({ reason: 'erasure.account-open' })
  await disableUser(log.db, ADMIN, null, zelda.id)
  const plan = await planErasure(log.db, zelda.id)
  expect(plan.refusal).toBeNull()
  expect(plan.messages).toBe(1)
  await expect(erasePerson(log.db, ADMIN, zelda.id, plan.texts.length - 1)).rejects.toMatchObject({ reason: 'erasure.changed' })
  expect((await verifyLog(log.db, log.kept)).erased).toBe(0)

  await erasePerson(log.db, ADMIN, zelda.id, plan.texts.length)
  await log.write(2)
  await checkpoint(log.db, NOON, ORIGIN, log.key)
  const report = await verifyLog(log.db, log.kept)
  expect([report.findings, report.erased]).toEqual([[], plan.texts.length])
  expect(traces.filter((trace) => everywhere(log).includes(trace))).toEqual([])
  // Nobody else lost anything, not even in the entries that Zelda made.
  for (const kept of ['Otto Other', '203.0.113.1', 'AdminBrowser/1', 'other@acme.example']) expect(everywhere(log)).toContain(kept)
  const { entry } = await log.db.selectFrom('auditLeaf').select('entry').where('type', '=', 'person.erased').executeTakeFirstOrThrow()
  expect(JSON.parse(entry)).toMatchObject({ detail: { person: zelda.id, count: plan.texts.length } })
  expect(await findPersons(log.db, 'quux')).toEqual([])
  await expect(planErasure(log.db, zelda.id)).rejects.toMatchObject({ reason: 'erasure.unknown' })
  expect(await log.db.selectFrom('message').select(['status', 'address']).execute()).toEqual([{ status: 'withdrawn', address: '…' }])

  const out = mkdtempSync(join(tmpdir(), 'paraphe-erased-'))
  try {
    await exportLog(log.db, join(out, 'log'))
    const check = Bun.spawnSync(['python3', join(out, 'log/verify.py')])
    expect(check.stdout.toString()).toEndWith('WHOLE\n')
    const texts = readFileSync(join(out, 'log/clear.txt'), 'utf8')
    expect(traces.filter((trace) => texts.includes(trace))).toEqual([])
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
  // Somebody who takes one more away under the same event is found.
  await log.db
    .updateTable('auditClear')
    .set({ value: null, salt: new Uint8Array(), erasedBy: report.size - 2 })
    .where('value', '=', 'Otto Other')
    .execute()
  expect((await verifyLog(log.db, log.kept)).findings).toEqual([{ kind: 'erasure-unrecorded', at: report.size - 2, what: '' }])
})

test('the contact goes too; a namesake at another address stays', async () => {
  await using log = await openTestLog()
  const bob = await log.db.transaction().execute((tx) => addUser(tx, ADMIN, BOB))
  const act: UserAct = { ...ADMIN, actor: { kind: 'user', id: bob.id } }
  const details = {
    firstName: 'Zoe',
    lastName: 'Zimmer',
    email: 'zoe@one.example',
    phone: null,
    company: 'One',
    jobTitle: '',
    language: null,
    comment: 'calls on Mondays',
    companyDetails: '',
  }
  const one = await addContact(log.db, act, details)
  const two = await addContact(log.db, act, { ...details, email: 'zoe@two.example' })
  expect((await findPersons(log.db, 'zimmer')).map(({ id }) => id).sort()).toEqual([one.id, two.id].sort())
  const { texts } = await planErasure(log.db, one.id)
  await erasePerson(log.db, ADMIN, one.id, texts.length)
  expect(everywhere(log)).not.toContain('zoe@one.example')
  expect(await log.db.selectFrom('contact').select(['id', 'lastName', 'comment']).orderBy('lastName').execute()).toEqual([
    { id: two.id, lastName: 'Zimmer', comment: 'calls on Mondays' },
    { id: one.id, lastName: '…', comment: '' },
  ])
  expect((await trailOf(log.db, 'none')).length).toBe(0)
})

test('a person who was imported, changed by an import and merged is gone from everywhere', async () => {
  await using log = await openTestLog()
  const bob = await log.db.transaction().execute((tx) => addUser(tx, ADMIN, BOB))
  const act = (minutes: number): UserAct => ({ ...ADMIN, actor: { kind: 'user', id: bob.id }, at: later(NOON, minutes * MINUTE) })
  const rules = { undrawable: () => [] }
  const take = async (minutes: number, fileName: string, text: string, known: 'skip' | 'update') => {
    const { id, choices } = await startImport(log.db, act(minutes), { name: fileName, content: new TextEncoder().encode(text) }, 'FR')
    await changeChoices(log.db, bob, id, { ...choices, known })
    const plan = await planOf(log.db, bob, await findImport(log.db, bob, id), rules)
    await acceptImport(log.db, act(minutes), bob, id, { seen: plan.digest, leavesOut: false }, rules)
  }
  await take(
    1,
    'quuxington.csv',
    'Nom,Prénom,Email,Notes\nQuuxington,Zelda,zelda@quux.example,first\nOther,Otto,otto@other.example,',
    'skip',
  )
  await take(2, 'all.csv', 'Nom,Prénom,Email,Notes\nQuuxington,Zelda,zelda@quux.example,second note', 'update')
  const maiden = await addContact(log.db, act(3), {
    firstName: 'Zelda',
    lastName: 'Maidenname',
    email: 'zelda@maiden.example',
    phone: null,
    company: '',
    jobTitle: '',
    language: null,
    comment: '',
    companyDetails: '',
  })
  const zelda = await log.db.selectFrom('contact').selectAll().where('lastName', '=', 'Quuxington').executeTakeFirstOrThrow()
  const choices = Object.fromEntries(DETAIL_NAMES.map((name) => [name, 'kept'])) as MergeChoices
  await mergeContacts(log.db, act(4), bob, { keptId: zelda.id, otherId: maiden.id, choices, seen: seenOf(zelda, maiden) })
  // Somebody looks at a file in which she stands, and has not taken it over.
  await startImport(log.db, act(5), { name: 'x.csv', content: new TextEncoder().encode('Nom,Email\nQuuxington,zelda@quux.example') }, 'FR')
  const traces = ['Zelda', 'uuxington', 'zelda@quux', 'Maidenname', 'zelda@maiden', 'second note']
  expect(traces.filter((trace) => !everywhere(log).includes(trace))).toEqual([])
  const plan = await planErasure(log.db, zelda.id)
  expect(plan.goes.map(({ id }) => id).toSorted()).toEqual([zelda.id, maiden.id].toSorted())
  await erasePerson(log.db, ADMIN, zelda.id, plan.texts.length)
  expect(traces.filter((trace) => everywhere(log).includes(trace))).toEqual([])
  expect(everywhere(log)).toContain('otto@other.example')
  expect(await log.db.selectFrom('contactImport').select('fileName').orderBy('createdAt').execute()).toEqual([
    { fileName: '…' },
    { fileName: 'all.csv' },
  ])
})

test('what was written of a person beside the log goes too: notes, rules, notices, handing over, bulk rows, requests, saved views', async () => {
  await using log = await openTestLog()
  const { db } = log
  const [bob, sender] = await db
    .transaction()
    .execute(async (tx) => [
      await addUser(tx, ADMIN, { ...BOB, firstName: 'Otto', lastName: 'Other' }),
      await addUser(tx, ADMIN, { ...BOB, email: 'sender@acme.example', firstName: 'Ann', lastName: 'Archer' }),
    ])
  const act: UserAct = { ...ADMIN, actor: { kind: 'user', id: sender!.id } }
  const person = { company: '', jobTitle: '', language: null, comment: '', companyDetails: '', phone: '+33600000042' }
  const zelda = await addContact(db, act, { ...person, firstName: 'Zelda', lastName: 'Quuxington', email: 'zelda@quux.example' })
  const [one] = await fill(db, 1, { title: 'Lease', owner: sender!.id })
  const envelopeId = one!.id
  const text = 'Called Zelda Quuxington (ZELDA@quux.example): quuxington agrees, not Zeldadom'
  await db.transaction().execute(async (tx) => {
    await writeNote(tx, act, { envelopeId, text })
    await append(tx, act, {
      type: 'recipient.delegated',
      envelopeId,
      detail: { recipient: 'rcp_1', number: 1, address: masked('otto@other.example'), before: masked('zelda@quux.example') },
      clear: { from: 'Zelda Quuxington', name: 'Otto Other', reason: 'Quuxington is on leave' },
    })
    await append(
      tx,
      { ...ADMIN, actor: { kind: 'visitor' }, ip: '198.51.100.99', userAgent: 'VisitorBrowser/3' },
      { type: 'template.link-asked', detail: { link: 'lnk_1', request: 'ssr_1', address: masked('zelda@quux.example') } },
    )
  })
  await sql`pragma foreign_keys = off`.execute(db)
  await db
    .insertInto('boardRule')
    .values({
      id: 'rul_1',
      stageId: 'stg_sent',
      position: 0,
      switchedOffAt: null,
      wait: 0,
      unit: 'days',
      stays: 0,
      conditions: '[]',
      action: '{}',
      createdAt: NOON,
      updatedAt: NOON,
      removedAt: null,
    })
    .execute()
  await db
    .insertInto('ruleRun')
    .values({
      id: 'run_1',
      ruleId: 'rul_1',
      envelopeId,
      stageId: 'stg_sent',
      entry: 1,
      chain: '[]',
      status: 'done',
      reason: '',
      detail: JSON.stringify({ to: 'Zelda Quuxington, Otto Other' }),
      createdAt: NOON,
      dueAt: NOON,
      doneAt: NOON,
    })
    .execute()
  const told = {
    kind: 'delegated',
    envelopeId,
    recipientId: null,
    mailing: 'never' as const,
    digestId: null,
    createdAt: NOON,
    readAt: null,
  }
  await db
    .insertInto('notification')
    .values({ id: 'ntf_1', userId: bob!.id, key: 'k', params: '{"person":"Zelda Quuxington","to":"Otto Other"}', ...told })
    .execute()
  await db
    .insertInto('bulkSend')
    .values({
      id: 'blk_1',
      templateId: 'tpl_1',
      templateVersion: 1,
      ownerId: sender!.id,
      fileName: 'quuxington.csv',
      columns: '["First","Last","Email"]',
      mapping: '{}',
      status: 'done',
      createdAt: NOON,
      startedAt: NOON,
      endedAt: NOON,
    })
    .execute()
  const row = (line: number, cells: readonly string[]) => ({
    bulkId: 'blk_1',
    line,
    cells: JSON.stringify(cells),
    status: 'sent' as const,
    reason: null,
    params: null,
    envelopeId: null,
  })
  await db
    .insertInto('bulkRow')
    .values([row(2, ['Zelda', 'Quuxington', 'Zelda@Quux.example']), row(3, ['Otto', 'Other', 'otto@other.example'])])
    .execute()
  const request = { linkId: 'lnk_1', firstName: 'Zelda', lastName: 'Quuxington', channel: 'email' as const, address: 'zelda@quux.example' }
  const when = { language: 'en' as const, createdAt: NOON, expiresAt: NOON }
  await db
    .insertInto('selfServiceRequest')
    .values([
      { id: 'ssr_1', ...request, ...when, provenAt: null, envelopeId: null },
      { id: 'ssr_2', ...request, ...when, provenAt: NOON, envelopeId },
    ])
    .execute()
  await db.transaction().execute((tx) =>
    queueMessage(tx, ADMIN, {
      kind: 'own-document',
      channel: 'email',
      address: 'zelda@quux.example',
      language: 'en',
      params: { request: 'ssr_1' },
    }),
  )
  const view = { userId: bob!.id, surface: 'list' as const, isDefault: 0, createdAt: NOON }
  await db
    .insertInto('savedView')
    .values([
      { id: 'vw_1', name: 'Of Quuxington', query: 'search=zelda%40quux.example+Quuxington&status=sent', position: 0, ...view },
      { id: 'vw_2', name: 'Of Other', query: 'search=Other', position: 1, ...view },
    ])
    .execute()
  await sql`pragma foreign_keys = on`.execute(db)

  // As a word: what is masked in the log, and "Zeldadom", stay.
  const traces = [
    'Quuxington',
    'quuxington',
    'zelda@quux',
    'Zelda@Quux',
    'Zelda Q',
    '"Zelda"',
    'VisitorBrowser',
    '198.51.100.99',
    '+33600000042',
  ]
  expect(traces.filter((trace) => !everywhere(log).includes(trace))).toEqual([])
  const plan = await planErasure(db, zelda.id)
  await erasePerson(db, ADMIN, zelda.id, plan.texts.length)
  expect(traces.filter((trace) => everywhere(log).includes(trace))).toEqual([])
  expect((await notesOf(db, envelopeId))[0]!.text).toBe('Called … (…): … agrees, not Zeldadom')
  expect(await db.selectFrom('ruleRun').select('detail').execute()).toEqual([{ detail: '{"to":"…, Otto Other"}' }])
  expect(await db.selectFrom('notification').select('params').execute()).toEqual([{ params: '{"person":"…","to":"Otto Other"}' }])
  expect(await db.selectFrom('bulkRow').select('cells').orderBy('line').execute()).toEqual([
    { cells: '["…","…","…"]' },
    { cells: '["Otto","Other","otto@other.example"]' },
  ])
  expect(await db.selectFrom('selfServiceRequest').select(['id', 'lastName', 'address']).execute()).toEqual([
    { id: 'ssr_2', lastName: '…', address: '…' },
  ])
  expect(await db.selectFrom('savedView').select(['name', 'query']).orderBy('id').execute()).toEqual([
    { name: 'Of …', query: 'search=%E2%80%A6+%E2%80%A6&status=sent' },
    { name: 'Of Other', query: 'search=Other' },
  ])
  const [handed] = (await trailOf(db, envelopeId)).filter(({ type }) => type === 'recipient.delegated')
  expect(handed!.clear).toMatchObject({ from: null, name: 'Otto Other', reason: null })
  await checkpoint(db, NOON, ORIGIN, log.key)
  expect((await verifyLog(db, log.kept)).findings).toEqual([])
})

test('a name that another bears too is not taken from texts about the other, and no name is a pattern', async () => {
  await using log = await openTestLog()
  const { db } = log
  const bob = await db.transaction().execute((tx) => addUser(tx, ADMIN, BOB))
  const person = { company: '', jobTitle: '', language: null, comment: '', companyDetails: '', phone: null }
  const act: UserAct = { ...ADMIN, actor: { kind: 'user', id: bob.id } }
  const one = await addContact(db, act, { ...person, firstName: 'Zoe', lastName: 'Zimmer', email: 'zoe@one.example' })
  await addContact(db, act, { ...person, firstName: 'Zoe', lastName: 'Zimmer-Two', email: 'zoe@two.example' })
  await addContact(db, act, { ...person, firstName: 'Max', lastName: 'Zimmer', email: 'max@three.example' })
  const odd = await addContact(db, act, { ...person, firstName: 'A.*', lastName: '(x+)+$', email: 'odd@one.example' })
  const [lease] = await fill(db)
  await db
    .transaction()
    .execute((tx) => writeNote(tx, act, { envelopeId: lease!.id, text: 'Zimmer and Zoe; zoe  ZIMMER; zoe@one.example; A.* (x+)+$ Abc' }))
  for (const id of [one.id, odd.id]) await erasePerson(db, ADMIN, id, (await planErasure(db, id)).texts.length)
  expect((await notesOf(db, lease!.id))[0]!.text).toBe('Zimmer and Zoe; …; …; … Abc')
})
