/** A system that is told: it answers as given, in this order, the last one again and again, and keeps what it was sent. */
export function openTarget(answers: readonly (() => Response)[]) {
  const calls: { headers: Headers; body: string }[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      calls.push({ headers: request.headers, body: await request.text() })
      return (answers[calls.length - 1] ?? answers.at(-1)!)()
    },
  })
  return { calls, host: `127.0.0.1:${server.port}`, [Symbol.dispose]: () => server.stop(true) }
}
