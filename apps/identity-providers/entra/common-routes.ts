import express, { type RequestHandler, type Router } from 'express'
import { createDescribe, EntraRefusal } from './entra-refusal.js'

export interface CommonRoutesParts {
  readonly origin: string
  readonly now: () => number
}

/**
 * Answers what names no tenant of the stand-in: the metadata of `common` and its siblings has a template as issuer, and
 * nothing else works there.
 */
export function commonRoutes({ origin, now }: CommonRoutesParts): Router {
  const router = express.Router()
  const describe = createDescribe({ origin, now })
  const refuse =
    (options: {
      readonly code: number
      readonly error: string
      readonly description: string
    }): RequestHandler =>
    (_req, res) => {
      const { status, body } = describe(new EntraRefusal(options))
      res.status(status).set('cache-control', 'no-store').json(body)
    }
  router.get('/:tenant/v2.0/.well-known/openid-configuration', (req, res, next) => {
    const { tenant } = req.params
    if (!MANY_TENANTS.has(tenant)) {
      next()
      return
    }
    res.json({
      issuer: `${origin}/{tenantid}/v2.0`,
      authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    })
  })
  router.post('/:tenant/oauth2/v2.0/token', (req, res, next) => {
    const answer = MANY_TENANTS.has(req.params.tenant) ? refuse(NOT_HERE) : refuse(NO_TENANT)
    void answer(req, res, next)
  })
  router.get('/:tenant/oauth2/v2.0/authorize', refuse(NO_TENANT))
  router.get('/:tenant/v2.0/.well-known/openid-configuration', refuse(NO_TENANT))
  return router
}

const MANY_TENANTS = new Set(['common', 'organizations', 'consumers'])

const NOT_HERE = {
  code: 9001023,
  error: 'invalid_request',
  description:
    'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
}

const NO_TENANT = {
  code: 90002,
  error: 'invalid_tenant',
  description: 'Tenant not found. Check to make sure you have the correct tenant ID.',
}
