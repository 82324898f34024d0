import { expect, test } from 'bun:test'
import { armFailpoint } from '../../src/base/failpoint.ts'
import { DAY, HOUR, type Instant, later, MINUTE } from '../../src/base/instant.ts'
import { signatureOf } from '../../src/calling/calling.ts'
import { readConfig } from '../../src/config/config.ts'
import {
  countDeliveries,
  countFailedDeliveries,
  forgetDeliveries,
  listDeliveries,
  sendAgain,
  WAITS,
  WEBHOOK,
} from '../../src/integration/webhooks/deliveries.ts'
import type { WebhookEvent } from '../../src/integration/webhooks/events.ts'
import { followForTargets } from '../../src/integration/webhooks/following.ts'
import { addTarget, changeTarget, pauseTarget, removeTarget, renewSecret, resumeTarget } from '../../src/integration/webhooks/targets.ts'
import { tellTarget, tryTarget } from '../../src/integration/webhooks/telling.ts'
import { startRunner } from '../../src/jobs/runner.ts'
import { openTestBoard } from '../board/support.ts'
import { NOON, SECRET } from '../envelope/support.ts'
import { openTarget } from '../support/webhook-target.ts'

const OK = () => new Response('ok')
const DOWN = () => new Response('', { status: 503 })

async function openNews(answers: readonly (() => Response)[], events: readonly WebhookEvent[], namesPeople = false) {
  const target = openTarget(answers)
  const board = await openTestBoard()
  let now: Instant = NOON
  const tools = {
    db: board.db,
    clock: () => now,
    config: readConfig({ PARAPHE_DATA: '/tmp/none', PARAPHE_WEBHOOK_HOSTS: target.host }),
    secretKey: SECRET,
  }
  const details = { name: 'CRM', url: `http://${target.host}/hook`, events, namesPeople }
  const { id, secret } = await addTarget(tools, board.act(), details)
  // What happened before it was declared is nobody's news.
  while (await followForTargets(tools));
  return {
    ...board,
    tools,
    target,
    details,
    id,
    secret,
    async tell(at: Instant = now) {
      now = at
      while (await followForTargets(tools));
      const told = {
        [WEBHOOK]: (job: { payload: string }) => tellTarget(tools, (JSON.parse(job.payload) as { delivery: string }).delivery),
      }
      await startRunner(board.db, tools.clock, told, { lanes: 0 }).drain()
    },
    deliveries: async () => (await listDeliveries(board.db, id, { status: null, after: null })).deliveries,
    async [Symbol.asyncDispose]() {
      target[Symbol.dispose]()
      await board[Symbol.asyncDispose]()
    },
  }
}

test('a target hears of what it chose and of nothing else, once, signed, without a name', async () => {
  await using news = await openNews([OK], ['recipient.signed', 'envelope.completed'])
  await news.happens('ceremony.opened', 'r1')
  await news.signs('r1')
  await news.happens('envelope.completed')
  await news.tell()
  await news.tell()
  const [signed, completed] = news.target.calls.map(({ body }) => JSON.parse(body) as { event: string; id: string; recipient: object })
  expect(news.target.calls).toHaveLength(2)
  expect(signed).toMatchObject({
    event: 'recipient.signed',
    envelope: { id: 'env_1', title: 'Lease', status: 'sent' },
    recipient: { id: 'r1', side: 'company', status: 'signed' },
  })
  expect(completed).toMatchObject({ event: 'envelope.completed', recipient: null })
  const { headers, body } = news.target.calls[0]!
  const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get('paraphe-signature') ?? '') ?? []
  expect(mac).toBe(signatureOf(news.secret, Number(time), body))
  expect(headers.get('paraphe-delivery')).toBe(signed!.id)
  expect(body).not.toContain('@')
  expect((await news.deliveries()).map(({ status, attempts }) => [status, attempts])).toEqual([
    ['taken', 1],
    ['taken', 1],
  ])
})

test('names and addresses go with it only where the administrator said so', async () => {
  await using news = await openNews([OK], ['recipient.signed'], true)
  await news.signs('r2')
  await news.tell()
  expect(JSON.parse(news.target.calls[0]!.body)).toMatchObject({ recipient: { id: 'r2', email: expect.stringContaining('@') as string } })
})

test('a target that is down is tried again after ever longer waits, then given up, and told again by hand', async () => {
  await using news = await openNews([...WAITS.map(() => DOWN), DOWN, OK], ['recipient.signed'])
  await news.signs('r1')
  let at: Instant = NOON
  await news.tell(at)
  expect(news.target.calls).toHaveLength(1)
  for (const wait of WAITS) {
    await news.tell(later(at, wait - 1_000))
    const before = news.target.calls.length
    at = later(at, wait)
    await news.tell(at)
    expect(news.target.calls.length).toBe(before + 1)
  }
  await news.tell(later(at, 10 * DAY))
  expect(news.target.calls).toHaveLength(WAITS.length + 1)
  const [given] = await news.deliveries()
  expect([given!.status, given!.attempts, given!.answer]).toEqual(['failed', WAITS.length + 1, '503'])
  expect(await countFailedDeliveries(news.db)).toBe(1)
  await sendAgain(news.db, { ...news.act(), at: later(at, 10 * DAY) }, news.id, given!.id)
  await news.tell(later(at, 10 * DAY + MINUTE))
  expect((await news.deliveries())[0]).toMatchObject({ status: 'taken', attempts: 1 })
  expect(new Set(news.target.calls.map(({ headers }) => headers.get('paraphe-delivery'))).size).toBe(1)
  expect((await countDeliveries(news.db)).get(news.id)).toMatchObject({ waiting: 0, failed: 0 })
  await forgetDeliveries(news.db, later(NOON, HOUR))
  expect(await news.deliveries()).toHaveLength(0)
})

test('redirects and 410 are a no', async () => {
  for (const answer of [() => Response.redirect('http://127.0.0.1:1/', 307), () => new Response('', { status: 410 })]) {
    await using news = await openNews([answer], ['recipient.signed'])
    await news.signs('r1')
    await news.tell()
    expect((await news.deliveries())[0]).toMatchObject({ status: 'failed', attempts: 1 })
  }
})

test('a crash after the call tells it again under the same id; one before the order is written orders each once', async () => {
  await using news = await openNews([OK], ['recipient.signed'])
  await news.signs('r1')
  armFailpoint('webhook.between', () => {
    throw new Error('crash')
  })
  expect(followForTargets(news.tools)).rejects.toThrow('crash')
  armFailpoint('webhook.after-call', () => {
    throw new Error('crash')
  })
  await news.tell()
  expect((await news.deliveries()).map(({ status }) => status)).toEqual(['waiting'])
  armFailpoint('none', () => {})
  await news.tell(later(NOON, MINUTE))
  expect((await news.deliveries()).map(({ status }) => status)).toEqual(['taken'])
  const ids = news.target.calls.map(({ headers }) => headers.get('paraphe-delivery'))
  expect([ids.length, new Set(ids).size]).toEqual([2, 1])
})

test('two followers at once order each event once', async () => {
  await using news = await openNews([OK], ['recipient.signed'])
  await news.signs('r1')
  await Promise.all([followForTargets(news.tools), followForTargets(news.tools), followForTargets(news.tools)])
  await news.tell()
  expect(news.target.calls).toHaveLength(1)
})

test('paused, it is told later; removed, it is told nothing more', async () => {
  await using news = await openNews([OK], ['recipient.signed'])
  await pauseTarget(news.db, news.act(), news.id)
  await news.signs('r1')
  await news.tell()
  expect(news.target.calls).toHaveLength(0)
  await resumeTarget(news.db, news.act(), news.id)
  await news.tell()
  expect(news.target.calls).toHaveLength(1)
  await pauseTarget(news.db, news.act(), news.id)
  await news.signs('r2')
  await news.tell()
  await removeTarget(news.db, news.act(), news.id)
  await news.tell()
  expect(news.target.calls).toHaveLength(1)
  expect((await listDeliveries(news.db, news.id, { status: 'dropped', after: null })).deliveries).toHaveLength(1)
})

test('for a day after the key was changed, both sign', async () => {
  await using news = await openNews([OK], ['recipient.signed'])
  const fresh = await renewSecret(news.tools, news.act(), news.id)
  const macs = (at: number) => {
    const { headers, body } = news.target.calls[at]!
    const [time = '', ...signatures] = (headers.get('paraphe-signature') ?? '').split(',')
    return [fresh, news.secret].map((secret) => signatures.includes(`v1=${signatureOf(secret, Number(time.slice(2)), body)}`))
  }
  await news.signs('r1')
  await news.tell()
  expect(macs(0)).toEqual([true, true])
  await news.signs('r2')
  await news.tell(later(NOON, DAY + MINUTE))
  expect(macs(1)).toEqual([true, false])
})

test('an address that is no longer allowed is refused at the call, and a trial says what came of it', async () => {
  await using news = await openNews([OK, DOWN], ['recipient.signed'])
  expect(await tryTarget(news.tools, news.id)).toEqual({ kind: 'taken', detail: '200' })
  expect(JSON.parse(news.target.calls[0]!.body)).toMatchObject({ event: 'trial', envelope: null })
  expect(await tryTarget(news.tools, news.id)).toEqual({ kind: 'silent', detail: '503' })
  const strict = { ...news.tools, config: readConfig({ PARAPHE_DATA: '/tmp/none' }) }
  expect(await tryTarget(strict, news.id)).toEqual({ kind: 'refused', detail: 'the address is not allowed' })
  expect(changeTarget(strict, news.act(), news.id, { ...news.details, name: 'x' })).rejects.toThrow('webhook.not-https')
  expect(news.target.calls).toHaveLength(2)
})
