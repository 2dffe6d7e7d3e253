import type { Environment } from '../../src/config/config.js'
import { callTool, openMcpDoor, postMcp, rpcAnswer, type McpDoor } from './mcp-door.js'
import { TestIssuer } from './test-issuer.js'

type Claims = Readonly<Record<string, unknown>>

/** What became of a call with one token. */
export interface Outcome {
  readonly status: number
  /** The reason in the log, of a refusal. */
  readonly reason: unknown
  readonly text: string
  readonly challenge: string
  /** The log line of a refusal. */
  readonly log: Claims
}

/** Servers in front of one issuer, whose tokens a test writes claim by claim. */
export class DialectDoors {
  readonly issuer: TestIssuer
  readonly #opened: McpDoor[] = []

  private constructor(issuer: TestIssuer) {
    this.issuer = issuer
  }

  static async start(): Promise<DialectDoors> {
    return new DialectDoors(await TestIssuer.start())
  }

  async open(environment: Environment = {}): Promise<McpDoor> {
    const door = await openMcpDoor({
      issuer: this.issuer.issuer,
      environment: { RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_PER_CALLER: '0', ...environment },
    })
    this.#opened.push(door)
    return door
  }

  /** Calls a tool with a token of the older dialect (`typ: JWT`) that differs from a good one by the given claims. */
  async call(
    door: McpDoor,
    claims: Claims,
    message: object = callTool('whoami'),
  ): Promise<Outcome> {
    const token = await this.issuer.mint(door.audience, {
      header: { typ: 'JWT' },
      claims: { sub: 'user-1', ...claims },
    })
    const before = door.log.lines.length
    const response = await postMcp(door.endpoint, message, { token })
    const line = door.log.lines.slice(before).find(({ name }) => name === 'request_refused')
    return {
      status: response.status,
      reason: line?.fields['reason'],
      text: await response.text(),
      challenge: response.headers.get('www-authenticate') ?? '',
      log: line?.fields ?? {},
    }
  }

  /** The scopes that `whoami` finds. */
  async scopesOf(door: McpDoor, claims: Claims): Promise<unknown> {
    const { text } = await this.call(door, claims)
    const answer = (await rpcAnswer({ text: () => Promise.resolve(text) })) as {
      result?: { structuredContent?: { scopes?: unknown } }
    }
    return answer.result?.structuredContent?.scopes
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened, this.issuer].map((open) => open.close()))
  }
}
