import express, { type Request, type Router } from 'express'
import type { AuthorizationServer, TokenAnswer, UserGrant } from './authorization-server.js'
import { authenticateClient, type AssertionCheck } from './client-authentication.js'
import { createCodeGrants, type GrantStores } from './code-grants.js'
import { formBody } from './form-body.js'
import { OAuthRefusal } from './oauth-refusal.js'
import { Parameters } from './parameters.js'

export interface TokenRoutesOptions {
  readonly stores: GrantStores
  readonly checkAssertion?: AssertionCheck | undefined
}

/** Serves the token endpoint and the keys. */
export function tokenRoutes(server: AuthorizationServer, options: TokenRoutesOptions): Router {
  const router = express.Router()
  const grants = new Map([...createCodeGrants(server, options.stores), ...server.grants])
  const answer = async (req: Request): Promise<TokenAnswer> => {
    const parameters = new Parameters(req.body as URLSearchParams)
    const grant = grants.get(parameters.required('grant_type'))
    if (grant === undefined) {
      throw new OAuthRefusal({
        error: 'unsupported_grant_type',
        description: 'Unsupported grant_type',
        reason: 'grant_unsupported',
      })
    }
    const { findClient } = server
    const { checkAssertion } = options
    const { headers } = req
    const client = await authenticateClient({ findClient, checkAssertion }, parameters, headers)
    const refreshTokenFor = (granted: UserGrant): string =>
      options.stores.refreshTokens.put(granted)
    return grant({ parameters, client, headers, refreshTokenFor })
  }
  router.post(server.paths.token, formBody, (req, res, next) => {
    answer(req).then(
      (body) => {
        res.set(NOT_KEPT).json(body)
      },
      (error: unknown) => {
        if (!(error instanceof OAuthRefusal)) next(error)
        else {
          const { status, headers, body } = server.describe(error)
          res.status(status).set(NOT_KEPT).set(headers).json(body)
        }
      },
    )
  })
  router.get(server.paths.keys, (_req, res) => {
    res.json({ keys: server.keys })
  })
  return router
}

const NOT_KEPT = { 'cache-control': 'no-store', pragma: 'no-cache' }
