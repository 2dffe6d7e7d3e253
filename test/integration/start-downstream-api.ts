import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { serve } from '../../src/server/serve.js'
import { startAuthorizationServer } from './authorization-server/support.js'

/** The development API, with an authorization server whose tokens it takes. */
export interface StartedDownstreamApi {
  readonly origin: string
  /** Signs a token for this API, good for a minute. */
  readonly tokenFor: (sub: string, scope: string) => Promise<string>
  /** The same, with these claims in place of `scope`. */
  readonly tokenWith: (claims: Readonly<Record<string, unknown>>) => Promise<string>
  readonly close: () => Promise<unknown>
}

export async function startDownstreamApi(): Promise<StartedDownstreamApi> {
  const authorizationServer = await startAuthorizationServer()
  const { issuer } = authorizationServer
  const api = await serve({ host: 'localhost', port: 0, drainMs: 50 })
  const origin = `http://localhost:${api.port}`
  const audience = `${origin}/`
  api.attach(createDownstreamApi({ issuer, audience }))
  const tokenWith: StartedDownstreamApi['tokenWith'] = (claims) => {
    const now = Math.floor(Date.now() / 1000)
    return authorizationServer.signToken({
      ...{ iss: issuer, aud: audience, ...claims },
      ...{ iat: now, exp: now + 60 },
    })
  }
  return {
    origin,
    tokenFor: (sub, scope) => tokenWith({ sub, scope }),
    tokenWith,
    close: () => Promise.all([api.close(), authorizationServer.close()]),
  }
}
