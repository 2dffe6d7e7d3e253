import type { IncomingMessage, ServerResponse } from 'node:http'
import { startHttpServer } from '../helpers/start-http-server.js'

/** A small MCP server and its authorization server, both right as long as nothing is changed. */
export interface World {
  /** Origin of the MCP server. */
  readonly mcp: string
  /** Origin of the authorization server. */
  readonly issuer: string
  /** The URL that a person types. */
  readonly endpoint: string
  /** Method and path of every request, in order, with the server in front. */
  readonly requests: readonly string[]
}

type Addresses = Pick<World, 'mcp' | 'issuer' | 'endpoint'>

/** Answers a request in its own way, or gives `false`. */
export type Route = (req: IncomingMessage, res: ServerResponse, world: Addresses) => boolean

/** What is different in one world. */
export interface WorldParts {
  /** Comes before what the MCP server does. */
  readonly mcp?: Route
  /** Comes before what the authorization server does. */
  readonly issuer?: Route
  /** `WWW-Authenticate` of the 401. */
  readonly challenge?: (world: Addresses) => string | readonly string[] | undefined
  /** Changes of the server's metadata; `undefined` takes a member out. */
  readonly resourceMetadata?: (world: Addresses) => Readonly<Record<string, unknown>>
  /** Changes of the authorization server's metadata. */
  readonly serverMetadata?: (world: Addresses) => Readonly<Record<string, unknown>>
  /** What the person types, where it is not the endpoint. */
  readonly typed?: (world: Addresses) => string
  /** Sent with every answer of both servers. */
  readonly headers?: Readonly<Record<string, string>>
}

export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource/mcp'
export const SERVER_METADATA = '/.well-known/oauth-authorization-server'

/** Starts both on free ports; ends with the test. */
export async function startWorld(parts: WorldParts = {}): Promise<World> {
  const requests: string[] = []
  const addresses = { mcp: '', issuer: '', endpoint: '' }
  const served =
    (name: 'mcp' | 'issuer', route: Route, own: Route | undefined) =>
    (req: IncomingMessage, res: ServerResponse): void => {
      requests.push(`${name} ${req.method ?? ''} ${req.url ?? ''}`)
      for (const [header, value] of Object.entries(parts.headers ?? {}))
        res.setHeader(header, value)
      if (own?.(req, res, addresses) !== true && !route(req, res, addresses)) notFound(req, res)
    }
  const issuer = await startHttpServer(served('issuer', issuerRoute(parts), parts.issuer))
  addresses.issuer = issuer.origin
  const mcp = await startHttpServer(served('mcp', mcpRoute(parts), parts.mcp))
  addresses.mcp = mcp.origin
  addresses.endpoint = `${mcp.origin}/mcp`
  return { ...addresses, endpoint: parts.typed?.(addresses) ?? addresses.endpoint, requests }
}

export function sendJson(res: ServerResponse, status: number, body: unknown): true {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  return true
}

function notFound(req: IncomingMessage, res: ServerResponse): void {
  req.resume()
  sendJson(res, 404, { error: 'not_found' })
}

/** The path of a request. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}

/** What the authorization server is asked with. */
export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  return new URL(url, 'http://world.test').searchParams
}

const mcpRoute =
  ({ challenge, resourceMetadata }: WorldParts): Route =>
  (req, res, world) => {
    if (pathOf(req) === RESOURCE_METADATA) {
      return sendJson(res, 200, {
        resource: world.endpoint,
        authorization_servers: [world.issuer],
        scopes_supported: ['tool:greet'],
        ...resourceMetadata?.(world),
      })
    }
    if (pathOf(req) !== '/mcp') return false
    req.resume()
    const named = `Bearer resource_metadata="${world.mcp}${RESOURCE_METADATA}", scope="tool:greet"`
    const header = challenge === undefined ? named : challenge(world)
    if (header !== undefined) res.setHeader('WWW-Authenticate', header)
    return sendJson(res, 401, { error: 'unauthorized' })
  }

const issuerRoute =
  ({ serverMetadata }: WorldParts): Route =>
  (req, res, world) => {
    switch (pathOf(req)) {
      case SERVER_METADATA:
        return sendJson(res, 200, { ...goodServerMetadata(world), ...serverMetadata?.(world) })
      case '/authorization':
        res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>')
        return true
      case '/registration':
        req.resume()
        return sendJson(res, 201, {
          client_id: 'registered',
          redirect_uris: ['http://127.0.0.1/callback'],
        })
      case '/tokens':
        req.resume()
        return sendJson(res, 400, { error: 'invalid_grant' })
      default:
        return false
    }
  }

/** Of an authorization server that every client accepts. */
export function goodServerMetadata({ issuer }: Pick<Addresses, 'issuer'>): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorization`,
    token_endpoint: `${issuer}/tokens`,
    registration_endpoint: `${issuer}/registration`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    scopes_supported: ['openid', 'tool:greet'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}
