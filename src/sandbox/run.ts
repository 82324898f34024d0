import { LaidAside } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import { type Fence, FENCES } from './fence.ts'
import { Keeper } from './keeper.ts'
import { Line } from './line.ts'
import { privateFolder } from './private-folder.ts'
import { type Bounds, boundsOf, ORDINARY, type Sent, type TaskInput, type TaskKind, type TaskOutput } from './task.ts'

export interface TaskOptions {
  /** How many pages the caller knows the document to have: more of them may take longer. */
  readonly pages?: number
  /** Less time than the bounds give. */
  readonly milliseconds?: number
  readonly signal?: AbortSignal
}

const line = new Line(2, 32)
const IDLE = 60_000

type Place = Pick<Config, 'dataDirectory'>

/**
 * Has a stranger's bytes read by a child process: no network, no environment, a private folder, bounded time and memory. Throws a Refusal:
 * `document.too-heavy` past the bounds, `sandbox.busy` where the line is full or the machine gave the child no turn, the child's own reason otherwise. The server is never harmed.
 */
export async function runTask<K extends TaskKind>(
  config: Place,
  kind: K,
  input: Sent<TaskInput[K]>,
  options: TaskOptions = {},
): Promise<TaskOutput[K]> {
  const pages = options.pages ?? ('pages' in input && Array.isArray(input.pages) ? input.pages.length : 0)
  const bounds = boundsOf(sizeOf(input), pages)
  const milliseconds = Math.min(bounds.milliseconds, options.milliseconds ?? Number.POSITIVE_INFINITY)
  const release = await line.enter(options.signal)
  try {
    options.signal?.throwIfAborted()
    const keeper = await keeperFor(config, bounds)
    try {
      return (await keeper.run(kind, input, milliseconds, options.signal)) as TaskOutput[K]
    } finally {
      putBack(keeper)
    }
  } finally {
    release()
  }
}

/** What holds a child on this machine; for doctor. Starts one to find out. */
export async function sandboxFacts(config: Place): Promise<Fence & { readonly works: boolean }> {
  try {
    putBack(await keeperFor(config, ORDINARY))
    return { ...fence!, works: true }
  } catch {
    return { network: false, limits: false, works: false }
  }
}

/** Ends the idle children and removes their folders. A later task starts new ones. */
export function closeSandbox(): void {
  for (const { keeper, timer } of idle.splice(0)) {
    clearTimeout(timer)
    keeper.end()
  }
}

const idle: { readonly keeper: Keeper; readonly timer: ReturnType<typeof setTimeout> }[] = []
let fence: Fence | undefined
let tidies = false

async function keeperFor(config: Place, bounds: Bounds): Promise<Keeper> {
  const at = idle.findIndex(({ keeper }) => keeper.bounds.bytes === bounds.bytes)
  if (at >= 0) {
    const [{ keeper, timer }] = idle.splice(at, 1) as [(typeof idle)[number]]
    clearTimeout(timer)
    if (!keeper.isSpent && keeper.residentBytes() > 0) return keeper
    keeper.end()
    return keeperFor(config, bounds)
  }
  const folder = privateFolder(config)
  if (!tidies) process.on('exit', closeSandbox)
  tidies = true
  for (const candidate of fence ? [fence] : FENCES) {
    const keeper = await Keeper.start(candidate, bounds, folder)
    if (keeper) {
      fence = candidate
      return keeper
    }
  }
  throw new Refusal('unavailable', 'sandbox.unavailable')
}

function putBack(keeper: Keeper): void {
  if (keeper.isSpent || keeper.bounds.bytes !== ORDINARY.bytes) return keeper.end()
  const timer = setTimeout(() => {
    const at = idle.findIndex((place) => place.keeper === keeper)
    if (at >= 0) idle.splice(at, 1)
    keeper.end()
  }, IDLE)
  timer.unref()
  idle.push({ keeper, timer })
}

function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length
  if (value instanceof LaidAside) return value.size
  if (value === null || typeof value !== 'object') return 0
  return Object.values(value).reduce<number>((total, inner) => total + sizeOf(inner), 0)
}
