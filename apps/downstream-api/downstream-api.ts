import type { Agent } from 'node:https'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { auth, requiredScopes, UnauthorizedError } from 'express-oauth2-jwt-bearer'
import { knownHosts } from '../../middleware/known-hosts.js'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import { LAST_DATE_SECONDS } from '../../src/identity/caller.js'
import { parseCredentials } from '../../src/identity/credentials.js'
import { assertAccessTokenType } from '../../src/identity/token-type.js'
import { DpopReplayCache } from '../../src/identity/dpop-replay-cache.js'
import { readUnverified } from '../../src/identity/unverified-token.js'
import { pageForBrowsers } from './page-for-browsers.js'
import { publicTravelRoutes, travelRoutes } from './travel/travel-routes.js'

export interface DownstreamApiOptions {
  /** Whose tokens are accepted, as the authorization server writes itself in `iss`. */
  readonly issuer: string
  /** This API's identifier. */
  readonly audience: string
  /** Reaches the issuer. Default: Node's global agent. */
  readonly agent?: Agent | undefined
  /** The MCP server's page for people, to which the page at `/` links. Default: no link. */
  readonly mcpServerPage?: URL | undefined
  /** Told the claims of every token that was accepted. */
  readonly onCall?: ((claims: Readonly<Record<string, unknown>>) => void) | undefined
}

/**
 * Creates the protected API: callers need a token for this API and no other.
 *
 * `GET /api/private-scope` wants the scope `read:private`, `GET /api/with-scope/<scope>` the scope that its path names;
 * both answer who was asked for by whom. The other operations are those of `openapi.yaml`, one of which needs no token. A
 * browser that opens `/` gets a page that says what this is.
 */
export function createDownstreamApi(options: DownstreamApiOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' })
  })
  const hosts = URL.canParse(options.audience) ? [new URL(options.audience).host] : []
  app.use(knownHosts({ endpoint: THIS_MACHINE, allowedHosts: hosts }))
  app.get('/', pageForBrowsers(options))
  app.use(publicTravelRoutes())
  app.use(strictCredentials, bearerToken(options), forUsAlone(options.audience), scopesOfScp)
  const told: RequestHandler = (req, _res, next) => {
    options.onCall?.(req.auth?.payload ?? {})
    next()
  }
  const answer: RequestHandler = (req, res) => {
    const { sub, scope, act } = req.auth?.payload ?? {}
    res.json({ msg: 'Hello from the protected API', sub, scopes: scope, actor: actorOf(act) })
  }
  app.get('/api/private-scope', requiredScopes('read:private'), told, answer)
  app.get('/api/with-scope/:scope', scopeOfPath, told, answer)
  app.use(travelRoutes(told))
  app.use((_req, res) => {
    res.status(404).json({ error: 'not_found' })
  })
  app.use(refusal)
  return app
}

/** Pages that made a name of their own mean this machine (DNS rebinding) come under another host. */
const THIS_MACHINE = new URL('http://localhost/')

function bearerToken({ issuer, audience, agent }: DownstreamApiOptions): RequestHandler {
  return auth({
    issuerBaseURL: issuer,
    audience,
    tokenSigningAlg: 'RS256',
    ...(agent === undefined ? {} : { agent }),
    // Empty, not absent: an absent option is taken from the environment.
    issuer: '',
    jwksUri: '',
    secret: '',
  })
}

/**
 * What the library lets through: a token in the query, doubled headers, several spellings of one token, JWTs
 * that are no access tokens.
 */
const strictCredentials: RequestHandler = function strictCredentialsMiddleware(req, _res, next) {
  const { token } = parseCredentials({ rawHeaders: req.rawHeaders, url: req.originalUrl })
  assertAccessTokenType(readUnverified(token))
  next()
}

/**
 * The library asks whether `aud` contains us, and knows of one kind of bound token: one that others accept as
 * well, one that is bound in another way, a proof used before and a token without end are refused here.
 */
function forUsAlone(audience: string): RequestHandler {
  const seenProofs = new DpopReplayCache()
  return function forUsAloneMiddleware(req, _res, next) {
    const { aud, cnf, exp = Infinity } = req.auth?.payload ?? {}
    const alone =
      aud === audience || (Array.isArray(aud) && aud.length === 1 && aud[0] === audience)
    const proof = req.get('dpop')
    if (!alone || (cnf !== undefined && proof === undefined) || exp > LAST_DATE_SECONDS) {
      throw new OnBehalfOfError('invalid_token')
    }
    if (proof === undefined) {
      next()
      return
    }
    seenProofs.assertUnused(proof, cnf).then(() => {
      next()
    }, next)
  }
}

/** Entra writes scopes as text into `scp`, Okta as a list; the library reads `scope` alone. */
const scopesOfScp: RequestHandler = function scopesOfScpMiddleware(req, _res, next) {
  const claims = req.auth?.payload
  const scopes = [claims?.['scp']].flat()
  if (claims !== undefined && claims['scope'] === undefined && scopes.every(isText)) {
    claims['scope'] = scopes.join(' ')
  }
  next()
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

const scopeOfPath: RequestHandler<{ scope: string }> = (req, res, next) => {
  requiredScopes(req.params.scope)(req, res, next)
}

function actorOf(act: unknown): string | null {
  if (typeof act !== 'object' || act === null || !('sub' in act)) return null
  return typeof act.sub === 'string' ? act.sub : null
}

const refusal: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) {
    next(error)
    return
  }
  if (!(error instanceof UnauthorizedError) && !(error instanceof OnBehalfOfError)) {
    res.status(500).json({ error: 'server_error' })
    return
  }
  const { code } = error as { code?: unknown }
  // The library's own header quotes the token's header, line breaks included.
  const [status, name] = (typeof code === 'string' ? STATUS_OF[code] : undefined) ?? [
    401,
    undefined,
  ]
  const challenge = name === undefined ? 'Bearer realm="api"' : `Bearer error="${name}"`
  res
    .status(status)
    .set('WWW-Authenticate', challenge)
    .json({ error: name ?? 'unauthorized' })
}

/** What a failure of the library's or of ours is to the caller (RFC 6750 §3.1). */
const STATUS_OF: Readonly<Record<string, readonly [number, string]>> = {
  malformed_credentials: [400, 'invalid_request'],
  invalid_request: [400, 'invalid_request'],
  invalid_dpop_proof: [400, 'invalid_dpop_proof'],
  invalid_token: [401, 'invalid_token'],
  insufficient_scope: [403, 'insufficient_scope'],
  request_forbidden: [403, 'forbidden'],
}
