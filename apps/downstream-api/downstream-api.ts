import type { Agent } from 'node:https'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { auth, requiredScopes, UnauthorizedError } from 'express-oauth2-jwt-bearer'

export interface DownstreamApiOptions {
  /** Whose tokens are accepted, as the authorization server writes itself in `iss`. */
  readonly issuer: string
  /** This API's identifier. */
  readonly audience: string
  /** Reaches the issuer. Default: Node's global agent. */
  readonly agent?: Agent
  /** Told the claims of every token that was accepted. */
  readonly onCall?: (claims: Readonly<Record<string, unknown>>) => void
}

/**
 * Creates the protected API: every caller needs a token for this API and no other.
 *
 * `GET /api/private-scope` wants the scope `read:private` and answers who was asked for by whom.
 */
export function createDownstreamApi(options: DownstreamApiOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' })
  })
  app.use(bearerToken(options), audienceAlone(options.audience))
  app.get('/api/private-scope', requiredScopes('read:private'), (req, res) => {
    const claims = req.auth?.payload ?? {}
    const { sub, scope, act } = claims
    options.onCall?.(claims)
    res.json({ msg: 'Hello from the protected API', sub, scopes: scope, actor: actorOf(act) })
  })
  app.use((_req, res) => {
    res.status(404).json({ error: 'not_found' })
  })
  app.use(refusal)
  return app
}

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

/** The library asks whether `aud` contains us; a token that others accept as well is refused here. */
function audienceAlone(audience: string): RequestHandler {
  return function audienceAloneMiddleware(req, res, next) {
    const aud = req.auth?.payload.aud
    if (aud === audience || (Array.isArray(aud) && aud.length === 1 && aud[0] === audience)) {
      next()
      return
    }
    res
      .status(401)
      .set('WWW-Authenticate', 'Bearer error="invalid_token"')
      .json({ error: 'invalid_token' })
  }
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
  if (!(error instanceof UnauthorizedError)) {
    res.status(500).json({ error: 'server_error' })
    return
  }
  const { code } = error as { code?: unknown }
  res
    .status(error.status)
    .set(error.headers)
    .json({ error: typeof code === 'string' && code !== '' ? code : 'unauthorized' })
}
