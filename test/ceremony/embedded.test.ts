import { expect, test } from 'bun:test'
import { DAY, later, MINUTE } from '../../src/base/instant.ts'
import { findCeremony } from '../../src/ceremony/ceremony.ts'
import { decline } from '../../src/ceremony/declining.ts'
import { moveDeadline } from '../../src/envelope/deadline.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { systemAct } from '../../src/audit/act.ts'
import { writeSetting } from '../../src/setting/setting.ts'
import { openApi } from '../support/api.ts'
import { openTestHouse } from '../support/house.ts'
import { actOf, ann, CLAIRE, draftFor, MARIE, recipientAct, recipientNamed, send } from '../support/signing.ts'

test('a link for another system’s page reads: it says no for nobody, lives for its day, and rests nowhere', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house } = test
  const { db, clock } = house
  const user = await ann(test)
  const { id } = await draftFor(test, user, [CLAIRE, MARIE])
  await send(test, user, await findDraft(db, user, id))
  const claire = await recipientNamed(test, id, 'Claire')
  await db.transaction().execute((tx) => writeSetting(tx, systemAct(clock()), 'embedding', { origins: ['https://portal.example.com'] }))
  const api = await openApi(test)
  const made = await api.ask('POST', `/api/v1/envelopes/${id}/recipients/${claire.id}/signing-links`, undefined, {
    'idempotency-key': '"once"',
  })
  expect([made.status, made.json.expiresAt]).toEqual([201, later(clock(), DAY)])
  const [invitationId = '', secret = ''] = (made.json.url as string).split('/s/')[1]!.split('.')
  expect(JSON.stringify(await db.selectFrom('apiAnswer').selectAll().execute())).not.toContain(secret)
  const found = () => findCeremony(house, clock(), { invitationId, secret, session: undefined })
  const ceremony = await found()
  expect(decline(house, recipientAct(house, claire.id), ceremony!, 'No.')).rejects.toThrow('ceremony.not-identified')
  expect((await recipientNamed(test, id, 'Claire')).status).toBe('invited')
  test.wait(DAY + MINUTE)
  expect(await found()).toBeNull()
  await moveDeadline(db, actOf(house, user), user, id, later(clock(), 40 * DAY))
  expect(await found()).toBeNull()
}, 60_000)
