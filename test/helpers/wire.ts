import { once } from 'node:events'
import { request, type IncomingMessage, type ClientRequest } from 'node:http'
import type { TestApi } from './test-api.js'

export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

export interface WireMessage {
  readonly message: object
  readonly headers: Readonly<Record<string, string>>
}

/** A 2026-07-28 message with its envelope and the headers that mirror it; `id` `null` makes it a notification. */
export function modern(
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  id: unknown = 1,
): WireMessage {
  const { _meta: meta, ...rest } = params
  const name = params['name'] ?? params['uri']
  return {
    message: {
      jsonrpc: '2.0',
      ...(id === null ? {} : { id }),
      method,
      params: { ...rest, _meta: { ...ENVELOPE, ...(meta as object | undefined) } },
    },
    headers: {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': method,
      ...(typeof name === 'string' ? { 'Mcp-Name': name } : {}),
    },
  }
}

export interface CallParts {
  readonly message: object
  readonly token: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Posts a message and gives the request at once, so that a test can drop the connection whenever it likes. */
export function startCall(
  endpoint: URL,
  { message, token, headers = {} }: CallParts,
): ClientRequest {
  const started = request(endpoint, {
    method: 'POST',
    agent: false,
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${token}`,
      ...headers,
    },
  })
  // Dropping the connection is an error to the client.
  started.on('error', () => undefined)
  started.end(JSON.stringify(message))
  return started
}

/** Drops the connection of a call; resolves when it is gone at the client. */
export function hangUp(call: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    call.once('close', resolve).destroy()
  })
}

/** One call that has reached the API and waits for its answer. */
export interface HeldCall {
  /** Resolves when the caller breaks the call off; never when it gets its answer. */
  readonly brokenOff: Promise<unknown>
  answer(): void
}

/** Makes the API answer nothing until told; resolves with each call that reaches it, in order. */
export function holdCalls(api: TestApi): () => Promise<HeldCall> {
  const arrived: HeldCall[] = []
  const waiting: ((call: HeldCall) => void)[] = []
  api.responder = (_req, res) => {
    const call: HeldCall = {
      brokenOff: new Promise((resolve) => {
        res.once('close', () => {
          if (!res.writableFinished) resolve(undefined)
        })
      }),
      answer() {
        res
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end(JSON.stringify({ msg: 'late', sub: 'auth0|alice', scopes: 'read:private' }))
      },
    }
    const next = waiting.shift()
    if (next === undefined) arrived.push(call)
    else next(call)
  }
  return () => {
    const call = arrived.shift()
    return call === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(call)
  }
}

/** Reads chunks of a response until its text holds `needle`. */
export async function readUntilText(response: IncomingMessage, needle: string): Promise<string> {
  let text = ''
  response.setEncoding('utf8')
  while (!text.includes(needle)) {
    const chunk = response.read() as string | null
    if (chunk === null) {
      if (response.readableEnded) throw new Error(`ended without ${needle}: ${text}`)
      await Promise.race([once(response, 'readable'), once(response, 'end')])
    } else text += chunk
  }
  return text
}

/** The headers of the answer. */
export async function responseOf(call: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return response
}

export interface RawRequest {
  readonly method?: string
  /** Lines in order; a name may come twice. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string | Buffer
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** Sends a request with the header lines as given, which `fetch` would join or refuse. */
export function sendLines(endpoint: URL | string, raw: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', headers, body } = raw
  return new Promise((resolve, reject) => {
    const lines = headers.flat()
    const sized = body === undefined ? [] : ['Content-Length', `${Buffer.byteLength(body)}`]
    const { host } = new URL(endpoint)
    const started = request(endpoint, {
      method,
      agent: false,
      headers: ['Host', host, ...lines, ...sized],
    })
    started.on('error', reject)
    started.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    started.end(body)
  })
}

/** The JSON-RPC message of an answer, whether JSON or a stream; `undefined` when there is none. */
export function messageIn({ text }: RawAnswer): Record<string, unknown> | undefined {
  const data = /^data: (.+)$/m.exec(text)?.[1] ?? text
  return data === '' ? undefined : (JSON.parse(data) as Record<string, unknown>)
}
