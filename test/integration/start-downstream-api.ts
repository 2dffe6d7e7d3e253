import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { serve } from '../../src/server/serve.js'
import { startAuthorizationServer } from './authorization-server/support.js'

/** The development API, with an authorization server whose tokens it takes. */
export interface StartedDownstreamApi {
  readonly origin: string
  /** Signs a token for this API, good for a minute. */
  readonly tokenFor: (sub: string, scope: string) => Promise<string>
  readonly close: () => Promise<unknown>
}

export async function startDownstreamApi(): Promise<StartedDownstreamApi> {
  const authorizationServer = await startAuthorizationServer()
  const { issuer } = authorizationServer
  const api = await serve({ host: 'localhost', port: 0, drainMs: 50 })
  const origin = `http://localhost:${api.port}`
  const audience = `${origin}/`
  api.attach(createDownstreamApi({ issuer, audience }))
  return {
    origin,
    tokenFor: (sub, scope) => {
      const now = Math.floor(Date.now() / 1000)
      return authorizationServer.signToken({
        ...{ iss: issuer, sub, aud: audience, scope },
        ...{ iat: now, exp: now + 60 },
      })
    },
    close: () => Promise.all([api.close(), authorizationServer.close()]),
  }
}
