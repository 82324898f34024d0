/** Carries out one disposal, to be killed on the way: `bun test/crash/disposal-life.ts DATABASE DISPOSAL INSTANT failpoint:k`. Never reaches the certificate. */
import { armFailpoint } from '../../src/base/failpoint.ts'
import { instant } from '../../src/base/instant.ts'
import { openDb } from '../../src/db/open.ts'
import { carryOutDisposal } from '../../src/vault/destroying.ts'

const [file = '', disposal = '', at = '', failpoint = ''] = process.argv.slice(2)
armFailpoint(failpoint, () => process.kill(process.pid, 'SIGKILL'))
const never = undefined as never
await carryOutDisposal({ db: openDb(file), config: never, clock: () => instant(new Date(at)), keys: never }, disposal)
