import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { drop } from './connections.js'
import type { Scenario } from './scenario.js'
import { callOf, messageOf, WrongAnswer, type Visit } from './visit.js'

const REVISION = '2025-11-25'

/** What 2025 clients do within a session. */
export const SESSIONS: readonly Scenario[] = [
  {
    ...{ name: 'session that its client ends', weight: 3, inSessions: true },
    async run(visit) {
      const session = await Session.open(visit)
      const stream = await session.listen()
      await session.call('whoami', {}, visit.user.subject)
      await session.call('greet', {}, 'Hello from the API')
      drop(stream)
      await session.end()
    },
  },
  {
    ...{ name: 'session that is left alone', weight: 2, inSessions: true },
    async run(visit) {
      const session = await Session.open(visit)
      await session.call('whoami', {}, visit.user.subject)
      if (Math.random() < 0.5) drop(await session.listen())
    },
  },
  {
    ...{ name: 'call that is cancelled in a session', weight: 2, inSessions: true },
    async run(visit) {
      const session = await Session.open(visit)
      await session.cancelledCall()
      await session.end()
    },
  },
  {
    ...{ name: "another user's session", weight: 1, inSessions: true },
    async run(visit) {
      const session = await Session.open(visit)
      const other = visit.as(visit.users.any())
      if (other.user === visit.user) return
      const message = messageOf('tools/list', {}, REVISION)
      const token = await other.user.token()
      await other.ask({ message, token, headers: session.headers }, { status: 404 })
      await session.end()
    },
  },
]

class Session {
  readonly #visit: Visit
  readonly headers: Readonly<Record<string, string>>

  private constructor(visit: Visit, id: string) {
    this.#visit = visit
    this.headers = { 'mcp-session-id': id }
  }

  static async open(visit: Visit): Promise<Session> {
    const client = { capabilities: {}, clientInfo: { name: 'soak', version: '1.0.0' } }
    const params = { protocolVersion: REVISION, ...client }
    const message = messageOf('initialize', params, REVISION)
    const token = await visit.user.token()
    const { headers } = await visit.ask({ message, token }, { status: 200, text: REVISION })
    const id = headers['mcp-session-id']
    if (typeof id !== 'string') throw new WrongAnswer('no session was opened')
    const session = new Session(visit, id)
    await session.#notify('notifications/initialized', {})
    return session
  }

  async call(tool: string, args: object, text: string): Promise<void> {
    const { user } = this.#visit
    const message = callOf(tool, args, REVISION)
    const record = { tool, subject: user.subject, outcomes: ['ok'] }
    const sent = { message, token: await user.token(), headers: this.headers }
    await this.#visit.ask(sent, { status: 200, text, record })
  }

  /** The API holds the call, and the client takes it back. */
  async cancelledCall(): Promise<void> {
    const { user, audit } = this.#visit
    const held = `held-${randomUUID()}`
    const message = callOf('get_thing', { id: held }, REVISION)
    const { id } = message.message as { readonly id: string }
    const outcomes = ['client_gone', 'cancelled']
    audit.expect(id, { tool: 'get_thing', subject: user.subject, outcomes })
    const leaving = new AbortController()
    const sent = { message, token: await user.token(), headers: this.headers }
    const asked = this.#visit
      .open(sent, { signal: leaving.signal })
      .then(({ body }) => body.text())
      .catch(() => 'left')
    await Promise.race([this.#visit.arrives(held), asked])
    await this.#notify('notifications/cancelled', { requestId: id })
    await wait(200)
    leaving.abort()
    await asked
  }

  async listen() {
    const sent = { token: await this.#visit.user.token(), headers: this.#all() }
    const stream = await this.#visit.open(sent, { method: 'GET' })
    if (stream.statusCode === 200) return stream
    throw new WrongAnswer(`no stream: ${stream.statusCode} ${await stream.body.text()}`)
  }

  async end(): Promise<void> {
    const sent = { token: await this.#visit.user.token(), headers: this.#all() }
    const { statusCode, body } = await this.#visit.open(sent, { method: 'DELETE' })
    const text = await body.text()
    if (statusCode !== 200) throw new WrongAnswer(`a session ended with ${statusCode} ${text}`)
  }

  async #notify(method: string, params: object): Promise<void> {
    const message = { message: { jsonrpc: '2.0', method, params }, headers: this.#all() }
    await this.#visit.ask({ message, token: await this.#visit.user.token() }, { status: 202 })
  }

  #all(): Readonly<Record<string, string>> {
    return { ...this.headers, 'MCP-Protocol-Version': REVISION }
  }
}
