/** What a piece of the product takes, beside what this machine needs at the least for the same. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 'ms' | 'req/s' | 'tx/s' | 'MiB'
  readonly limit: number
  /** How many times worse than the limit: 1 is perfect, whatever the unit. */
  readonly ratio: number
  /** What the limit is, for whoever reads the line. */
  readonly over: string
}

export interface Work {
  readonly run: () => Promise<unknown>
  /** Makes ready for one run; not measured. */
  readonly before?: () => unknown
}

const WARM = 3

/** In turns, so that a busy moment of the machine falls on both; the least of each in milliseconds, the first rounds left out. */
export async function best(rounds: number, value: Work, limit: Work): Promise<{ value: number; limit: number }> {
  const least = { value: Number.POSITIVE_INFINITY, limit: Number.POSITIVE_INFINITY }
  for (let round = 0; round < rounds + WARM; round++)
    for (const [name, work] of [
      ['value', value],
      ['limit', limit],
    ] as const) {
      await work.before?.()
      const start = Bun.nanoseconds()
      await work.run()
      const milliseconds = (Bun.nanoseconds() - start) / 1e6
      if (round >= WARM) least[name] = Math.min(least[name], milliseconds)
    }
  return least
}

/** Milliseconds of the work over milliseconds of the least. */
export const timed = (name: string, { value, limit }: { value: number; limit: number }, over: string): Figure => ({
  name,
  value,
  unit: 'ms',
  limit,
  ratio: value / limit,
  over,
})

/** How often a second, of runs that do `count` each. */
export const perSecond = (
  name: string,
  unit: 'req/s' | 'tx/s',
  { value, limit }: { value: number; limit: number },
  count: number,
  over: string,
): Figure => ({ name, value: (count * 1_000) / value, unit, limit: (count * 1_000) / limit, ratio: value / limit, over })
