import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const PROBE_EVERY_MS = 200

interface Backend {
  readonly origin: string
  readonly agent: Agent
  isReady: boolean
  underWay: number
}

/**
 * A load balancer as simple as one can be: asks each server for `/readyz`, and hands requests in turns to those that are ready.
 *
 * Tries another server where no connection came about. Answers 502 where a connection broke: the request may have been handled.
 */
export class Balancer {
  /** Requests that broke off at a server. */
  broken = 0
  readonly #backends: Backend[] = []
  readonly #server = createServer((req, res) => {
    this.#handle(req, res).catch(() => res.destroy())
  })
  readonly #probing: Promise<void>
  #turn = 0
  #closing = false

  private constructor() {
    this.#probing = this.#probe()
  }

  static async open(): Promise<Balancer> {
    const balancer = new Balancer()
    balancer.#server.listen(0, '127.0.0.1')
    await once(balancer.#server, 'listening')
    return balancer
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when the server gets requests. */
  async add(origin: string): Promise<void> {
    const agent = new Agent({ keepAlive: true })
    const backend: Backend = { origin, agent, isReady: false, underWay: 0 }
    this.#backends.push(backend)
    while (!backend.isReady) await pause(PROBE_EVERY_MS / 4)
  }

  remove(origin: string): void {
    const at = this.#backends.findIndex((backend) => backend.origin === origin)
    const [removed] = this.#backends.splice(at, 1)
    removed?.agent.destroy()
  }

  /** Requests that a server has and has not answered. */
  underWay(origin: string): number {
    return this.#backends.find((backend) => backend.origin === origin)?.underWay ?? 0
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#probing
    for (const { agent } of this.#backends) agent.destroy()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    for (let backend = this.#next(); backend !== undefined; backend = this.#next()) {
      if ((await this.#pass(backend, { req, res, body })) === 'done') return
      // It is down; the next probe would find out.
      backend.isReady = false
    }
    res.writeHead(503).end()
  }

  #next(): Backend | undefined {
    const ready = this.#backends.filter(({ isReady }) => isReady)
    this.#turn += 1
    return ready[this.#turn % ready.length]
  }

  async #pass(
    backend: Backend,
    { req, res, body }: { req: IncomingMessage; res: ServerResponse; body: Buffer },
  ): Promise<'done' | 'not_connected'> {
    backend.underWay += 1
    try {
      const passed = request(new URL(req.url ?? '/', backend.origin), {
        method: req.method,
        agent: backend.agent,
        headers: { ...req.headers, connection: 'keep-alive' },
      })
      passed.end(body)
      const [answer] = (await once(passed, 'response')) as [IncomingMessage]
      const parts: Buffer[] = []
      for await (const part of answer) parts.push(part as Buffer)
      res.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(parts))
      return 'done'
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return 'not_connected'
      this.broken += 1
      res.writeHead(502).end()
      return 'done'
    } finally {
      backend.underWay -= 1
    }
  }

  async #probe(): Promise<void> {
    while (!this.#closing) {
      await Promise.all(this.#backends.map(probe))
      await pause(PROBE_EVERY_MS)
    }
  }
}

async function probe(backend: Backend): Promise<void> {
  const answer = await fetch(`${backend.origin}/readyz`).catch(() => undefined)
  await answer?.text()
  backend.isReady = answer?.status === 200
}
