import type { JWTPayload } from 'jose'
import type { AuthorizationServerEvent } from '../../../apps/authorization-server/authorization-server.js'
import type { ActionSource, Directory } from '../../../apps/authorization-server/directory.js'
import { trustingFetch } from '../../../apps/authorization-server/testing/serve-tls.js'
import {
  type TlsAuthorizationServer,
  startTlsAuthorizationServer,
} from '../../../apps/authorization-server/testing/tls-server.js'
import { signIn } from '../../../apps/development/sign-in.js'
import { customTokenExchangeAction } from '../../../cli/setup/custom-token-exchange-action.js'
import type { Fetch } from '../../../src/http/fetch-json.js'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import {
  API,
  type Answer,
  MCP,
  authorizationRequest,
  changedDirectory,
  customForm,
} from './support.js'

export const CLIENT = 'mcp-server-custom'
const RATE_MS = 600_000

export interface ActionServer extends TlsAuthorizationServer {
  readonly events: readonly AuthorizationServerEvent[]
  /** Trusts the server. */
  readonly fetch: Fetch
  /** Addresses that the Action has fetched. */
  readonly fetched: readonly string[]
  /** The server's time for throttling; starts with the real one. */
  readonly clock: { nowMs: number }
  /** The claims of a good subject token of alice, as changed. `undefined` removes one. */
  claims(change?: Readonly<Record<string, unknown>>): JWTPayload
  /** A good subject token but for what is changed. */
  subjectToken(change?: Readonly<Record<string, unknown>>, typ?: string): Promise<string>
  exchange(subjectToken: string, params?: Readonly<Record<string, string>>): Promise<Answer>
  /** Gives an address all its attempts back. */
  forgive(): void
  /** Has the profile run another Action from now on, in an otherwise new directory. */
  use(options: ActionOptions): void
}

export interface ActionOptions {
  /** Default: the Action that comes with the package. */
  readonly action?: Partial<ActionSource> | undefined
  readonly change?: ((directory: Directory) => void) | undefined
}

export interface ActionServerOptions extends ActionOptions {
  readonly actionTimeoutMs?: number | undefined
  /** Answers in place of the network what the Action fetches. */
  readonly fetchForActions?: Fetch | undefined
}

/** The Action that comes with the package, with the secrets that fit the default directory. */
export function shippedAction(secrets: Readonly<Record<string, string>> = {}): ActionSource {
  return {
    code: customTokenExchangeAction().code,
    dependencies: [{ name: 'jose' }],
    secrets: {
      SUBJECT_TOKEN_AUDIENCE: MCP,
      CLIENT_ID: CLIENT,
      TARGET_AUDIENCE: API,
      ALLOWED_SCOPES: 'openid offline_access read:private',
      ...secrets,
    },
  }
}

/** Starts an authorization server over TLS whose profile has an Action as source. One bad token shuts an address out. */
export async function startActionServer(options: ActionServerOptions = {}): Promise<ActionServer> {
  const events: AuthorizationServerEvent[] = []
  const fetched: string[] = []
  const clock = { nowMs: Date.now() }
  const reach: { fetch?: Fetch } = {}
  const server = await startTlsAuthorizationServer({
    directory: directoryWith(options),
    log: (event) => events.push(event),
    now: () => clock.nowMs,
    actionTimeoutMs: options.actionTimeoutMs,
    fetch: (input, init) => {
      fetched.push(input instanceof Request ? input.url : input.toString())
      return (options.fetchForActions ?? reach.fetch ?? fetch)(input, init)
    },
  })
  const trusting = trustingFetch(server.ca)
  reach.fetch = trusting
  const claims: ActionServer['claims'] = (change = {}) => claimsOf(server.issuer, change)
  return {
    ...server,
    ...{ events, fetched, clock, fetch: trusting, claims },
    subjectToken: (change, typ) => server.signToken(claims(change), typ),
    exchange: (token, params = {}) => post(server.issuer, trusting, customForm(token, params)),
    forgive: () => {
      clock.nowMs += RATE_MS
    },
    use: (next) => {
      server.useDirectory(directoryWith(next))
    },
  }
}

function directoryWith({ action, change }: ActionOptions): Directory {
  return changedDirectory((directory) => {
    const { stage } = directory.attack_protection.suspicious_ip_throttling
    stage['pre-custom-token-exchange'] = { max_attempts: 1, rate: RATE_MS }
    for (const profile of directory.token_exchange_profiles) {
      profile.action = { ...shippedAction(), ...action }
    }
    change?.(directory)
  })
}

function claimsOf(issuer: string, change: Readonly<Record<string, unknown>>): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  const all: Record<string, unknown> = {
    iss: issuer,
    sub: 'auth0|alice',
    aud: MCP,
    client_id: 'curl',
    scope: 'tool:whoami tool:greet',
    iat: now,
    exp: now + 3600,
    ...change,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

async function post(
  issuer: string,
  trusting: Fetch,
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await trusting(`${issuer}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, headers: new Headers([...response.headers]), body }
}

/** Signs a user in at the pages of the server, as the client `curl`, and returns what the token endpoint answers. */
export async function obtain(
  { issuer, fetch: trusting }: ActionServer,
  username: string,
  params: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { url, verifier } = authorizationRequest({ issuer }, params)
  const callback = await signIn({ authorizationUrl: url, username, fetch: trusting })
  const { body } = await post(issuer, trusting, {
    grant_type: 'authorization_code',
    client_id: 'curl',
    redirect_uri: url.searchParams.get('redirect_uri') ?? '',
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
  })
  return body
}

/** A refusal says what is wrong and nothing else. */
export function expectRefusal({ status, body }: Answer, expected: readonly [number, string]): void {
  expect([status, body['error']]).toEqual(expected)
  expect(Object.keys(body).toSorted()).toEqual(['error', 'error_description'])
}

/** Whether the address of the tests is shut out now, in which case a good token does not help it either. */
export async function isShutOut(server: ActionServer): Promise<boolean> {
  const { status } = await server.exchange(await server.subjectToken())
  expect([200, 429]).toContain(status)
  return status === 429
}

/** One server for all tests of a file; each begins with the shipped Action and all attempts. */
export function useActionServer(): { readonly server: ActionServer } {
  const held: { server?: ActionServer } = {}
  const running = (): ActionServer => {
    if (held.server === undefined) throw new Error('only within a test')
    return held.server
  }
  beforeAll(async () => {
    held.server = await startActionServer()
  })
  beforeEach(() => {
    running().forgive()
    running().use({})
  })
  afterAll(() => held.server?.close())
  return {
    get server() {
      return running()
    },
  }
}

/** Has the profile run an Action of this module. */
export function useModule(server: ActionServer, code: string, change?: ActionOptions['change']) {
  const action = { code, secrets: { COLOUR: 'green' }, dependencies: [{ name: 'jose' as const }] }
  server.use({ action, change })
}

/** Has the profile run an Action with this body, in whose reach are `event` and `api`. */
export function useAction(server: ActionServer, body: string, change?: ActionOptions['change']) {
  const name = 'onExecuteCustomTokenExchange'
  useModule(server, `exports.${name} = async (event, api) => {\n${body}\n}`, change)
}

/** Exchanges a text by such an Action. */
export async function exchangeBy(
  server: ActionServer,
  body: string,
  change?: ActionOptions['change'],
): Promise<Answer> {
  useAction(server, body, change)
  return server.exchange('a-subject-token')
}
