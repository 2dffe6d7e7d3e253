import { randomUUID } from 'node:crypto'
import type { Dispatcher } from 'undici'
import { modern, type WireMessage } from '../../helpers/wire.js'
import type { AuditCheck, ExpectedRecord } from '../checks/audit-check.js'
import { SERVER_HOST } from '../world.js'
import type { User, Users } from './users.js'

export type Revision = '2025-11-25' | '2026-07-28'

/** What an answer was, against what was expected of it. */
export class WrongAnswer extends Error {}

/** What has to come back. */
export interface Expected {
  readonly status: number
  /** Stands in the text of the answer. */
  readonly text?: string | undefined
  /** What the audit has to say; absent: nothing. */
  readonly record?: ExpectedRecord | undefined
  /** Refused before its body is read: its record has the id of the request. */
  readonly recordByRequest?: boolean | undefined
}

export interface Sent {
  readonly message: WireMessage
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A user at a server. */
export interface VisitParts {
  readonly pool: Dispatcher
  readonly user: User
  readonly users: Users
  readonly audit: AuditCheck
  readonly api: string
  /** Counts a request that was sent. */
  readonly count: () => void
}

/** Answers name users by their subjects: any other than the one who asks is a foreign answer. */
const SUBJECT = /(?:user|refused)-\d+/g

/** Sends requests of a user, and compares what comes back with what is expected. */
export class Visit {
  readonly user: User
  readonly users: Users
  readonly audit: AuditCheck
  readonly #parts: VisitParts

  constructor(parts: VisitParts) {
    this.user = parts.user
    this.users = parts.users
    this.audit = parts.audit
    this.#parts = parts
  }

  /** Resolves when a held call has reached the API. */
  async arrives(id: string): Promise<void> {
    const answered = await fetch(`${this.#parts.api}/arrival/${id}`)
    await answered.text()
  }

  /** The same server, for another user. */
  as(user: User): Visit {
    return new Visit({ ...this.#parts, user })
  }

  /** Sends a message and reads its whole answer. Rejects with a `WrongAnswer`. */
  async ask(sent: Sent, expected: Expected): Promise<Answer> {
    const { record, recordByRequest = false } = expected
    const { id } = sent.message.message as { readonly id?: string }
    if (record !== undefined && !recordByRequest && id !== undefined) this.audit.expect(id, record)
    const { statusCode, headers, body } = await this.open(sent)
    const answer = { status: statusCode, headers, text: await body.text() }
    if (record !== undefined && recordByRequest) {
      this.audit.expect(String(headers['x-request-id']), record)
    }
    this.#compare(answer, expected)
    return answer
  }

  /** Sends a message, or a GET where there is none; resolves with the answer when its headers are there. */
  open(
    { message, token, headers = {} }: Partial<Sent>,
    { signal, method }: { readonly signal?: AbortSignal; readonly method?: 'GET' | 'DELETE' } = {},
  ): Promise<Dispatcher.ResponseData> {
    const { message: content, headers: own } = message ?? {}
    return this.#send({
      token,
      method,
      signal,
      headers: { ...own, ...headers },
      body: content && JSON.stringify(content),
    })
  }

  /** Posts a text as it is. Rejects with a `WrongAnswer` for another status. */
  async askText(body: string, { token, status }: { token: string; status: number }): Promise<void> {
    const answered = await this.#send({ token, headers: {}, body })
    this.#compare({ status: answered.statusCode, text: await answered.body.text() }, { status })
  }

  #send({
    token,
    method = 'POST',
    headers,
    body,
    signal,
  }: Outgoing): Promise<Dispatcher.ResponseData> {
    this.#parts.count()
    return this.#parts.pool.request({
      path: '/mcp',
      method,
      headers: {
        host: SERVER_HOST,
        'x-forwarded-for': this.user.address,
        'content-type': 'application/json',
        accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  #compare({ status, text }: Pick<Answer, 'status' | 'text'>, expected: Expected): void {
    const said = `${status} ${text}`
    if (status !== expected.status || (expected.text && !text.includes(expected.text))) {
      const wanted = `${expected.status} ${expected.text ?? ''}`
      throw new WrongAnswer(`expected ${wanted}, got ${said}`)
    }
    for (const [subject] of text.matchAll(SUBJECT)) {
      if (subject !== this.user.subject) {
        throw new WrongAnswer(`FOREIGN: ${this.user.subject} was answered ${said}`)
      }
    }
  }
}

interface Outgoing {
  readonly token: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly method?: 'POST' | 'GET' | 'DELETE' | undefined
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Dispatcher.ResponseData['headers']
  readonly text: string
}

/** A message with an id that no other has; `2025-11-25` names the tool in its body alone. */
export function messageOf(
  method: string,
  params: Readonly<Record<string, unknown>>,
  revision: Revision,
): WireMessage {
  const id = randomUUID()
  if (revision === '2026-07-28') return modern(method, params, id)
  return {
    message: { jsonrpc: '2.0', id, method, params },
    headers: { 'MCP-Protocol-Version': revision },
  }
}

export function callOf(tool: string, args: object, revision: Revision): WireMessage {
  return messageOf('tools/call', { name: tool, arguments: args }, revision)
}

export function eitherRevision(): Revision {
  return Math.random() < 0.5 ? '2025-11-25' : '2026-07-28'
}
