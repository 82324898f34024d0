import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../base/refusal.ts'
import { count } from '../log/counts.ts'
import { commandOf, environmentOf, type Fence } from './fence.ts'
import { sendParcel, unpack } from './parcel.ts'
import type { Answer, Bounds } from './task.ts'

const MOST_TASKS = 50
const MOST_IDLE_BYTES = 300 * 1024 * 1024
const WATCH = 40
/** How many times its share a child that is kept waiting may take by the clock, and which part of it counts as work done. */
const PATIENCE = 2
const WORKED = 0.8
/** Whom the machine let do less than this part of it in all that time says nothing about the file. */
const STARVED = 0.25
const START = 10_000
const STARVATION = Symbol('starvation')

/** One child process with a private folder of its own. After any fault it is ended; the folder goes with it. */
export class Keeper {
  readonly bounds: Bounds
  readonly #folder: string
  readonly #process: Bun.Subprocess<'pipe', 'pipe', 'ignore'>
  readonly #lines: AsyncGenerator<string>
  #tasks = 0
  #ended = false

  private constructor(bounds: Bounds, folder: string, process: Bun.Subprocess<'pipe', 'pipe', 'ignore'>) {
    this.bounds = bounds
    this.#folder = folder
    this.#process = process
    this.#lines = linesOf(process.stdout)
  }

  /** Null where no child comes up inside this fence. */
  static async start(fence: Fence, bounds: Bounds, parent: string): Promise<Keeper | null> {
    const command = commandOf(fence, bounds)
    if (!command) return null
    const folder = mkdtempSync(join(parent, 'child-'))
    try {
      const process = Bun.spawn(command, {
        cwd: folder,
        env: environmentOf(folder, bounds),
        stdin: 'pipe',
        stdout: 'pipe',
        stderr: 'ignore',
      })
      process.unref()
      count({ name: 'child', kind: 'reader', what: 'started' })
      const keeper = new Keeper(bounds, folder, process)
      if (typeof (await keeper.#hear(START, () => null)) === 'string') return keeper
      keeper.end()
    } catch {
      rmSync(folder, { recursive: true, force: true })
    }
    return null
  }

  /** Runs one task; the child is not fit for another one where `isSpent` says so afterwards. */
  async run(kind: string, input: unknown, milliseconds: number, signal: AbortSignal | undefined): Promise<unknown> {
    const path = join(this.#folder, `task-${this.#tasks++}`)
    try {
      await sendParcel(path, input)
      this.#process.stdin.write(`${kind}\t${path}\n`)
      this.#process.stdin.flush()
      const line = await this.#hear(milliseconds, () =>
        signal?.aborted ? 'aborted' : this.residentBytes() > this.bounds.bytes ? 'memory' : null,
      )
      if (signal?.aborted) throw signal.reason
      if (line === STARVATION) throw new Refusal('unavailable', 'sandbox.busy')
      if (line === null)
        throw new Refusal('invalid', kind === 'mark' || kind === 'check-picture' ? 'picture.damaged' : 'document.too-heavy')
      const answer = JSON.parse(line) as Answer
      if ('done' in answer) return unpack(await Bun.file(`${path}.out`).bytes())
      const { code, reason, params } = answer.refusal
      if (answer.fault) this.end()
      throw new Refusal(code === 'too_large' ? 'too_large' : 'invalid', reason, params, answer.fault ? { cause: answer.fault } : undefined)
    } catch (error) {
      if (!(error instanceof Refusal)) this.end()
      throw error
    } finally {
      for (const file of [path, `${path}.out`]) rmSync(file, { force: true })
    }
  }

  get isSpent(): boolean {
    return this.#ended || this.#tasks >= MOST_TASKS || this.residentBytes() > MOST_IDLE_BYTES || !existsSync(this.#folder)
  }

  /** 0 where the system does not tell. */
  residentBytes(): number {
    try {
      return Number(readFileSync(`/proc/${this.#process.pid}/statm`, 'utf8').split(' ')[1]) * 4_096
    } catch {
      return 0
    }
  }

  /** Processor time of the child so far; without end where the system does not tell, so that the clock alone decides. */
  #workedMilliseconds(): number {
    try {
      // proc(5): after the name in brackets, utime and stime are the 12th and 13th words, in hundredths of a second.
      const words = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(words[11]) + Number(words[12])) * 10
    } catch {
      return this.#ended ? 0 : Date.now()
    }
  }

  end(): void {
    if (!this.#ended) this.#process.kill('SIGKILL')
    this.#ended = true
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The next line; null where the child is past its time, refused by `watch` or gone; STARVATION where it had no turn. It is ended then. */
  async #hear(milliseconds: number, watch: () => string | null): Promise<string | typeof STARVATION | null> {
    const silence = Promise.withResolvers<typeof STARVATION | null>()
    const began = { at: Date.now(), worked: this.#workedMilliseconds() }
    const isOver = (): boolean => {
      const waited = Date.now() - began.at
      if (waited <= milliseconds) return false
      // A busy machine may leave the child waiting: what counts is the work that it has done, until even patience ends.
      return waited > PATIENCE * milliseconds || this.#workedMilliseconds() - began.worked > WORKED * milliseconds
    }
    const timer = setInterval(() => {
      if (watch()) silence.resolve(null)
      else if (isOver()) silence.resolve(this.#workedMilliseconds() - began.worked < STARVED * milliseconds ? STARVATION : null)
    }, WATCH)
    try {
      const line = await Promise.race([this.#lines.next().then(({ value, done }) => (done ? null : (value as string))), silence.promise])
      if (line === null || line === STARVATION) {
        count({ name: 'child', kind: 'reader', what: 'killed' })
        this.end()
      }
      return line
    } finally {
      clearInterval(timer)
    }
  }
}

const LONGEST_LINE = 65_536

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of stream) {
    rest += decoder.decode(piece, { stream: true })
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield rest.slice(0, end)
      rest = rest.slice(end + 1)
    }
    if (rest.length > LONGEST_LINE) return
  }
}
