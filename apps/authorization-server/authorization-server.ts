import { type JWTPayload, SignJWT } from 'jose'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import OidcProvider from 'oidc-provider'
import { knownHostsOnly } from '../shared/known-hosts-only.js'
import { withResource } from './audience-parameter.js'
import { auth0Responses } from './auth0-responses.js'
import { type Behaviors, DEFAULT_BEHAVIORS } from './behaviors.js'
import type { Directory } from './directory.js'
import { logProviderEvents } from './event-log.js'
import type { EventSink } from './events.js'
import { frontPage } from './front-page.js'
import { createGrantOrganizations } from './grant-organizations.js'
import { interactionRoutes } from './interactions/interaction-routes.js'
import { SIGNING_ALGORITHM, createKeyRing } from './keys.js'
import { createMemoryStore } from './memory-store.js'
import { type ProviderParts, providerConfiguration } from './provider-configuration.js'
import type { ServerMiddleware } from './provider-middleware.js'
import { registrationCors } from './registration-cors.js'
import { sendJson } from './send-json.js'
import { type SuspiciousAddresses, createSuspiciousAddresses } from './suspicious-addresses.js'
import {
  ACTION_TIMEOUT_MS,
  type ActionRuntime,
  createActionRuntime,
} from './token-exchange/custom/action-runtime.js'
import { registerTokenExchange } from './token-exchange/token-exchange-grant.js'
import { type TokenRateLimiter, createTokenRateLimiter } from './token-rate-limit.js'
import { UnreadableTokenRequest, readTokenRequest } from './token-request.js'
import { rememberUserinfoTokens } from './userinfo-tokens.js'

export type { AuthorizationServerEvent } from './events.js'

const AUTHORIZATION_PATH = '/authorize'
const TOKEN_PATH = '/oauth/token'
const REGISTRATION_PATH = '/oidc/register'

export interface AuthorizationServerOptions {
  /** Where the server will be reached, with a slash at the end: `http://localhost:9000/`. */
  readonly issuer: string
  readonly directory: Directory
  /** Told of what happens; never with a token or a secret. Defaults to nobody. */
  readonly log?: EventSink | undefined
  /** Fetches client id metadata documents, and is the `fetch` of Actions. Defaults to the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** What Auth0's documentation leaves open; read at every request. Defaults to `DEFAULT_BEHAVIORS`. */
  readonly behaviors?: Behaviors | undefined
  /** The MCP server's page for people, to which the page at `/` links. Defaults to no link. */
  readonly mcpServerPage?: URL | undefined
  /** Runs in front of every endpoint. Defaults to nothing. */
  readonly middleware?: ServerMiddleware | undefined
  /** Epoch milliseconds, for rate limits, throttling and the cache of Actions. Defaults to the system's clock. */
  readonly now?: (() => number) | undefined
  /** How long an Action may take until it has failed, in milliseconds. Defaults to 20000, as at Auth0. */
  readonly actionTimeoutMs?: number | undefined
}

/** A development authorization server that is ready to be attached to an `http.Server`. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly handler: RequestListener
  /**
   * Answers by another directory from the next request on. Sessions, tokens and clients that registered themselves stay, and
   * so does what counts bad subject tokens.
   */
  useDirectory(directory: Directory): void
  /** Signs with the next key from now on. Tokens of the key before stay valid for one rotation. */
  rotateKeys(): Promise<void>
  /**
   * Signs any claims with the current key: for tests that need a token this server would not issue.
   *
   * Nothing is added. The header's `typ` is `at+jwt` unless given.
   */
  signToken(claims: JWTPayload, typ?: string): Promise<string>
}

/**
 * Creates an authorization server for development that answers as Auth0 does.
 *
 * It does not listen: attach `handler` to a server of your own, which also decides about TLS. All
 * state is in memory. Anyone can sign in as any user of the directory, so it must not be reachable
 * by others; requests for another host than the issuer's are refused.
 * Throws a `TypeError` for an issuer that is not an origin with a slash at the end.
 */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { issuer, log = ignore, now = Date.now } = options
  assertIssuer(issuer)
  let parts = { ...createFixedParts(options, log, now), keys: await createKeyRing() }
  const limiter = createTokenRateLimiter(parts.behaviors, now)
  let serve = createProvider(parts).callback()

  return {
    issuer,
    handler: knownHostsOnly(new URL(issuer), (request, response) => {
      answer(request, response, { serve, limiter, directory: parts.directory }).catch(
        (error: unknown) => {
          response.destroy()
          log({ type: 'server_error', error: toError(error) })
        },
      )
    }),
    useDirectory(next) {
      parts = { ...parts, directory: next }
      serve = createProvider(parts).callback()
    },
    async rotateKeys() {
      parts = { ...parts, keys: await parts.keys.rotate() }
      serve = createProvider(parts).callback()
      log({ type: 'keys_rotated' })
    },
    async signToken(claims, typ = 'at+jwt') {
      return new SignJWT(claims)
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: parts.keys.currentKid, typ })
        .sign(await parts.keys.signingKey())
    },
  }
}

/** What a server consists of beside its keys. */
interface FixedParts extends Omit<ProviderParts, 'keys'> {
  readonly behaviors: Behaviors
  readonly suspiciousAddresses: SuspiciousAddresses
  readonly actions: ActionRuntime
  readonly middleware: ServerMiddleware | undefined
  readonly mcpServerPage: URL | undefined
  readonly log: EventSink
}

function createFixedParts(
  options: AuthorizationServerOptions,
  log: EventSink,
  now: () => number,
): FixedParts {
  const { issuer, directory, behaviors, middleware, mcpServerPage } = options
  const fetchOut: typeof fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const { actionTimeoutMs: timeoutMs = ACTION_TIMEOUT_MS } = options
  const store = createMemoryStore()
  const { stage } = directory.attack_protection.suspicious_ip_throttling
  return {
    issuer,
    directory,
    store,
    organizations: createGrantOrganizations(store.adapterFor('GrantOrganization')),
    behaviors: behaviors ?? DEFAULT_BEHAVIORS,
    middleware,
    mcpServerPage,
    suspiciousAddresses: createSuspiciousAddresses(stage['pre-custom-token-exchange'], now),
    cookieSecret: randomBytes(32).toString('base64url'),
    nonceSecret: randomBytes(32),
    actions: createActionRuntime({ fetch: fetchOut, timeoutMs, now }),
    fetch: fetchOut,
    log,
  }
}

function createProvider(parts: FixedParts & ProviderParts): OidcProvider {
  const { issuer, directory, organizations, behaviors, middleware, log } = parts
  const provider = new OidcProvider(issuer, providerConfiguration(parts))
  registerTokenExchange(provider, parts)
  if (middleware !== undefined) provider.use(middleware)
  provider.use(auth0Responses(TOKEN_PATH, behaviors))
  provider.use(registrationCors(REGISTRATION_PATH))
  provider.use(frontPage(parts))
  provider.use(interactionRoutes({ provider, directory, organizations, log }))
  rememberUserinfoTokens(provider)
  logProviderEvents(provider, log)
  return provider
}

interface Answering {
  readonly serve: ReturnType<OidcProvider['callback']>
  readonly limiter: TokenRateLimiter
  readonly directory: Directory
}

/** Node-level because the library reads bodies from the stream and parameters from the URL. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { serve, limiter, directory }: Answering,
): Promise<void> {
  const { resource_parameter_profile: profile } = directory.tenant_settings
  const [path] = (request.url ?? '/').split('?', 1)
  if (path === AUTHORIZATION_PATH) request.url = withResource(request.url ?? '/', profile)
  if (path !== TOKEN_PATH || request.method !== 'POST') return serve(request, response)
  if (!limiter.admit(response)) return
  try {
    await serve(await readTokenRequest(request, profile), response)
  } catch (error) {
    if (!(error instanceof UnreadableTokenRequest)) throw error
    sendJson(response, 400, { error: error.code, error_description: error.message })
  }
}

function assertIssuer(issuer: string): void {
  if (URL.canParse(issuer) && issuer === `${new URL(issuer).origin}/`) return
  throw new TypeError(
    `The issuer must be an origin with a slash at the end, such as http://localhost:9000/, not ${issuer}`,
  )
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('not an error', { cause: error })
}

function ignore(): void {
  return undefined
}
