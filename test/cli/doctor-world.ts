import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { recordingIo } from '../helpers/command-io.js'
import { answerWith, exchangeAsAsked } from '../helpers/exchange-answers.js'
import { type SigningKey, TestIssuer } from '../helpers/test-issuer.js'
import { run } from '../../cli/doctor/run.js'
import { readReport, writeEnv, type Diagnosis } from './doctor-support.js'

export const MCP_PATH = '/mcp'
export const API_AUDIENCE = 'https://api.example/'

/** The parts of a deployment that answer as they should, each replaceable by a test. */
export interface World {
  readonly issuer: TestIssuer
  /** Where the API and the MCP server are. */
  readonly api: string
  readonly mcp: string
  /** A port of this machine on which nothing listens. */
  readonly deadOrigin: string
  /** Answer in place of the API and the MCP server when set. */
  apiResponder: RequestListener | undefined
  mcpResponder: RequestListener | undefined
  /** Back to where everything is right. */
  heal(): void
  close(): Promise<void>
}

/** How one run of the doctor differs from a healthy one. */
export interface Visit {
  readonly environment?: Environment
  /** Claims of the user's token that differ. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly aheadMs?: number
  /** Signs the user's token in place of the issuer's first key. */
  readonly key?: SigningKey
  readonly argv?: readonly string[]
  /** Default: with a token, and `--call-api`. */
  readonly withoutToken?: boolean
  readonly withoutCall?: boolean
}

/** One world for the tests of a file or a block, right again before each of them. `opened` is told of it. */
export function useWorld(opened: (world: World) => void): void {
  let world: World | undefined
  beforeAll(async () => {
    world = await openWorld()
    opened(world)
  })
  afterEach(() => {
    world?.heal()
  })
  afterAll(() => world?.close())
}

async function openWorld(): Promise<World> {
  const issuer = await TestIssuer.start()
  const api = await listen((req, res) => {
    ;(world.apiResponder ?? goodApi)(req, res)
  })
  const mcp = await listen((req, res) => {
    ;(world.mcpResponder ?? goodServer)(req, res)
  })
  const dead = await listen(() => undefined)
  await dead.close()
  const goodServer = mcpServer(() => ({ issuer: issuer.issuer, mcp: world.mcp }))
  const world: World = {
    ...{ issuer, api: api.origin, deadOrigin: dead.origin },
    mcp: `${mcp.origin}${MCP_PATH}`,
    apiResponder: undefined,
    mcpResponder: undefined,
    heal() {
      world.apiResponder = undefined
      world.mcpResponder = undefined
      issuer.metadataResponder = (_req, res) => {
        answerWith(res, metadataOf(issuer.issuer))
      }
      issuer.keysResponder = undefined
      issuer.tokenResponder = exchangeOrRefuse(issuer)
    },
    async close() {
      await Promise.all([issuer.close(), api.close(), mcp.close()])
    },
  }
  world.heal()
  return world
}

/** Runs the doctor with everything right but for the visit's changes. */
export async function visit(world: World, changes: Visit = {}): Promise<Diagnosis> {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  try {
    writeEnv(directory, { ...settingsOf(world), ...changes.environment })
    const claims = { iat: Math.floor(Date.now() / 1_000) - 300, ...changes.claims }
    const token = await world.issuer.mint(world.mcp, {
      claims,
      ...(changes.key === undefined ? {} : { key: changes.key }),
    })
    const io = recordingIo({
      ...{ directory, stdin: token },
      clock: () => Date.now() + (changes.aheadMs ?? 0),
    })
    const user = changes.withoutToken === true ? [] : ['--token-stdin']
    const call = (changes.withoutCall ?? changes.withoutToken) === true ? [] : ['--call-api']
    const code = await run([...user, ...call, ...(changes.argv ?? []), '--json'], io)
    return readReport(code, io.output())
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export function settingsOf({ issuer, api, mcp }: World): Environment {
  return {
    ISSUER_BASE_URL: issuer.issuer,
    MCP_SERVER_URL: new URL(mcp).origin,
    AUTH0_AUDIENCE: mcp,
    MCP_AUTH0_CLIENT_ID: 'mcp-server',
    MCP_AUTH0_CLIENT_SECRET: 'secret-of-the-mcp-server',
    API_AUTH0_AUDIENCE: API_AUDIENCE,
    API_BASE_URL: api,
  }
}

/** All that the doctor looks for in the metadata of an issuer. */
function metadataOf(issuer: string): Readonly<Record<string, unknown>> {
  return {
    ...{ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` },
    grant_types_supported: [
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  }
}

/** Refuses what is no token as a token endpoint does, and exchanges what is one. */
export function exchangeOrRefuse(issuer: TestIssuer): TestIssuer['tokenResponder'] {
  return (request, res) => {
    const subject = request.parameters.get('subject_token') ?? ''
    if (subject.startsWith('eyJ')) return exchangeAsAsked(issuer)(request, res)
    answerWith(res, { error: 'invalid_grant' }, 400)
    return undefined
  }
}

/** Lets in whoever brings a token for it that is signed at all, at the path that the tools call. */
export const goodApi: RequestListener = (req, res) => {
  const claims = claimsIn(req.headers.authorization)
  if (claims['aud'] !== API_AUDIENCE || claims['client_id'] === 'doctor') {
    res.writeHead(401).end()
    return
  }
  res.writeHead(req.url === '/api/private-scope' ? 200 : 404).end('{}')
}

/** What a client sees of the MCP server: the challenge, and the metadata that it names. */
export function mcpServer(
  facts: () => { readonly issuer: string; readonly mcp: string; readonly resource?: string },
): RequestListener {
  return (req, res) => {
    const { issuer, mcp, resource = mcp } = facts()
    const { origin } = new URL(mcp)
    if (req.url === MCP_PATH) {
      const metadata = `${origin}/.well-known/oauth-protected-resource${MCP_PATH}`
      const challenge = `Bearer resource_metadata="${metadata}"`
      res.writeHead(401, { 'WWW-Authenticate': challenge }).end()
      return
    }
    answerWith(res, { resource, authorization_servers: [issuer] })
  }
}

function claimsIn(authorization = ''): Readonly<Record<string, unknown>> {
  const [, payload = ''] = authorization.split('.')
  return payload === ''
    ? {}
    : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>)
}

async function listen(
  handler: RequestListener,
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
