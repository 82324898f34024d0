import { examine, tryEverything } from '../upkeep/doctor.ts'
import { listOutbound } from '../upkeep/outbound.ts'
import { words } from '../view/words.ts'
import { doctorSentence } from '../upkeep/doctor-sentence.ts'
import { closeSandbox } from '../sandbox/run.ts'
import type { Environment } from './command.ts'
import { configOfExisting } from './open-folder.ts'
import { openHouse } from './open-house.ts'

const SIGN = { good: 'ok  ', wait: 'look', stop: 'STOP' } as const

/** Exit status 0 where nothing is broken; what merely deserves a look is told and counts as whole. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  const { house, close } = await openHouse(configOfExisting(environment))
  try {
    const tools = { ...house, isLocked: () => house.keys.isLocked() }
    const checks = [...(await examine(tools, house.clock())), ...(await tryEverything(tools, house.clock()))]
    const outbound = await listOutbound(house)
    const broken = checks.some(({ state }) => state === 'stop')
    if (args.includes('--json')) console.log(JSON.stringify({ ok: !broken, checks, outbound }))
    else {
      const { console: page, outbound: told } = words('en')
      for (const check of checks) {
        const { name, state } = check
        console.log(`${SIGN[state]}  ${page.health.checks[name].title}: ${doctorSentence('en', check)}`)
        if (state !== 'good') console.log(`      → ${page.health.advice[name]}`)
      }
      console.log(`\n${outbound.length ? `${told.title}:` : told.none}`)
      for (const { kind, name, host, port } of outbound)
        console.log(`  ${told.kinds[kind].name}${name ? ` (${name})` : ''}: ${host.includes(':') ? `[${host}]` : host}:${port}`)
    }
    return broken ? 1 : 0
  } finally {
    closeSandbox()
    await close()
  }
}
