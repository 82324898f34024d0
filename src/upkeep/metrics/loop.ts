const BEAT = 500

/** How late this process's turns are: a beat that comes late was kept waiting by something that did not give way. */
export function watchLoop(): { take(): number; close(): void } {
  let longest = 0
  let due = performance.now() + BEAT
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - due)
    due = now + BEAT
  }, BEAT)
  timer.unref()
  return {
    /** Seconds, the most since the last time. */
    take() {
      const most = Math.max(longest, performance.now() - due, 0)
      longest = 0
      return most / 1_000
    },
    close: () => clearInterval(timer),
  }
}
