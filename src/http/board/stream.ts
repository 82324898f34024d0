import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { findLiveSession } from '../../access/session.ts'
import { type Changed, changesFor, changesSince, type Told, toldNow } from '../../board/changes.ts'
import { Refusal } from '../../base/refusal.ts'
import type { House } from '../../house.ts'
import { log } from '../../log/lines.ts'
import { requireUser, viewsDocuments } from '../access.ts'
import { createApp } from '../env.ts'

/** How often the trail is looked at while anybody watches; how often a silent line says that it is there. */
const LOOK = 500
const BEAT = 15_000
/** Open boards of one session: a browser keeps few connections to one house, and pages need some. */
const MOST_OF_SESSION = 4
const MOST = 500

interface Watcher {
  readonly sessionId: string
  tell(changed: Changed | null): Promise<void>
  end(): void
}

/** Who watches this house now. One look at the trail serves all of them. */
interface Watch {
  readonly watchers: Set<Watcher>
  told: Told
  timer: ReturnType<typeof setTimeout> | null
  isClosed: boolean
}

const WATCHES = new WeakMap<House['db'], Watch>()

function watchOf({ db }: House): Watch {
  const known = WATCHES.get(db)
  if (known) return known
  const made: Watch = { watchers: new Set(), told: { seq: 0, change: 0 }, timer: null, isClosed: false }
  WATCHES.set(db, made)
  return made
}

/** Ends every stream, so that a server that stops need not wait for those who watch. */
export function endStreams(house: House): void {
  const watch = watchOf(house)
  watch.isClosed = true
  for (const watcher of watch.watchers) watcher.end()
}

async function join(house: House, watcher: Watcher): Promise<void> {
  const watch = watchOf(house)
  watch.watchers.add(watcher)
  if (watch.timer) return
  watch.timer = setTimeout(() => {}, 0)
  watch.told = await toldNow(house.db)
  schedule(house, watch)
}

function schedule(house: House, watch: Watch): void {
  if (watch.timer) clearTimeout(watch.timer)
  watch.timer = null
  if (!watch.watchers.size || watch.isClosed) return
  watch.timer = setTimeout(() => void look(house, watch).finally(() => schedule(house, watch)), LOOK)
}

async function look(house: House, watch: Watch): Promise<void> {
  try {
    const changed = await changesSince(house.db, watch.told)
    if (changed.told.seq === watch.told.seq && changed.told.change === watch.told.change) return
    watch.told = changed.told
    // Any entry may be a sign-out or a right that was taken: everybody is looked at again.
    await Promise.all([...watch.watchers].map((watcher) => watcher.tell(changed)))
  } catch (error) {
    if (!watch.isClosed) log('error', 'board.stream', { error: error instanceof Error ? error.stack : String(error) })
  }
}

const toldIn = (text: string | undefined): Told | null => {
  const [, seq, change] = /^(\d{1,15})\.(\d{1,15})$/.exec(text ?? '') ?? []
  return seq && change ? { seq: Number(seq), change: Number(change) } : null
}

/**
 * What changes on the board, as server-sent events: `changed` with the ids of cards that this reader sees or no longer sees. It ends with the
 * session, whose end it does not put off.
 */
export const boardStream = createApp().get('/board/stream', viewsDocuments, (c) => {
  const { house, sessionId } = c.var
  requireUser(c)
  const watch = watchOf(house)
  if (!sessionId || watch.isClosed || watch.watchers.size >= MOST) throw new Refusal('unavailable', 'server.busy')
  if ([...watch.watchers].filter((watcher) => watcher.sessionId === sessionId).length >= MOST_OF_SESSION)
    throw new Refusal('rate_limited', 'board.too-many-streams')
  const since = toldIn(c.req.header('last-event-id') ?? c.req.query('since'))
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, (stream) => watchFor(house, stream, sessionId, since))
})

async function watchFor(house: House, stream: SSEStreamingApi, sessionId: string, since: Told | null): Promise<void> {
  const { db, clock } = house
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const tell = async (changed: Changed | null): Promise<void> => {
    const found = await findLiveSession(db, sessionId, clock())
    if (!found) {
      await stream.writeSSE({ event: 'signed-out', data: '' })
      return end()
    }
    if (!changed) return void (await stream.writeSSE({ event: 'beat', data: '' }))
    const ids = await changesFor(db, found.user, changed)
    if (ids.length) await stream.writeSSE({ event: 'changed', id: `${changed.told.seq}.${changed.told.change}`, data: ids.join(',') })
  }
  const watcher: Watcher = { sessionId, tell, end }
  stream.onAbort(end)
  const beat = setInterval(() => void tell(null).catch(end), BEAT)
  try {
    await join(house, watcher)
    await stream.writeSSE({ event: 'beat', data: '' })
    // What was missed, in pieces: somebody who was away for long has much to be told.
    for (let told = since; told;) {
      const missed = await changesSince(db, told)
      const isEnd = missed.told.seq === told.seq && missed.told.change === told.change
      if (!isEnd) await tell(missed)
      told = isEnd ? null : missed.told
    }
    await ended
  } finally {
    clearInterval(beat)
    watchOf(house).watchers.delete(watcher)
  }
}
