// Loaded into the server in front of its own modules: tells the parent process how much the server has and how late its event loop is.
import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const NANOSECONDS = 1e6
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

process.on('message', () => {
  // Before the collection, which keeps the event loop itself.
  const loop = { p50Ms: ms(50), p99Ms: ms(99), maxMs: delay.max / NANOSECONDS }
  // A second one collects what the first has made unreachable.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, rss, external } = process.memoryUsage()
  const handles = process.getActiveResourcesInfo()
  process.send({
    reading: { heapUsed, rss, external, fds: openFiles(), handles: handles.length, loop },
    kinds: Object.fromEntries([...new Set(handles)].map((kind) => [kind, count(handles, kind)])),
  })
  delay.reset()
})
// Without its parent nobody reads its outputs: it ends without flushing them.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// The server ends as it does without a parent.
process.channel.unref()

function ms(share) {
  return delay.percentile(share) / NANOSECONDS
}

function count(handles, kind) {
  return handles.filter((handle) => handle === kind).length
}

/** Counted where the system shows them. */
function openFiles() {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
