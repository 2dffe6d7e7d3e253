import express, { type Router } from 'express'
import { decodeJwt, type JWTPayload } from 'jose'
import type { EntraApp } from './directory.js'
import type { EntraTenant } from './tenant.js'

export interface CaeApiParts {
  readonly path: string
  readonly app: EntraApp
  readonly tenants: readonly EntraTenant[]
  /** Challenges the tokens that were issued for a challenge, too. */
  readonly always: boolean
}

/**
 * Serves an API with continuous access evaluation: a token whose client declared `cp1` is answered 401 with a claims
 * challenge, and one that was issued for the claims of a challenge with 200, as is one without `cp1`.
 */
export function caeApi({ path, app, tenants, always }: CaeApiParts): Router {
  const router = express.Router()
  router.all(path, (req, res, next) => {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '') ?? []
    claimsOf(token, { tenants, app })
      .then((claims) => {
        if (claims === undefined) {
          res.status(401).set('www-authenticate', 'Bearer error="invalid_token"').json(INVALID)
          return
        }
        if (isCapable(claims) && (always || claims['acrs'] === undefined)) {
          res.status(401).set('www-authenticate', challenge(tenants, claims)).json(INVALID)
          return
        }
        res.json({ msg: 'Hello from an API with continuous access evaluation', sub: claims.sub })
      })
      .catch(next)
  })
  return router
}

const INVALID = { error: 'invalid_token' }

async function claimsOf(
  token: string,
  { tenants, app }: Pick<CaeApiParts, 'tenants' | 'app'>,
): Promise<JWTPayload | undefined> {
  const tenant = tenants.find(({ id }) => id === tenantIdOf(token))
  const claims = await tenant?.key.verify(token)
  const audience = app.accessTokenVersion === 2 ? app.clientId : app.appIdUri
  const isForUs =
    (claims?.iss === tenant?.issuers.v2 || claims?.iss === tenant?.issuers.v1) &&
    claims?.aud === audience &&
    (claims.exp ?? 0) * 1_000 > (tenant?.now() ?? 0)
  return isForUs ? claims : undefined
}

function tenantIdOf(token: string): unknown {
  try {
    return decodeJwt(token)['tid']
  } catch {
    return undefined
  }
}

function isCapable(claims: JWTPayload): boolean {
  const { xms_cc: capabilities } = claims
  return Array.isArray(capabilities) && capabilities.includes('cp1')
}

function challenge(tenants: readonly EntraTenant[], claims: JWTPayload): string {
  const wanted = { access_token: { nbf: { essential: true, value: String(claims.iat ?? 0) } } }
  const encoded = Buffer.from(JSON.stringify(wanted)).toString('base64')
  const authorize = `${tenants[0]?.origin ?? ''}/common/oauth2/v2.0/authorize`
  return `Bearer realm="", authorization_uri="${authorize}", error="insufficient_claims", claims="${encoded}"`
}
