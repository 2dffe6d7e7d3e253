import { type JWTPayload, SignJWT } from 'jose'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type OidcProvider from 'oidc-provider'
import { withResource } from './audience-parameter.js'
import type { Directory } from './directory.js'
import { logProviderEvents } from './event-log.js'
import type { EventSink } from './events.js'
import { interactionRoutes } from './interactions/interaction-routes.js'
import { SIGNING_ALGORITHM, createKeyRing } from './keys.js'
import { createMemoryStore } from './memory-store.js'
import { Provider } from './oidc-provider-library.js'
import { type ProviderParts, providerConfiguration } from './provider-configuration.js'
import { registrationCors } from './registration-cors.js'
import { responseManners } from './response-manners.js'
import { registerTokenExchange } from './token-exchange/token-exchange-grant.js'
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
  readonly log?: EventSink
  /** Fetches client id metadata documents. Defaults to the global `fetch`. */
  readonly fetch?: typeof fetch
}

/** A development authorization server that is ready to be attached to an `http.Server`. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly handler: RequestListener
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
 * by others.
 *
 * @throws TypeError when the issuer is not an origin with a slash at the end.
 */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { issuer, directory, log = ignore } = options
  assertIssuer(issuer)
  const fixedParts = {
    issuer,
    directory,
    store: createMemoryStore(),
    cookieSecret: randomBytes(32).toString('base64url'),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  } satisfies Omit<ProviderParts, 'keys'>

  let keys = await createKeyRing()
  let serve = createProvider({ ...fixedParts, keys }, log).callback()

  return {
    issuer,
    handler: (request, response) => {
      answer(request, response, serve).catch((error: unknown) => {
        response.destroy()
        log({ type: 'server_error', error: toError(error) })
      })
    },
    async rotateKeys() {
      keys = await keys.rotate()
      serve = createProvider({ ...fixedParts, keys }, log).callback()
      log({ type: 'keys_rotated' })
    },
    async signToken(claims, typ = 'at+jwt') {
      return new SignJWT(claims)
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: keys.currentKid, typ })
        .sign(await keys.signingKey())
    },
  }
}

function createProvider(parts: ProviderParts, log: EventSink): OidcProvider {
  const { issuer, directory, keys } = parts
  const provider = new Provider(issuer, providerConfiguration(parts))
  registerTokenExchange(provider, { issuer, directory, keys, log })
  provider.use(responseManners(TOKEN_PATH))
  provider.use(registrationCors(REGISTRATION_PATH))
  provider.use(interactionRoutes({ provider, directory, log }))
  rememberUserinfoTokens(provider)
  logProviderEvents(provider, log)
  return provider
}

/** Node-level because the library reads bodies from the stream and parameters from the URL. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  serve: ReturnType<OidcProvider['callback']>,
): Promise<void> {
  const [path] = (request.url ?? '/').split('?', 1)
  if (path === AUTHORIZATION_PATH) request.url = withResource(request.url ?? '/')
  if (path !== TOKEN_PATH || request.method !== 'POST') return serve(request, response)
  try {
    await serve(await readTokenRequest(request), response)
  } catch (error) {
    if (!(error instanceof UnreadableTokenRequest)) throw error
    refuseTokenRequest(response, error)
  }
}

function refuseTokenRequest(response: ServerResponse, { code, message }: UnreadableTokenRequest) {
  response.writeHead(400, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    connection: 'close',
  })
  response.end(JSON.stringify({ error: code, error_description: message }))
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
