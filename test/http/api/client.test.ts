import { expect, test } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentInvitation, invitationToken } from '../../../src/envelope/invitation.ts'
import { listen } from '../../../src/http/listen.ts'
import { tokenFor } from '../../support/api.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'
import { freePort } from '../../support/installation.ts'
import { ann, codeOf, CONTRACT } from '../../support/signing.ts'

const README = join(import.meta.dir, '../../../README.md')

/** Signs at the real routes, as whoever has the link does. */
async function signAtTheRoutes(house: TestHouse, recipientId: string): Promise<void> {
  const { db, secretKey, clock } = house.house
  const browser = await house.browser()
  const invitation = await currentInvitation(db, recipientId, clock())
  const base = (await browser.get(`/s/${invitationToken(secretKey, invitation!)}`)).location!
  await browser.get(base)
  const terms = (await browser.get(`${base}/consent`)).text
  await browser.post(`${base}/consent`, { disclosure: /name="disclosure" value="([^"]+)"/.exec(terms)![1]! })
  await browser.post(`${base}/code`, { code: await codeOf(house, recipientId) })
  await browser.post(`${base}/marks`, { kind: 'signature', method: 'typed', text: 'Marie', font: 'hand-marck' })
  await browser.post(`${base}/entries`, { then: 'preview' })
  const { text } = await browser.get(`${base}/preview`)
  const signed = await browser.post(`${base}/signature`, { confirmed: /name="confirmed" value="([^"]+)"/.exec(text)![1]! })
  expect(signed.status).toBe(303)
}

test('the client of the README sends, waits, takes out and verifies, against a house that runs', async () => {
  const readme = await readFile(README, 'utf8')
  const shell = /```sh\n(curl[^`]*)```/.exec(readme)![1]!
  const script = /```ts\n([^]*?)```/.exec(readme)![1]!
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-client-'))
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using house = await openTestHouse({ authority: true, realTime: true, origin })
  const server = listen(house.server, { host: '127.0.0.1', port })
  try {
    await writeFile(join(folder, 'order.pdf'), CONTRACT)
    await writeFile(join(folder, 'client.ts'), script)
    const env = {
      PATH: process.env['PATH'] ?? '',
      PARAPHE_URL: origin,
      PARAPHE_TOKEN: await tokenFor(house, await ann(house)),
      EVERY: '300',
    }
    const run = (command: string[]) => Bun.spawn(command, { cwd: folder, env, stdout: 'pipe', stderr: 'pipe' })

    const curl = run(['sh', '-c', shell])
    const told = JSON.parse(await new Response(curl.stdout).text()) as { id: string; status: string; title: string }
    expect([await curl.exited, told.status, told.title]).toEqual([0, 'sending', 'Order 4711'])
    // Sent again by its key it is the same one.
    expect(JSON.parse(await new Response(run(['sh', '-c', shell]).stdout).text()).id).toBe(told.id)

    const client = run([process.execPath, 'client.ts'])
    const said = new Response(client.stdout).text()
    const waiting = async (): Promise<string | null> => {
      await house.drain()
      const row = await house.house.db
        .selectFrom('recipient')
        .innerJoin('envelope', 'envelope.id', 'recipient.envelopeId')
        .select('recipient.id')
        .where('envelope.title', '=', 'Order 4712')
        .where('recipient.status', '=', 'invited')
        .executeTakeFirst()
      return row?.id ?? null
    }
    let invited = await waiting()
    for (let at = 0; invited === null && at < 200; at++) {
      await Bun.sleep(100)
      invited = await waiting()
    }
    await signAtTheRoutes(house, invited!)
    await house.drain()
    expect(await client.exited).toBe(0)
    expect((await said).trim()).toBe('genuine B-LTA')
    expect((await readFile(join(folder, 'sealed.pdf'))).subarray(0, 5).toString()).toBe('%PDF-')
  } finally {
    await server.stop(true)
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)
