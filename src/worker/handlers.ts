import { PASSWORD_LINK_ASKED, sendPasswordLink } from '../access/forgotten-password.ts'
import { sweepAttempts } from '../access/attempts.ts'
import { forgetOldSessions } from '../access/forgetting-sessions.ts'
import { sweepAnswers } from '../access/sign-on/answers.ts'
import { DIRECTORY_ROUND, followDirectory } from '../access/sign-on/round.ts'
import { CHECKPOINT } from '../audit/checkpoint.ts'
import { tendAuthority } from '../authority/tending.ts'
import { DAY, type Instant, later, YEAR } from '../base/instant.ts'
import { sweepImports } from '../contact/importing.ts'
import { LINK_ASKED, sendAskedLinks } from '../ceremony/lost-link.ts'
import { carryOutRun } from '../board/carrying-out.ts'
import { RULE } from '../board/rule-runs.ts'
import { CODE_ERASURE, eraseCode } from '../ceremony/one-time-code.ts'
import { sweepPads } from '../ceremony/phone-pad.ts'
import { completeEnvelope } from '../envelope/completion.ts'
import { carryOutDispatch, DISPATCH } from '../envelope/dispatch.ts'
import { INDEXING } from '../envelope/filing.ts'
import { ENDING_SOON, tellEndingSoon } from '../envelope/ending-soon.ts'
import { EXPIRY, expireEnvelope } from '../envelope/expiry.ts'
import { remindTheSilent } from '../envelope/reminding.ts'
import { SEALING } from '../envelope/signature.ts'
import type { House } from '../house.ts'
import { forgetDeliveries, WEBHOOK } from '../integration/webhooks/deliveries.ts'
import { tellTarget } from '../integration/webhooks/telling.ts'
import { forgetDoneJobs, type Job } from '../jobs/queue.ts'
import type { Handler } from '../jobs/runner.ts'
import { deliverMessage } from '../mail/delivery.ts'
import { DELIVERY } from '../mail/outbox.ts'
import { orderDigests } from '../notification/digest.ts'
import { forgetRead } from '../notification/reading.ts'
import { makeBackupApart } from '../upkeep/backup/apart.ts'
import { BACKUP, orderNightlyBackup } from '../upkeep/backup/schedule.ts'
import { sweepPlaceAtNight } from '../upkeep/vault-place.ts'
import { takeCheckpoint } from '../upkeep/checkpointing.ts'
import { lookForAlarms } from '../upkeep/alarms/raising.ts'
import { carryOutExamination, EXAMINATION } from '../upkeep/examination.ts'
import { sweepObjects } from '../upkeep/sweeping.ts'
import { orderNightlySweep } from '../upkeep/vault-night.ts'
import { SWEEP, sweepSlice } from '../vault/sweep.ts'
import { carryOutDisposal } from '../vault/destroying.ts'
import { DISPOSAL } from '../vault/disposing.ts'
import { RECKONING, reckonSome } from '../vault/retention.ts'
import { INDEX_ROUND, indexEntry, orderIndexing } from '../vault/indexing.ts'
import { BULK } from '../template/bulk/bulk.ts'
import { carryOutBulk } from '../template/bulk/sending.ts'
import { forgetUnproven } from '../template/visitors/requests.ts'
import { orderReTimeStamps, RE_TIME_STAMP, reTimeStamp } from '../vault/re-time-stamping.ts'
import { messageSources } from './message-sources.ts'

/** What stands in a job's row. */
const payloadOf = <T>(job: Job): T => JSON.parse(job.payload) as T

/** The only place where a job's kind becomes a verb. */
export const handlersOf = (house: House): Readonly<Record<string, Handler>> => ({
  [DELIVERY]: (job) => deliverMessage({ ...house, sources: messageSources(house) }, payloadOf<{ message: string }>(job).message),
  [DISPATCH]: (job) => carryOutDispatch(house, payloadOf<{ envelope: string; by: string }>(job)),
  [SEALING]: (job) => completeEnvelope(house, payloadOf<{ envelope: string }>(job)),
  [EXPIRY]: (job) => expireEnvelope(house, payloadOf<{ envelope: string }>(job).envelope),
  [ENDING_SOON]: (job) => tellEndingSoon(house, payloadOf<{ envelope: string; deadline: Instant }>(job)),
  [DIRECTORY_ROUND]: (job) => {
    const { source, approved } = payloadOf<{ source: string; approved: string[] }>(job)
    return followDirectory(house, source, approved)
  },
  [CODE_ERASURE]: (job) => eraseCode(house.db, payloadOf<{ code: string }>(job).code),
  [PASSWORD_LINK_ASKED]: (job) => sendPasswordLink(house, house.clock(), payloadOf<{ sealed: string }>(job).sealed),
  [LINK_ASKED]: (job) => sendAskedLinks(house, payloadOf<{ sealed: string }>(job).sealed),
  [BULK]: (job) => carryOutBulk(house, payloadOf<{ bulk: string }>(job)),
  [CHECKPOINT]: () => takeCheckpoint(house),
  [RE_TIME_STAMP]: (job) => reTimeStamp(house, payloadOf<{ document: string }>(job)),
  [WEBHOOK]: (job) => tellTarget(house, payloadOf<{ delivery: string }>(job).delivery),
  [RULE]: (job) => carryOutRun(house, payloadOf<{ run: string }>(job).run, job.attempts),
  [INDEXING]: (job) => indexEntry(house, payloadOf<{ envelope: string }>(job).envelope),
  [INDEX_ROUND]: async () => void (await orderIndexing(house.db, house.clock())),
  [RECKONING]: (job) => reckonSome(house.db, house.clock(), payloadOf<{ after: number }>(job).after),
  [DISPOSAL]: (job) => carryOutDisposal(house, payloadOf<{ disposal: string }>(job).disposal),
  [BACKUP]: (job) => makeBackupApart(house, payloadOf<{ run: string }>(job).run),
  [SWEEP]: async (job) => {
    await sweepSlice(house, payloadOf<{ sweep: string }>(job).sweep)
    await lookForAlarms({ ...house, isLocked: () => house.keys.isLocked() }, house.clock())
  },
  [EXAMINATION]: (job) => carryOutExamination(house, payloadOf<{ examination: string }>(job).examination),
  [UPKEEP]: async () => {
    const at = house.clock()
    await sweepAttempts(house.db, later(at, -DAY))
    await sweepAnswers(house.db, later(at, -DAY))
    await sweepPads(house.db, later(at, -DAY))
    await forgetOldSessions(house.db, later(at, -30 * DAY))
    await remindTheSilent(house.db, at)
    await orderDigests(house.db, at)
    await forgetRead(house.db, later(at, -YEAR))
    await forgetUnproven(house.db, at)
    await sweepObjects(house.db, at)
    await sweepImports(house.db, at)
    await forgetDeliveries(house.db, later(at, -30 * DAY))
    await forgetDoneJobs(house.db, later(at, -7 * DAY))
    await tendAuthority(house, at)
    await orderReTimeStamps(house)
    await orderIndexing(house.db, at)
    await orderNightlySweep(house.db, at)
    await orderNightlyBackup(house.db, at)
    await sweepPlaceAtNight(house.db, at)
  },
})

/** Comes round every hour. */
export const UPKEEP = 'upkeep.round'
