import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildDiscoveryUrls } from '@modelcontextprotocol/client'
import { clientMetadataUrls } from '../../cli/doctor/sign-in/authorization-server.js'
import { answerWith } from '../helpers/exchange-answers.js'
import { ManualClock } from '../helpers/exchange-clock.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { answering } from './doctor-ailment.js'
import { openWorld, type World } from './doctor-world.js'
import {
  allowSignIn,
  CODE,
  visitSignedIn,
  withQuery,
  type AllowedSignIn,
  type SignedInDiagnosis,
} from './sign-in-support.js'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => {
  world.heal()
  world.issuer.tokenRequests.length = 0
  world.issuer.requests.length = 0
})
afterAll(() => world.close())

/** One run with a sign-in that is right but for this. */
function visitWith(allowed: AllowedSignIn, argv?: readonly string[]): Promise<SignedInDiagnosis> {
  const openBrowser = allowSignIn(world, allowed)
  return visitSignedIn(world, { openBrowser }, argv === undefined ? {} : { argv })
}

/** The codes that were sent to the token endpoint; not the one that the doctor probes its credentials with. */
function redeemedCodes(): readonly (string | null)[] {
  return world.issuer.tokenRequests
    .filter(({ parameters }) => parameters.has('resource'))
    .map(({ parameters }) => parameters.get('code'))
}

async function metadataThere(): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${world.issuer.issuer}.well-known/openid-configuration`)
  return (await response.json()) as Readonly<Record<string, unknown>>
}

const right = (): Readonly<Record<string, string>> => ({ code: CODE, iss: world.issuer.issuer })

describe('doctor --sign-in and the answer to its authorization request', () => {
  test('a sign-in that is answered as it should be is redeemed once, with PKCE, and for this resource at both endpoints', async () => {
    const asked: URL[] = []
    const { code, complete } = await visitWith({
      act: ({ url, comeBack }) => {
        asked.push(url)
        return comeBack(right())
      },
    })
    expect([code, complete]).toEqual([0, true])
    const parameters = Object.fromEntries(asked[0]?.searchParams ?? [])
    expect(parameters).toMatchObject({
      ...{ response_type: 'code', client_id: 'some-client', resource: world.mcp },
      ...{ code_challenge_method: 'S256' },
    })
    expect(redeemedCodes()).toEqual([CODE])
    const request = world.issuer.tokenRequests.find((one) => one.parameters.has('resource'))
    expect(Object.fromEntries(request?.parameters ?? [])).toMatchObject({
      ...{ grant_type: 'authorization_code', resource: world.mcp, client_id: 'some-client' },
      redirect_uri: parameters['redirect_uri'],
    })
  })

  test.each([
    ['another state', { state: 'of-another-sign-in' }],
    ['an empty state', { state: '' }],
  ])('an answer with %s does not count, and the right one after it does', async (_title, stray) => {
    const seen: number[] = []
    const { code } = await visitWith({
      act: async ({ comeBack }) => {
        seen.push((await comeBack({ ...right(), ...stray, code: 'attack' })).status)
        seen.push((await comeBack({ error: 'access_denied', ...stray })).status)
        seen.push((await comeBack(right())).status)
      },
    })
    expect(seen).toEqual([400, 400, 200])
    expect(code).toBe(0)
    expect(redeemedCodes()).toEqual([CODE])
  })

  test('answers with a foreign state alone are reported once the time is up, and nothing is redeemed', async () => {
    const time = new ManualClock()
    const openBrowser = allowSignIn(world, {
      act: async ({ redirectUri, comeBack }) => {
        await comeBack({ ...right(), state: 'of-another-sign-in' })
        await fetch(withQuery(redirectUri, right()))
        await fetch(withQuery(withQuery(redirectUri, { state: 'x' }), right()))
        await time.advance(300_000)
      },
    })
    const { code, named } = await visitSignedIn(world, { openBrowser, timers: time.timers })
    expect(code).toBe(1)
    expect(named('sign_in.answer')).toMatchObject({ verdict: 'wrong' })
    expect(named('sign_in.answer')?.message).toContain('What came (3) did not have the state')
    expect(named('exchange')).toMatchObject({ waitsFor: 'sign_in.answer' })
    expect(redeemedCodes()).toEqual([])
  })

  test('of two answers the first alone counts, and the second is not found', async () => {
    const seen: number[] = []
    await visitWith({
      act: async ({ comeBack }) => {
        const answers = await Promise.all([
          comeBack(right()),
          comeBack({ ...right(), code: 'second' }),
        ])
        seen.push(...answers.map(({ status }) => status))
      },
    })
    expect(seen).toEqual([200, 404])
    expect(redeemedCodes()).toEqual([CODE])
  })

  test.each([
    [
      'of another authorization server',
      { iss: 'https://attacker.example/' },
      /of another authorization server: it names https:\/\/attacker/,
    ],
    [
      'that names its issuer without the slash',
      { iss: 'http://127.0.0.1' },
      /of another authorization server/,
    ],
    ['that names no issuer, where every answer does', {}, /does not name its issuer/],
  ])(
    '[mix-up] an answer %s is refused, and its code goes nowhere',
    async (_title, iss, message) => {
      const { code, wrong, named } = await visitWith({
        act: ({ comeBack }) => comeBack({ code: CODE, ...iss } as Record<string, string>),
      })
      expect([code, wrong()]).toEqual([1, ['sign_in.answer']])
      expect(named('sign_in.answer')?.message).toMatch(message)
      expect(redeemedCodes()).toEqual([])
    },
  )

  test('an answer need not name its issuer where the metadata does not announce it', async () => {
    const { code } = await visitWith({
      metadata: { authorization_response_iss_parameter_supported: undefined },
      act: ({ comeBack }) => comeBack({ code: CODE }),
    })
    expect(code).toBe(0)
  })

  test.each([
    ['invalid_scope', 'wrong', /--scope/],
    ['invalid_target', 'wrong', /API with just that identifier/],
    ['unauthorized_client', 'wrong', /authorization code grant/],
    ['a_word_of_its_own', 'wrong', /log of the authorization server/],
    ['__proto__', 'wrong', /log of the authorization server/],
    ['server_error', 'not_checkable', /Try again later/],
    ['access_denied', 'not_checkable', /declined.*domain level/],
  ] as const)('the error %s is told, with what to do', async (error, verdict, hint) => {
    const { named } = await visitWith({
      act: ({ comeBack }) =>
        comeBack({ error, iss: world.issuer.issuer, error_description: 'Said\u001b[2J so.' }),
    })
    expect(named('sign_in.answer')).toMatchObject({ verdict })
    expect(named('sign_in.answer')?.message).toContain(`(${error}: Said [2J so.)`)
    expect(named('sign_in.answer')?.hint).toMatch(hint)
    expect(redeemedCodes()).toEqual([])
  })

  test.each([
    ['with neither code nor error', {}],
    ['with an empty code', { code: '' }],
  ])('an answer %s is wrong', async (_title, parameters) => {
    const { wrong } = await visitWith({
      act: ({ comeBack }) =>
        comeBack({ iss: world.issuer.issuer, ...parameters } as Record<string, string>),
    })
    expect(wrong()).toEqual(['sign_in.answer'])
    expect(redeemedCodes()).toEqual([])
  })

  test('an answer with two codes is wrong, and none of them is redeemed', async () => {
    const { wrong } = await visitWith({
      act: ({ redirectUri, state }) =>
        fetch(withQuery(withQuery(redirectUri, { state, ...right() }), { code: 'second' })),
    })
    expect(wrong()).toEqual(['sign_in.answer'])
    expect(redeemedCodes()).toEqual([])
  })
})

describe('doctor --sign-in and the page at its callback', () => {
  test('says in plain words what to do, keeps nothing, loads nothing, and holds neither code nor state', async () => {
    const pages: { readonly text: string; readonly headers: Headers }[] = []
    const states: string[] = []
    await visitWith({
      act: async ({ state, comeBack }) => {
        states.push(state)
        const response = await comeBack(right())
        pages.push({ text: await response.text(), headers: response.headers })
      },
    })
    const [page] = pages
    expect(page?.text).toContain('You can close this window.')
    expect([CODE, ...states].filter((secret) => page?.text.includes(secret))).toEqual([])
    expect(page?.headers.get('cache-control')).toBe('no-store')
    expect(page?.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page?.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /)
  })

  test('no output holds a token, the code, the verifier, or what a client was given at its registration', async () => {
    const secrets = ['secret-of-the-registered-client', 'management-token-of-the-client']
    const registry = await startHttpServer((_req, res) => {
      const [secret, token] = secrets
      answerWith(
        res,
        {
          ...{ client_id: 'registered', client_secret: secret, registration_access_token: token },
          registration_client_uri: `${registry.origin}/clients/1`,
          token_endpoint_auth_method: 'client_secret_post',
        },
        201,
      )
    })
    const { output } = await visitWith(
      {
        metadata: { registration_endpoint: registry.origin },
        tokens: { refresh_token: 'refresh-token-of-the-person' },
      },
      [],
    )
    const redemption = world.issuer.tokenRequests.find((one) => one.parameters.has('resource'))
    expect(redemption?.parameters.get('client_secret')).toBe(secrets[0])
    const verifier = redemption?.parameters.get('code_verifier') ?? ''
    expect(verifier.length).toBeGreaterThan(42)
    const shown = [...secrets, CODE, verifier, 'refresh-token-of-the-person'].filter((secret) =>
      output.includes(secret),
    )
    expect(shown).toEqual([])
  })
})

describe('doctor --sign-in and the redemption of its code', () => {
  test('a code that is refused is wrong, with the word of the authorization server', async () => {
    const { wrong, named } = await visitWith({
      act: ({ comeBack }) => comeBack({ ...right(), code: 'unknown-code' }),
    })
    expect(wrong()).toEqual(['sign_in.token'])
    expect(named('sign_in.token')?.message).toContain('(400, invalid_grant)')
    expect(named('sign_in.token')?.hint).toContain('PKCE')
    expect(named('exchange')).toMatchObject({ waitsFor: 'sign_in.token' })
  })

  test.each([
    ['a redirect, which is not followed', 302, /\(302\)/],
    ['an error of its own', 503, /\(503\)/],
    ['something that is no token', 200, /no token response/],
  ])('a token endpoint that answers with %s', async (_title, status, message) => {
    const elsewhere = await startHttpServer((_req, res) => res.end())
    allowSignIn(world)
    const openBrowser = allowSignIn(world)
    const healthy = world.issuer.tokenResponder
    world.issuer.tokenResponder = (request, res) =>
      request.parameters.has('resource')
        ? void res.writeHead(status, { Location: elsewhere.origin }).end('<html>')
        : healthy(request, res)
    const { named } = await visitSignedIn(world, { openBrowser })
    expect(named('sign_in.token')?.verdict).not.toBe('ok')
    expect(named('sign_in.token')?.message).toMatch(message)
    expect(elsewhere.connections).toBe(0)
  })

  test('a token that is bound to a key is not taken for a bearer token', async () => {
    const { wrong } = await visitWith({ tokens: { token_type: 'DPoP' } })
    expect(wrong()).toEqual(['sign_in.token'])
  })

  test('a token for another audience is named as the server would name it', async () => {
    const accessToken = await world.issuer.mint('https://another.example/')
    const { wrong, named, hops } = await visitWith({ tokens: { access_token: accessToken } })
    expect(wrong()).toEqual(['token.inbound'])
    expect(named('token.inbound')?.message).toContain('audience_mismatch')
    expect(hops).toMatchObject([{ aud: 'https://another.example/' }])
  })
})

describe('doctor --sign-in and the metadata of the authorization server', () => {
  test.each([
    [
      'an authorization endpoint that is a script',
      { authorization_endpoint: 'javascript:alert(1)' },
    ],
    ['an authorization endpoint that is a file', { authorization_endpoint: 'file:///etc/passwd' }],
    [
      'an authorization endpoint over plain http at another host',
      { authorization_endpoint: 'http://attacker.example/authorize' },
    ],
    ['no authorization endpoint', { authorization_endpoint: undefined }],
    ['no response type code', { response_types_supported: ['id_token'] }],
    ['no S256', { code_challenge_methods_supported: ['plain'] }],
  ])('%s opens no browser', async (_title, metadata) => {
    const opened: string[] = []
    const { wrong } = await visitWith({
      metadata,
      act: ({ url }) => {
        opened.push(url.href)
        return Promise.resolve()
      },
    })
    expect([wrong(), opened]).toEqual([['sign_in.metadata'], []])
  })

  test('metadata that is silent about PKCE is a warning: strict clients refuse it', async () => {
    const { code, named } = await visitWith({
      metadata: { code_challenge_methods_supported: undefined },
    })
    expect(code).toBe(0)
    expect(named('sign_in.metadata')).toMatchObject({ verdict: 'warning' })
  })

  test('metadata that only a setting finds is found by no client', async () => {
    const openBrowser = allowSignIn(world)
    const elsewhere = await startHttpServer((_req, res) => {
      answerWith(res, document)
    })
    const document = await metadataThere()
    world.issuer.metadataResponder = answering(404)
    const { wrong, named } = await visitSignedIn(
      world,
      { openBrowser },
      { environment: { ISSUER_METADATA_URL: `${elsewhere.origin}/metadata.json` } },
    )
    expect(wrong()).toEqual(['sign_in.metadata'])
    expect(named('sign_in.metadata')?.message).toContain('oauth-authorization-server answers 404')
    expect(named('sign_in.metadata')?.hint).toContain('none of your settings')
  })

  /** The address that clients ask first answers with this; the doctor's other checks ask another one first. */
  const visitWhereClientsFind = (response: () => Response) => {
    const openBrowser = allowSignIn(world)
    return visitSignedIn(world, {
      openBrowser,
      fetch: (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input)
        return pathname === '/.well-known/oauth-authorization-server'
          ? Promise.resolve(response())
          : fetch(input, init)
      },
    })
  }

  test('metadata of another issuer, at the address that clients ask first, is refused, and opens no browser', async () => {
    const document = { ...(await metadataThere()), issuer: 'https://attacker.example/' }
    const { wrong, named } = await visitWhereClientsFind(() => Response.json(document))
    expect(wrong()).toEqual(['sign_in.metadata'])
    expect(named('sign_in.metadata')?.message).toContain('attacker.example')
    expect(redeemedCodes()).toEqual([])
  })

  test('a web page at the address that clients ask first stops them, and the doctor too', async () => {
    const { wrong, named } = await visitWhereClientsFind(
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    )
    expect(wrong()).toEqual(['sign_in.metadata'])
    expect(named('sign_in.metadata')?.message).toContain('answers with a web page')
  })

  test.each([403, 404, 502])(
    'after a %i clients ask the next address, and so does the doctor',
    async (status) => {
      const { code, named } = await visitWhereClientsFind(() => new Response('', { status }))
      expect(code).toBe(0)
      expect(named('sign_in.metadata')?.message).toContain('/.well-known/openid-configuration.')
    },
  )

  test('after a 500 clients give up, and so does the doctor', async () => {
    const { wrong } = await visitWhereClientsFind(() => new Response('', { status: 500 }))
    expect(wrong()).toEqual(['sign_in.metadata'])
  })

  test.each(['https://as.example/', 'https://as.example/tenant', 'https://as.example/a/b/'])(
    'the addresses for %s are those of the MCP SDK, in its order',
    (issuer) => {
      const theirs = buildDiscoveryUrls(issuer).map(({ url }) => url.href)
      expect(clientMetadataUrls(new URL(issuer))).toEqual(theirs)
    },
  )
})

describe('doctor --sign-in and the client that it is', () => {
  const registry = (answer: Readonly<Record<string, unknown>>, status = 201) => {
    const requests: {
      readonly method: string
      readonly path: string
      readonly authorization: string
    }[] = []
    return {
      requests,
      start: () =>
        startHttpServer((req, res) => {
          const { method = '', url: path = '', headers } = req
          requests.push({ method, path, authorization: headers.authorization ?? '' })
          if (method === 'DELETE') res.writeHead(204).end()
          else answerWith(res, answer, status)
        }),
    }
  }
  const register = async (
    answer: (origin: string) => Readonly<Record<string, unknown>>,
    status = 201,
  ) => {
    const facts: Record<string, unknown> = {}
    const { requests, start } = registry(facts, status)
    const server = await start()
    Object.assign(facts, answer(server.origin))
    const diagnosis = await visitWith(
      { metadata: { registration_endpoint: `${server.origin}/register` } },
      [],
    )
    return { ...diagnosis, requests }
  }

  test('a client that was registered for the sign-in is deleted again where the server gave the means', async () => {
    const { code, named, requests } = await register((origin) => ({
      ...{ client_id: 'registered', registration_access_token: 'management-token' },
      registration_client_uri: `${origin}/register/registered`,
    }))
    expect(code).toBe(0)
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /register',
      'DELETE /register/registered',
    ])
    expect(requests[1]?.authorization).toBe('Bearer management-token')
    expect(named('sign_in.client_removal')?.message).toContain('is deleted again')
  })

  test('a client is deleted even if nobody signs in with it', async () => {
    const facts: Record<string, unknown> = {
      client_id: 'registered',
      registration_access_token: 't',
    }
    const { requests, start } = registry(facts)
    const server = await start()
    facts['registration_client_uri'] = `${server.origin}/register/registered`
    const metadata = { registration_endpoint: `${server.origin}/register` }
    await visitWith(
      { metadata, act: ({ comeBack }) => comeBack({ ...right(), error: 'access_denied' }) },
      [],
    )
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  })

  test('the token that deletes the client is sent to no other host than that of the registration', async () => {
    const elsewhere = await startHttpServer((_req, res) => res.end())
    const { named } = await register(() => ({
      ...{ client_id: 'registered', registration_access_token: 'management-token' },
      registration_client_uri: `${elsewhere.origin}/register/registered`,
    }))
    expect(elsewhere.connections).toBe(0)
    expect(named('sign_in.client_removal')?.message).toContain('stays registered')
  })

  test('a registration that is refused is wrong, and says what clients meet', async () => {
    const { wrong, named } = await register(() => ({ error: 'invalid_redirect_uri' }), 400)
    expect(wrong()).toEqual(['sign_in.client'])
    expect(named('sign_in.client')?.message).toContain('(400, invalid_redirect_uri)')
    expect(named('sign_in.client')?.hint).toContain('--client-id')
  })

  test('a registration endpoint over plain http at another host is sent nothing', async () => {
    const { wrong, named } = await visitWith(
      { metadata: { registration_endpoint: 'http://attacker.example/register' } },
      [],
    )
    expect(wrong()).toEqual(['sign_in.client'])
    expect(named('sign_in.client')?.message).toContain('attacker.example')
  })

  test('an authorization server that offers clients nothing is no fault, and says what to give', async () => {
    const { code, named } = await visitWith({}, [])
    expect(code).toBe(0)
    expect(named('sign_in.client')).toMatchObject({ verdict: 'not_checkable' })
    expect(named('sign_in.client')?.hint).toMatch(
      /--client-id.*redirect URI is http:\/\/127\.0\.0\.1:\d+\/callback/,
    )
  })
})
