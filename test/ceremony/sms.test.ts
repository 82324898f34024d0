import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { consent, currentTerms } from '../../src/ceremony/consenting.ts'
import { enterCode } from '../../src/ceremony/one-time-code.ts'
import { findCeremony, redeemLink } from '../../src/ceremony/ceremony.ts'
import { keepSmsChannel } from '../../src/mail/channel.ts'
import { openTestHouse } from '../support/house.ts'
import { ann, CLAIRE, draftFor, recipientAct, recipientNamed, send } from '../support/signing.ts'

test('a recipient who is reached by SMS: the link and the code come to the phone, and nowhere else', async () => {
  const texts: { to: string; text: string }[] = []
  using gateway = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      texts.push((await request.json()) as { to: string; text: string })
      return Response.json({ accepted: true })
    },
  })
  await using house = await openTestHouse({ authority: true })
  const { db, secretKey, clock } = house.house
  await db.transaction().execute((tx) =>
    keepSmsChannel(tx, systemAct(clock()), secretKey, {
      preset: 'json',
      url: `http://127.0.0.1:${gateway.port}/messages`,
      method: 'POST',
      from: 'Acme',
      headers: 'Content-Type: application/json',
      body: '{"to":"{to}","text":"{text}"}',
      successContains: 'accepted',
    }),
  )
  const user = await ann(house)
  const draft = await draftFor(house, user, [{ ...CLAIRE, email: null, phone: '+33612345678', channel: 'sms', language: 'fr' }])
  await send(house, user, draft)
  const { id } = await recipientNamed(house, draft.id, 'Claire')
  expect(texts.map(({ to }) => to)).toEqual(['+33612345678'])
  const token = /\/s\/(inv_\S+)/.exec(texts[0]!.text)![1]!
  const { invitation, secret } = (await redeemLink(house.house, clock(), token))!
  const held = { invitationId: invitation.id, secret, session: undefined as string | undefined }
  const ceremony = (await findCeremony(house.house, clock(), held))!
  const act = recipientAct(house.house, id)
  const { session } = await consent(house.house, act, ceremony, (await currentTerms(db, ceremony)).id)
  await house.drain()
  const code = /\b(\d{6})\b/.exec(texts[1]!.text)![1]!
  const verified = await enterCode(house.house, act, (await findCeremony(house.house, clock(), { ...held, session: session! }))!, code)
  expect((await findCeremony(house.house, clock(), { ...held, session: verified.session }))?.step).toBe('filling')
  // Sent: what is left in the file of data is worth nothing.
  expect(await db.selectFrom('oneTimeCode').select('sealed').execute()).toEqual([{ sealed: null }])
  const { identifiedHow } = await recipientNamed(house, draft.id, 'Claire')
  expect(JSON.parse(identifiedHow!)).toMatchObject({ channel: 'sms', linkHandedOver: false, codeHandedOver: false, inPerson: false })
  expect(JSON.parse(identifiedHow!).address).not.toContain('612345')
}, 60_000)
