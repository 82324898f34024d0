/** A server in a process of its own, to whose memory nothing else belongs. Says where uploads go, then answers each line with the bytes that it has in use. */
import { readFileSync } from 'node:fs'
import { listen } from '../../src/http/listen.ts'
import { openTestHouse } from './house.ts'

const house = await openTestHouse()
const door = listen(house.server, { host: '127.0.0.1', port: 0 })
const browser = await house.browser()
await browser.signIn('ann@acme.example')
const path = (await browser.post('/envelopes')).location!.replace('/draft', '')
const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get(`${path}/draft`)).text)![1]!
const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
console.log(JSON.stringify({ port: door.port, path: `${path}/documents`, folder: house.house.config.dataDirectory, csrf, cookie }))
for await (const _ of console) {
  const status = readFileSync('/proc/self/status', 'utf8')
  const kibibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) * 1024
  console.log(JSON.stringify({ now: kibibytes('VmRSS'), most: kibibytes('VmHWM') }))
}
await door.stop(true)
await house[Symbol.asyncDispose]()
