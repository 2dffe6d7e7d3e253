import { startChild, type Child } from './children/child-process.js'
import type { Contestant, ContestPlan } from './load/contest.js'
import type { Message } from './load/messages.js'

/** How much is measured. */
export interface Scale {
  readonly rounds: number
  readonly sliceMs: number
  readonly warmUpMs: number
  /** How often a slice is measured until no other process disturbs it. */
  readonly tries: number
  /** Users' tokens for the measurement of many. */
  readonly manyTokens: number
  /** Calls before the memory is read. */
  readonly memoryCalls: number
}

export const FULL: Scale = {
  ...{ rounds: 7, sliceMs: 1_000, warmUpMs: 2_000, tries: 4 },
  ...{ manyTokens: 100_000, memoryCalls: 50_000 },
}
export const SHORT: Scale = {
  ...{ rounds: 3, sliceMs: 250, warmUpMs: 600, tries: 1 },
  ...{ manyTokens: 5_000, memoryCalls: 5_000 },
}

/** The audience of the tokens for all servers: none of them is told its port before it listens. */
export const AUDIENCE = 'http://bench.example/mcp'
const NO_LIMIT = '1000000'

/** An authorization server and an API, and the servers that are started in front of them. */
export class Stack {
  readonly scale: Scale
  readonly issuer: Child
  readonly api: Child
  #users = 0

  private constructor(scale: Scale, children: { readonly issuer: Child; readonly api: Child }) {
    this.scale = scale
    this.issuer = children.issuer
    this.api = children.api
  }

  static async open(scale: Scale): Promise<Stack> {
    const [issuer, api] = await Promise.all([
      startChild('children/issuer.mjs', {}),
      startChild('children/api.mjs', {}),
    ])
    return new Stack(scale, { issuer, api })
  }

  get plan(): ContestPlan {
    return { ...this.scale, pids: [this.issuer.pid, this.api.pid] }
  }

  /** Our server with all limits far away, its log switched on and written to nowhere. */
  ours(
    more: { tools?: number; security?: boolean; environment?: Record<string, string> } = {},
  ): Promise<Child> {
    return startChild('children/ours.mjs', { ...more, environment: this.environment(more) })
  }

  environment({ environment = {} }: { environment?: Record<string, string> } = {}) {
    return {
      ISSUER_BASE_URL: this.#issuerUrl,
      AUTH0_AUDIENCE: AUDIENCE,
      MCP_AUTH0_CLIENT_ID: 'mcp-server',
      MCP_AUTH0_CLIENT_SECRET: 'secret',
      API_AUTH0_AUDIENCE: 'https://api.example/',
      API_BASE_URL: this.api.origin,
      RATE_LIMIT_PER_ADDRESS: NO_LIMIT,
      RATE_LIMIT_PER_CALLER: NO_LIMIT,
      BODY_BYTES_PER_CALLER: '1000000000',
      CONCURRENCY_PER_CALLER: '0',
      API_CONCURRENCY_PER_USER: '64',
      EXCHANGE_RATE_PER_SECOND: '100000',
      ...environment,
    }
  }

  peer(name: string, more: object = {}): Promise<Child> {
    const settings = { issuer: this.#issuerUrl, audience: AUDIENCE, api: this.api.origin, ...more }
    return startChild(`peers/${name}.mjs`, settings)
  }

  /** Tokens of as many users that nobody has seen before. */
  async newTokens(count: number): Promise<readonly string[]> {
    this.#users += 1
    const mint = { audience: AUDIENCE, count, prefix: `${this.#users}` }
    return (await this.issuer.ask({ mint })) as readonly string[]
  }

  async setLatency(latencyMs: number): Promise<void> {
    await this.issuer.ask({ latency: latencyMs })
  }

  async close(): Promise<void> {
    await Promise.all([this.issuer.close(), this.api.close()])
  }

  get #issuerUrl(): string {
    return `${this.issuer.origin}/`
  }
}

/** One message with the same token for all calls. */
export function warm(
  name: string,
  child: Child,
  { message, token }: { readonly message: Message; readonly token?: string },
): Contestant {
  return { name, child, load: { message, tokenOf: () => token } }
}

/** Starts servers, and ends them when `measure` is over. */
export async function during<T>(
  children: readonly Promise<Child>[],
  measure: (started: readonly Child[]) => Promise<T>,
): Promise<T> {
  const started = await Promise.all(children)
  try {
    return await measure(started)
  } finally {
    await Promise.all(started.map((child) => child.close()))
  }
}
