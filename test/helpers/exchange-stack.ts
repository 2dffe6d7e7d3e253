import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Environment } from '../../src/config/config.js'
import { callTool, openMcpDoor, postMcp, rpcAnswer, type McpDoor } from './mcp-door.js'
import { TestIssuer, type MintOptions, type TokenRequest } from './test-issuer.js'

export const API_AUDIENCE = 'https://api.example/'
export const CLIENT_ID = 'mcp-server'
export const CLIENT_SECRET = 'secret-of-the-mcp-server'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** An API that lets everybody in, and counts what reaches it. */
export interface CountingApi {
  readonly origin: string
  readonly requests: IncomingMessage[]
  /** Connections that were opened to it: not one byte comes without. */
  connections: number
  /** Answers in place of the greeting when set. */
  responder: RequestListener | undefined
  close(): Promise<void>
}

export async function openCountingApi(): Promise<CountingApi> {
  const server = createServer((req, res) => {
    api.requests.push(req)
    ;(api.responder ?? greet)(req, res)
  })
  server.on('connection', () => {
    api.connections += 1
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const api: CountingApi = {
    origin: `http://127.0.0.1:${port}`,
    requests: [],
    connections: 0,
    responder: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return api
}

function greet(req: IncomingMessage, res: ServerResponse): void {
  const { sub, scope } = claimsOf(req.headers.authorization?.replace(/^Bearer /, '') ?? '')
  const body = { msg: 'Hello from the protected API', sub, scopes: scope ?? '' }
  res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** What a JWT says, without looking at its signature. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

/** The production server between an issuer and an API that a test controls. */
export interface ExchangeStack {
  readonly issuer: TestIssuer
  readonly api: CountingApi
  readonly door: McpDoor
  close(): Promise<void>
}

export interface ExchangeStackOptions {
  readonly environment?: Environment
  readonly issuer?: TestIssuer
  readonly api?: CountingApi
}

/** Opens what is not given, and closes what it has opened. The issuer answers exchanges as Auth0 does. */
export async function openExchangeStack(
  options: ExchangeStackOptions = {},
): Promise<ExchangeStack> {
  const issuer = options.issuer ?? (await TestIssuer.start())
  const api = options.api ?? (await openCountingApi())
  const door = await openMcpDoor({
    issuer: issuer.issuer,
    apiUrl: api.origin,
    environment: {
      API_AUTH0_AUDIENCE: API_AUDIENCE,
      RATE_LIMIT_PER_ADDRESS: '0',
      RATE_LIMIT_PER_CALLER: '0',
      ...options.environment,
    },
  })
  issuer.tokenResponder = exchangeAsAsked(issuer)
  return {
    ...{ issuer, api, door },
    async close() {
      await door.close()
      if (options.issuer === undefined) await issuer.close()
      if (options.api === undefined) await api.close()
    },
  }
}

/** Answers as Auth0's On-Behalf-Of does. */
export function exchangeAsAsked(issuer: TestIssuer) {
  return async (request: TokenRequest, res: ServerResponse): Promise<void> => {
    answerWith(res, { ...tokenAnswer(await mintExchanged(issuer, request)) })
  }
}

/** A good exchanged token for what a token request asks, as changed by `options`. */
export function mintExchanged(
  issuer: TestIssuer,
  { parameters }: TokenRequest,
  options: MintOptions = {},
): Promise<string> {
  const subject = claimsOf(parameters.get('subject_token') ?? '')
  return issuer.mint(parameters.get('audience') ?? '', {
    ...options,
    claims: {
      sub: subject['sub'],
      org_id: subject['org_id'],
      scope: parameters.get('scope') ?? undefined,
      client_id: CLIENT_ID,
      act: { sub: CLIENT_ID, act: subject['act'] ?? { sub: subject['client_id'] } },
      ...options.claims,
    },
  })
}

export function tokenAnswer(accessToken: unknown): Readonly<Record<string, unknown>> {
  return {
    access_token: accessToken,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: 'Bearer',
    expires_in: 600,
  }
}

/** Answers a token request with JSON; members that are `undefined` are left out. */
export function answerWith(res: ServerResponse, body: unknown, status = 200): void {
  res
    .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body))
}

/** A subject token that was issued a while ago, so that a refusal of it is not put down to us. */
export function mintSubject(
  { issuer, door }: Pick<ExchangeStack, 'issuer' | 'door'>,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000) - 300
  return issuer.mint(door.audience, { claims: { iat, ...claims } })
}

/** What an MCP client gets for one tool call. */
export interface ToolAnswer {
  readonly status: number
  readonly headers: Headers
  readonly challenge: string | null
  readonly isError: boolean
  /** What the model reads. */
  readonly text: string
  /** Headers and body as they came, for what must not be in them. */
  readonly raw: string
}

export interface CallOptions {
  readonly token: string
  readonly tool?: string
  readonly args?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly message?: object
}

/** Calls a tool, `greet` unless told otherwise. */
export async function callForAnswer(
  { door }: Pick<ExchangeStack, 'door'>,
  { token, tool = 'greet', args, headers = {}, message }: CallOptions,
): Promise<ToolAnswer> {
  const response = await postMcp(door.endpoint, message ?? callTool(tool, args), {
    token,
    headers,
  })
  return toolAnswer(response)
}

export async function toolAnswer(response: Response): Promise<ToolAnswer> {
  const body = await response.text()
  const { status, headers } = response
  const raw = `${JSON.stringify([...headers])}\n${body}`
  const challenge = headers.get('www-authenticate')
  const common = { status, headers, challenge, raw }
  if (status !== 200) return { ...common, isError: true, text: '' }
  const answer = await rpcAnswer({ text: () => Promise.resolve(body) })
  const { result } = answer as { result?: { isError?: boolean; content?: { text?: string }[] } }
  const text = (result?.content ?? []).map((part) => part.text ?? '').join('\n')
  return { ...common, isError: result?.isError === true, text }
}
