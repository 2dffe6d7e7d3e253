import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import {
  CALLBACK,
  type RunningServer,
  accessTokenOf,
  authorizationRequest,
  decode,
  postToken,
  registerClient,
  startAuthorizationServer,
} from './support.js'

const ACME = 'org_acme'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

/** A `fetch` that keeps the cookies of the session between two sign-ins, as a browser does. */
function createBrowser(): typeof fetch {
  const session = new Map<string, string>()
  return async (input, init) => {
    const headers = new Headers(init?.headers)
    const pairs = [...session].map(([name, value]) => `${name}=${value}`)
    headers.set('cookie', [headers.get('cookie') ?? '', ...pairs].join('; '))
    const response = await fetch(input, { ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^(_session[^=]*)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) session.set(name, value)
    }
    return response
  }
}

interface Visit {
  readonly browser: typeof fetch
  readonly username: string
  readonly params: Readonly<Record<string, string>>
}

async function visit({ browser, username, params }: Visit): Promise<URLSearchParams> {
  const { url } = authorizationRequest(server, params)
  const callback = await signIn({ authorizationUrl: url, username, fetch: browser })
  return callback.searchParams
}

/** Signs in within a session, and returns the access token's `org_id`. */
async function organizationOf({ browser, username, params }: Visit): Promise<unknown> {
  const { url, verifier } = authorizationRequest(server, params)
  const callback = await signIn({ authorizationUrl: url, username, fetch: browser })
  const answer = await postToken(server, {
    grant_type: 'authorization_code',
    client_id: url.searchParams.get('client_id') ?? '',
    redirect_uri: CALLBACK,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
  })
  return decode(accessTokenOf(answer)).claims['org_id']
}

describe('a session in the browser', () => {
  it('a session in the browser does not carry a user into an organization they are not in', async () => {
    const browser = createBrowser()
    const carol = { browser, username: 'carol' }
    await visit({ ...carol, params: {} })
    const silently = { prompt: 'none' }
    expect((await visit({ ...carol, params: silently })).has('code')).toBe(true)
    const inside = await visit({ ...carol, params: { ...silently, organization: ACME } })
    expect(inside.get('error')).toBe('login_required')
  })

  it.each([
    ['trusted', () => Promise.resolve('curl')],
    ['the user has to allow', () => registerClient(server)],
  ])(
    'a session in the browser keeps organizations apart for a client that is %s',
    async (_what, clientId) => {
      const alice = { browser: createBrowser(), username: 'alice' }
      const client_id = await clientId()
      const outside = { ...alice, params: { client_id } }
      const inside = { ...alice, params: { client_id, organization: ACME } }
      expect(await organizationOf(outside)).toBeUndefined()
      expect(await organizationOf(inside)).toBe(ACME)
      expect(await organizationOf(inside)).toBe(ACME)
      expect(await organizationOf(outside)).toBeUndefined()
    },
  )
})
