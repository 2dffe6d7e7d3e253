import { Pool } from 'undici'
import { percentile } from '../statistics.js'
import type { Message } from './messages.js'

/** A server under load: one message, sent again and again. */
export interface Load {
  readonly origin: string
  readonly message: Message
  /** The token of the nth call; `undefined` sends none. */
  readonly tokenOf: (call: number) => string | undefined
  readonly status?: number | undefined
  /** Each has one request under way at a time. Default 16. */
  readonly connections?: number | undefined
  /** Ends after so long, or after so many calls, whichever comes first. */
  readonly forMs: number
  readonly calls?: number | undefined
}

/** What a load came to. */
export interface Slice {
  readonly calls: number
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
}

/** Sends requests, each when the one before has been answered. Rejects at the first wrong answer. */
export async function closedLoop(load: Load): Promise<Slice> {
  const { connections = 16, forMs, calls = Number.POSITIVE_INFINITY } = load
  const pool = new Pool(load.origin, { connections, pipelining: 1 })
  const waits: number[] = []
  const begun = performance.now()
  const end = begun + forMs
  let sent = 0
  const one = async (): Promise<void> => {
    while (sent < calls && performance.now() < end) {
      const call = sent
      sent += 1
      const asked = performance.now()
      await ask(pool, load, call)
      waits.push(performance.now() - asked)
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, one))
  } finally {
    await pool.close()
  }
  const seconds = (performance.now() - begun) / 1_000
  return {
    calls: waits.length,
    perSecond: waits.length / seconds,
    medianMs: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
  }
}

async function ask(pool: Pool, load: Load, call: number): Promise<void> {
  const { message, status = 200 } = load
  const token = load.tokenOf(call)
  const answered = await pool.request({
    path: '/mcp',
    method: 'POST',
    headers:
      token === undefined
        ? message.headers
        : { ...message.headers, authorization: `Bearer ${token}` },
    body: message.body,
  })
  const text = await answered.body.text()
  if (answered.statusCode === status && text.includes(message.answer)) return
  throw new Error(`A wrong answer (${answered.statusCode}): ${text.slice(0, 400)}`)
}
