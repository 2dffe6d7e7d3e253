import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import type { AuditRecord } from '../../../src/audit/audit-record-schema.js'
import type { Environment } from '../../../src/config/config.js'
import type { Policy } from '../../../src/policy/policy.js'
import { defineTool } from '../../../src/tools/define-tool.js'
import { greet } from '../../../src/tools/greet.js'
import { CLIENT_SECRET } from '../../helpers/exchange-answers.js'
import { leakyTexts } from '../../helpers/exchange-leaks.js'
import {
  callTool,
  postMcp,
  type PostOptions,
  type TestResponse,
} from '../../helpers/mcp-requests.js'
import { seriesIn, type Series } from '../../helpers/prometheus-text.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { mintSubject } from '../../helpers/tool-answer.js'
import type { TokenRequest } from '../../helpers/test-issuer.js'

/** In the arguments of every call, and in no record, line or series. */
export const ARGUMENT = 'argument-that-nobody-else-may-read'

/** What clients of MCP 2026-07-28 say of a call in its headers. */
export const NAMED = { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'greet' }

/** A tool whose handler does what no handler should. */
const misbehaves = defineTool({
  name: 'misbehaves',
  title: 'Misbehaves',
  description: 'Misbehaves.',
  requiredScopes: ['tool:greet'],
  downstream: { api: 'api', scopes: ['read:private'] },
  inputSchema: z.object({ how: z.enum(['path', 'header', 'throws', 'waits']), name: z.string() }),
  outputSchema: z.object({}),
  toText: () => '',
  handler: async ({ how, name }, { downstream }) => {
    if (how === 'throws') throw new Error(name)
    if (how === 'path') await downstream.fetch('/things/{id}', { params: { id: `../${name}` } })
    if (how === 'header') await downstream.fetch('/x', { headers: { authorization: name } })
    await downstream.fetch('/x')
    return {}
  },
})

/** A tool that asks before it runs. */
const asks = defineTool({
  name: 'asks',
  title: 'Asks',
  description: 'Asks.',
  requiredScopes: ['tool:greet'],
  inputSchema: z.object({ name: z.string() }),
  outputSchema: z.object({}),
  confirm: true,
  toText: () => '',
  handler: () => ({}),
})

/** A server, everything that it writes, and every secret that passes through it. */
export interface Stand {
  readonly server: TestServer
  readonly secrets: ReadonlySet<string>
  /** An access token of a user, as changed by `claims`. */
  readonly token: (claims?: Readonly<Record<string, unknown>>) => Promise<string>
  /** Calls `greet`, unless another message is given. */
  readonly post: (options: PostOptions, message?: unknown) => Promise<TestResponse>
  readonly repairSink: () => void
  readonly series: () => Promise<readonly Series[]>
  /** Everything written or answered that has a token, a secret or an argument in it. */
  readonly leaks: () => Promise<readonly string[]>
}

export interface StandOptions {
  readonly environment?: Environment
  readonly policy?: Policy | undefined
  /** Whether records are required, and cannot be written until `repairSink`. */
  readonly sinkFails?: boolean
}

/** A call of `greet`, whose arguments nobody else may read. */
export const call = (): object => callTool('greet', { name: ARGUMENT })

/** A call of the tool that misbehaves. */
export const misbehave = (how: string): object => callTool('misbehaves', { how, name: ARGUMENT })

/** Starts the standalone server, with its metrics, between an issuer and an API that a test controls. */
export async function startStand({
  environment,
  policy,
  sinkFails = false,
}: StandOptions = {}): Promise<Stand> {
  let broken = sinkFails
  const sink = (record: AuditRecord): void => {
    if (broken) throw new Error('no space left')
    server.audit.sink(record)
  }
  const server = await startMcpServer({
    audit: { sink, required: sinkFails },
    tools: [greet, misbehaves, asks],
    ...(policy === undefined ? {} : { policy }),
    environment: { METRICS_PORT: '0', ...environment },
  })
  const secrets = new Set([CLIENT_SECRET])
  const { issuer } = server
  const mint = issuer.mint.bind(issuer)
  issuer.mint = async (...given) => {
    const token = await mint(...given)
    secrets.add(token)
    return token
  }
  const answers: string[] = []
  const text = async (): Promise<string> => (await server.metrics?.registry.metrics()) ?? ''
  return {
    ...{ server, secrets },
    repairSink: () => {
      broken = false
    },
    token: (claims) => mintSubject(server, claims),
    async post(options, message = call()) {
      const response = await postMcp(server.endpoint, message, options)
      answers.push(`${JSON.stringify(response.headers)}\n${response.text}`)
      return response
    },
    series: async () => seriesIn(await text()),
    async leaks() {
      const { records, leftOut } = server.audit
      const written = [
        ...server.log.lines.map((line) => JSON.stringify(line)),
        ...[...records, ...leftOut].map((record) => JSON.stringify(record)),
        ...(await text()).split('\n'),
      ]
      const quoting = written.filter((line) => line.includes(ARGUMENT))
      return [...quoting, ...leakyTexts([...written, ...answers], secrets)]
    },
  }
}

/** Makes the authorization server refuse, and say the whole request back. */
export function refuseExchange({ server }: Stand, status: number, error: string): void {
  server.issuer.tokenResponder = ({ parameters, headers }: TokenRequest, res: ServerResponse) => {
    const echo = [...parameters.values(), headers.authorization ?? ''].join(' ')
    res
      .writeHead(status, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ error, error_description: echo, error_uri: echo }))
  }
}

/** Makes the API want more of the sign-in than any token has. */
export function wantClaims({ server }: Stand): void {
  const claims = Buffer.from('{"access_token":{"acrs":{"essential":true}}}').toString('base64')
  server.api.responder = (_req, res) => {
    const challenge = `Bearer error="insufficient_claims", claims="${claims}"`
    res.writeHead(401, { 'WWW-Authenticate': challenge }).end()
  }
}

/** Makes the API answer with what it was sent. */
export function answerFromApi({ server }: Stand, status: number, type = 'application/json'): void {
  server.api.responder = ({ headers }, res) => {
    const echo = JSON.stringify({ error: headers.authorization })
    res.writeHead(status, { 'Content-Type': type }).end(status === 200 ? 'no json' : echo)
  }
}
