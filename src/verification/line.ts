import { Refusal } from '../base/refusal.ts'

/** Strangers' files stand in a line of their own, one read at a time: however many come, people who sign are not kept waiting. */
const WAITING = 12
let isBusy = false
const line: (() => void)[] = []

/** Does the work when its turn comes; refused as `sandbox.busy` where the line is full. */
export async function inLine<T>(work: () => Promise<T>): Promise<T> {
  if (isBusy) {
    if (line.length >= WAITING) throw new Refusal('unavailable', 'sandbox.busy')
    await new Promise<void>((resolve) => line.push(resolve))
  }
  isBusy = true
  try {
    return await work()
  } finally {
    const next = line.shift()
    if (next) next()
    else isBusy = false
  }
}
