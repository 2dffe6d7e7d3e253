import express, { type Router } from 'express'
import type { AuthorizationServer, UserGrant } from './authorization-server.js'
import type { AssertionCheck } from './client-authentication.js'
import { signInRoutes, type GrantedCode } from './sign-in-routes.js'
import { SingleUseStore } from './single-use-store.js'
import { tokenRoutes } from './token-routes.js'

const CODE_SECONDS = 60
const REFRESH_SECONDS = 86_400

export interface ServerRoutesOptions {
  readonly server: AuthorizationServer
  /** Its metadata, each document with the paths at which it is. */
  readonly documents: readonly {
    readonly metadata: Readonly<Record<string, unknown>>
    readonly paths: readonly string[]
  }[]
  readonly checkAssertion?: AssertionCheck | undefined
}

/** Serves one authorization server: metadata, keys, authorization, sign-in, token. */
export function serverRoutes(options: ServerRoutesOptions): Router {
  const { server, documents, checkAssertion } = options
  const router = express.Router()
  const codes = new SingleUseStore<GrantedCode>({
    lifetimeSeconds: CODE_SECONDS,
    now: server.now,
  })
  const refreshTokens = new SingleUseStore<UserGrant>({
    lifetimeSeconds: REFRESH_SECONDS,
    now: server.now,
  })
  for (const { metadata, paths } of documents) {
    router.get([...paths], (_req, res) => {
      res.set('access-control-allow-origin', '*').json(metadata)
    })
  }
  router.use(signInRoutes(server, codes))
  router.use(tokenRoutes(server, { stores: { codes, refreshTokens }, checkAssertion }))
  return router
}
