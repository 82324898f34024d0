import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { runTask } from '../sandbox/run.ts'
import { type RegisterEntry, registerEntryOf } from './register.ts'
import { digestsOf } from './shown.ts'
import type { VerificationReport } from './verdict/report.ts'

export interface Verification {
  readonly report: VerificationReport
  readonly register: RegisterEntry | null
}

/** A visitor's file: judged in the sandbox against our own roots, then looked up. Nothing of it is kept. */
export async function verifyUploaded(tools: { readonly db: Db; readonly config: Config }, pdf: Bytes, at: Instant): Promise<Verification> {
  const { db, config } = tools
  const release = await enter()
  try {
    const report = await runTask(config, 'verify', { pdf, roots: await ownRoots(db), at })
    return { report, register: await registerEntryOf(db, digestsOf(report)) }
  } finally {
    release()
  }
}

/** Strangers' files stand in a line of their own, one read at a time: however many come, people who sign are not kept waiting. */
const WAITING = 12
let isBusy = false
const line: (() => void)[] = []

async function enter(): Promise<() => void> {
  if (isBusy) {
    if (line.length >= WAITING) throw new Refusal('unavailable', 'sandbox.busy')
    await new Promise<void>((resolve) => line.push(resolve))
  }
  isBusy = true
  return () => {
    const next = line.shift()
    if (next) next()
    else isBusy = false
  }
}

/** Every root that this house ever had: what an earlier one signed stays ours. */
export async function ownRoots(db: Db): Promise<Bytes[]> {
  const rows = await db.selectFrom('certificate').select('der').where('purpose', '=', 'root').where('revokedAt', 'is', null).execute()
  return rows.map(({ der }) => Uint8Array.from(der))
}
