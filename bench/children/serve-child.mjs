/**
 * The child's half of `child-process.ts`: starts what it is told to, and answers what it is asked.
 *
 * JavaScript, because the peers are: their packages are installed for the benchmark alone, and have no types here.
 *
 * @param {{
 *   start: (settings: any) => Promise<number>,
 *   count?: () => number,
 *   act?: (settings: any) => unknown,
 * }} program `start` resolves with the port.
 */
export function serveChild({ start, count = () => 0, act = () => undefined }) {
  const answers = {
    start: async (settings) => ({ kind: 'started', port: await start(settings) }),
    read: async () => reading(count()),
    do: async (settings) => ({ kind: 'done', result: await act(settings) }),
  }
  process.once('disconnect', () => process.exit(0))
  process.on('message', ({ kind, settings }) => {
    answers[kind](settings).then(
      (told) => process.send(told),
      (error) => process.send({ kind: 'failed', message: String(error?.message ?? error) }),
    )
  })
}

function reading(count) {
  const { user, system } = process.cpuUsage()
  return {
    kind: 'reading',
    cpuMs: (user + system) / 1_000,
    rssBytes: process.memoryUsage.rss(),
    count,
  }
}

/** Listens on a free port of the loopback address; resolves with the port. */
export function listenOnLoopback(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
}
