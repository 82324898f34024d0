import { expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { addOutsideAuthority } from '../../../src/authority/outside-authorities.ts'
import { adoptSeal, layDownSeal, sealsOf, uploadSeal } from '../../../src/authority/own-seal.ts'
import { renewCertificate } from '../../../src/authority/renewal.ts'
import { adoptSubAuthority, requestSubAuthority } from '../../../src/authority/sub-authority.ts'
import { utf8 } from '../../../src/base/bytes.ts'
import { instant } from '../../../src/base/instant.ts'
import { openCompanyPki } from '../../support/company-pki.ts'
import { openTestHouse } from '../../support/house.ts'
import { openOutsideTsa } from '../../support/outside-tsa.ts'
import { FILE_PASSWORD, openSealFiles } from '../../support/seal-files.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'
import { completedEnvelope, packed, Unpacked } from './package.ts'

const act = () => systemAct(instant(Date.now()))

test('half signed before a renewal of the issuing authority and sealed after it: the package is whole without this server', async () => {
  await using test = await openTestHouse({ authority: true, realTime: true })
  const user = await ann(test)
  const draft = await draftFor(test, user, [CLAIRE, MARIE])
  await send(test, user, draft)
  await sign(test, (await recipientNamed(test, draft.id, 'Claire')).id)
  await test.drain()
  await renewCertificate(test.house, act(), 'issuing')
  await sign(test, (await recipientNamed(test, draft.id, 'Marie')).id)
  await test.drain()
  using unpacked = new Unpacked(await packed(test, draft.id))
  expect(unpacked.judge()).toMatchObject({ status: 0, faults: [] })
}, 120_000)

test("below the company's own PKI", async () => {
  using pki = openCompanyPki()
  await using test = await openTestHouse({ authority: true, realTime: true })
  const answer = utf8(pki.issue(await requestSubAuthority(test.house, act(), 'ecdsa-p256')))
  await adoptSubAuthority(test.house, act(), answer)
  using unpacked = new Unpacked(await packed(test, await completedEnvelope(test)))
  const { status, said, faults } = unpacked.judge()
  expect([status, faults, status ? said : '']).toEqual([0, [], ''])
}, 120_000)

test('under a seal that another authority issued, with its lists and without', async () => {
  using files = openSealFiles()
  await using test = await openTestHouse({ authority: true, realTime: true })
  files.issue()
  for (const more of [null, utf8(files.list('policy') + files.list('root'))]) {
    await uploadSeal(test.house, act(), { file: files.pkcs12(), password: FILE_PASSWORD, more })
    await adoptSeal(test.house, act(), (await sealsOf(test.house.db)).waiting!.id)
    using unpacked = new Unpacked(await packed(test, await completedEnvelope(test)))
    const { status, said, faults } = unpacked.judge()
    expect([status, faults, status ? said : '']).toEqual([0, [], ''])
    await layDownSeal(test.house, act())
  }
}, 120_000)

test("under somebody else's clock", async () => {
  using outside = openOutsideTsa()
  await using test = await openTestHouse({ authority: true, realTime: true })
  await addOutsideAuthority(test.house.db, act(), { name: 'Elsewhere', url: outside.url, rootPem: outside.rootPem })
  using unpacked = new Unpacked(await packed(test, await completedEnvelope(test)))
  const { status, said, faults } = unpacked.judge()
  expect([status, faults, status ? said : '']).toEqual([0, [], ''])
}, 120_000)
