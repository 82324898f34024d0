import { expect, test } from 'bun:test'
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
import { queueMessage } from '../../src/mail/outbox.ts'
import { erasePerson, planErasure } from '../../src/upkeep/erasing.ts'
import { findPersons } from '../../src/upkeep/persons.ts'
import { openTestLog, ORIGIN, type TestLog } from '../audit/support.ts'
import { BOB, NOON } from '../support/house.ts'

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
  await disableUser(log.db, ADMIN, zelda.id)
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
