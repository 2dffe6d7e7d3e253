import {
  type JWTPayload,
  type ProtectedHeaderParameters,
  decodeJwt,
  decodeProtectedHeader,
} from 'jose'
import { createHash, randomBytes } from 'node:crypto'
import request, { type Response as TestResponse } from 'supertest'
import type { AuthorizationServerEvent } from '../../../apps/authorization-server/authorization-server.js'
import {
  type ActionSettings,
  type Directory,
  loadDirectory,
} from '../../../apps/authorization-server/directory.js'
import {
  type TestAuthorizationServer,
  type TestAuthorizationServerOptions,
  createTestAuthorizationServer,
} from '../../../apps/authorization-server/testing/test-server.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { signIn } from '../../../apps/development/sign-in.js'

export const MCP = 'http://localhost:3001/mcp'
export const API = 'http://localhost:8787/'
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
export const PROFILE = 'urn:fastmcp:mcp'
/** What the roles of alice and bob permit in the directory of the project. */
export const PERMISSIONS = {
  alice: {
    mcp: ['tool:whoami', 'tool:greet', 'read:trips', 'read:bookings', 'write:bookings'],
    api: ['read:private', 'read:trips', 'read:bookings', 'write:bookings'],
  },
  bob: { mcp: ['tool:whoami', 'read:trips', 'read:bookings'] },
} as const
export const CALLBACK = 'http://127.0.0.1:49152/callback'

export interface RunningServer extends TestAuthorizationServer {
  readonly events: readonly AuthorizationServerEvent[]
  close(): Promise<void>
}

/** Starts an authorization server on a free port of the loopback interface. */
export async function startAuthorizationServer(
  options: Partial<
    Pick<TestAuthorizationServerOptions, 'directory' | 'fetch' | 'now' | 'switches'>
  > = {},
): Promise<RunningServer> {
  const server = await startHttpServer((req, res) => {
    authorizationServer.handler(req, res)
  })
  const events: AuthorizationServerEvent[] = []
  const authorizationServer = await createTestAuthorizationServer({
    directory: loadDirectory(),
    ...options,
    issuer: `${server.origin}/`,
    log: (event) => events.push(event),
  })
  return { ...authorizationServer, events, close: () => server.close() }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** Any GET, with the answer as it came. */
export async function get(
  url: string | URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestResponse> {
  const { origin, pathname, search } = new URL(url)
  return request(origin).get(`${pathname}${search}`).set(headers)
}

export function readAnswer({ status, headers, body }: TestResponse): Answer {
  return { status, headers: new Headers(headers), body: body as Record<string, unknown> }
}

/** Posts a form to the token endpoint. */
export async function postToken(
  { issuer }: { readonly issuer: string },
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return readAnswer(
    await request(new URL(issuer).origin).post('/oauth/token').type('form').set(headers).send(form),
  )
}

/** Posts JSON to any endpoint. */
export async function postJson(url: string, content: unknown): Promise<Answer> {
  const { origin, pathname } = new URL(url)
  const body = JSON.stringify(content)
  return readAnswer(await request(origin).post(pathname).type('json').send(body))
}

export interface Authorization {
  readonly url: URL
  readonly verifier: string
}

/** Builds an authorization request of the client `curl`; a parameter that is `''` is left out. */
export function authorizationRequest(
  { issuer }: { readonly issuer: string },
  params: Readonly<Record<string, string>> = {},
): Authorization {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL('authorize', issuer)
  const all = {
    client_id: 'curl',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'tool:whoami tool:greet',
    resource: MCP,
    state: 'state-of-the-client',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  }
  for (const [name, value] of Object.entries(all)) {
    if (value !== '') url.searchParams.set(name, value)
  }
  return { url, verifier }
}

/** Signs a user in and trades the code: the whole authorization code flow. */
export async function obtainTokens(
  server: { readonly issuer: string },
  username: string,
  params: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { url, verifier } = authorizationRequest(server, params)
  const callback = await signIn({ authorizationUrl: url, username })
  const code = callback.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${callback.search}`)
  return postToken(server, {
    grant_type: 'authorization_code',
    client_id: url.searchParams.get('client_id') ?? '',
    redirect_uri: url.searchParams.get('redirect_uri') ?? '',
    code,
    code_verifier: verifier,
  })
}

export async function obtainAccessToken(
  server: { readonly issuer: string },
  username: string,
  params: Readonly<Record<string, string>> = {},
): Promise<string> {
  return accessTokenOf(await obtainTokens(server, username, params))
}

export function accessTokenOf({ status, body }: Answer): string {
  const { access_token: token } = body
  if (typeof token === 'string') return token
  throw new Error(`no access token: ${status} ${JSON.stringify(body)}`)
}

export function decode(token: string): {
  readonly header: ProtectedHeaderParameters
  readonly claims: JWTPayload
} {
  return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
}

/** The parameters of a correct On-Behalf-Of request of the MCP server. */
export function exchangeForm(
  subjectToken: string,
  params: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    grant_type: EXCHANGE,
    client_id: 'mcp-server',
    client_secret: 'development-only-secret-of-the-mcp-server',
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
    requested_token_type: ACCESS_TOKEN,
    audience: API,
    scope: 'read:private',
    ...params,
  }
}

/** The parameters of a correct Custom Token Exchange request of the MCP server. */
export function customForm(
  subjectToken: string,
  params: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    grant_type: EXCHANGE,
    client_id: 'mcp-server-custom',
    client_secret: 'development-only-secret-of-the-custom-mcp-server',
    subject_token: subjectToken,
    subject_token_type: PROFILE,
    audience: API,
    scope: 'read:private',
    ...params,
  }
}

/** Returns a copy of a form in which some parameters are missing. */
export function without(
  form: Readonly<Record<string, string>>,
  ...names: readonly string[]
): Record<string, string> {
  return Object.fromEntries(Object.entries(form).filter(([name]) => !names.includes(name)))
}

/** Registers a client as MCP clients do, and returns its id. */
export async function registerClient(
  { issuer }: { readonly issuer: string },
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { status, body } = await postJson(`${issuer}oidc/register`, {
    client_name: 'A client that registered itself',
    redirect_uris: ['http://127.0.0.1:49152/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...metadata,
  })
  if (status === 201 && typeof body['client_id'] === 'string') return body['client_id']
  throw new Error(`not registered: ${status} ${JSON.stringify(body)}`)
}

/** The settings of the marketplace Action, which the profile of the default directory has. */
export function marketplaceSettings({
  token_exchange_profiles: [profile],
}: Directory): ActionSettings {
  if (profile === undefined || 'code' in profile.action) throw new Error('no marketplace Action')
  return profile.action
}

/** Returns a copy of the default directory after `change` has been at it. */
export function changedDirectory(change: (directory: Directory) => void): Directory {
  const directory = loadDirectory()
  change(directory)
  return directory
}
