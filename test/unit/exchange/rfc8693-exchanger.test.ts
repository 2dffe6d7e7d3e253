import type { IncomingMessage, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ClientAuthentication } from '../../../src/exchange/client-authentication.js'
import {
  createRfc8693Exchanger,
  type Rfc8693ExchangerOptions,
} from '../../../src/exchange/rfc8693-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { USER_AGENT } from '../../../src/version.js'
import { json } from '../answer-json.js'
import {
  callerOf,
  NOW_SECONDS,
  type RequestChanges,
  requestOf,
  revealed,
} from '../../helpers/exchange-requests.js'
import { deadOrigin, startHttpServer } from '../../helpers/start-http-server.js'
import { deferred, failureOf } from '../outcomes.js'

const TYPE = 'urn:ietf:params:oauth:token-type:access_token'
const ANSWER = {
  access_token: 'exchanged',
  issued_token_type: TYPE,
  token_type: 'Bearer',
  expires_in: 600,
  scope: 'read:private write:private',
}

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly form: readonly (readonly [string, string])[]
}

async function setUp(
  answer: RequestListener = json(ANSWER),
  options: Partial<Rfc8693ExchangerOptions> = {},
) {
  const seen: Seen[] = []
  const server = await startHttpServer((req, res) => {
    void text(req).then(
      (body) => {
        const { method, url, headers } = req
        seen.push({ method, url, headers, form: [...new URLSearchParams(body)] })
        answer(req, res)
      },
      () => undefined,
    )
  })
  const metadata = {
    issuer: `${server.origin}/`,
    jwks_uri: `${server.origin}/jwks`,
    token_endpoint: `${server.origin}/oauth/token`,
  }
  const exchanger = createRfc8693Exchanger({
    metadata: () => Promise.resolve(metadata),
    clientId: 'mcp-server',
    clientAuthentication: { method: 'client_secret_post', secret: new Secret('s3cret') },
    clock: () => NOW_SECONDS * 1_000,
    ...options,
  })
  const exchange = (changes: RequestChanges = {}, signal?: AbortSignal) =>
    exchanger.exchange(requestOf(changes), signal === undefined ? {} : { signal })
  const reasonOf = async (changes: RequestChanges = {}) => {
    const { code, details } = await failureOf(exchange(changes))
    const { reason, status } = details
    return status === undefined ? [code, reason] : [code, reason, status]
  }
  return { server, metadata, seen, exchange, reasonOf }
}

describe('the request', () => {
  test('the token request is a form with these parameters and no other', async () => {
    const { seen, exchange } = await setUp()
    await exchange({ scopes: ['read:private', 'write:private'] })
    expect(seen).toHaveLength(1)
    const [request] = seen
    expect([request?.method, request?.url]).toEqual(['POST', '/oauth/token'])
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(request?.form.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['audience', 'https://api.example/'],
      ['client_id', 'mcp-server'],
      ['client_secret', 's3cret'],
      ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      ['requested_token_type', TYPE],
      ['scope', 'read:private write:private'],
      ['subject_token', 'subject-token'],
      ['subject_token_type', TYPE],
    ])
  })

  test('the token request asks for no scope where none is needed', async () => {
    const { seen, exchange } = await setUp()
    await exchange({ scopes: [] })
    expect(seen[0]?.form.map(([name]) => name)).not.toContain('scope')
  })

  test('the token request names us, accepts JSON, and carries nothing of the caller but the token', async () => {
    const { seen, exchange } = await setUp()
    await exchange({ caller: { name: 'Alice', email: 'alice@example.com' } })
    const { headers, form } = seen[0] ?? { headers: {}, form: [] }
    expect(headers['user-agent']).toBe(USER_AGENT)
    expect(headers.accept).toBe('application/json')
    expect(headers.authorization).toBeUndefined()
    expect(JSON.stringify([headers, form])).not.toMatch(/alice/i)
  })

  test('the token request carries the secret in the header where that is how the client authenticates', async () => {
    const { seen, exchange } = await setUp(undefined, {
      clientAuthentication: { method: 'client_secret_basic', secret: new Secret('s3cret') },
    })
    await exchange()
    const [scheme, encoded = ''] = seen[0]?.headers.authorization?.split(' ') ?? []
    expect(scheme).toBe('Basic')
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    const joined = decodeURIComponent(Buffer.from(encoded, 'base64').toString())
    expect(joined).toBe('mcp-server:s3cret')
    expect(seen[0]?.form.map(([name]) => name)).not.toContain('client_secret')
  })

  test.each<[string, { readonly subjectTokenType?: string }, string | undefined]>([
    ['not for On-Behalf-Of, where the token says it', {}, undefined],
    ['for a profile of its own', { subjectTokenType: 'urn:example:mcp' }, 'org_one'],
  ])('the token request names the organization %s', async (_, options, organization) => {
    const { seen, exchange } = await setUp(undefined, options)
    await exchange({ caller: { organization: 'org_one' } })
    const form = Object.fromEntries(seen[0]?.form ?? [])
    expect(form['organization']).toBe(organization)
    expect(form['subject_token_type']).toBe(options.subjectTokenType ?? TYPE)
  })

  test('the token request never says more for any subject token, audience or scope than it is told', async () => {
    const { seen, exchange } = await setUp()
    const odd = 'a&audience=https://evil.example/&scope=admin#%00+ ü'
    await exchange({ subjectToken: odd, audience: odd, scopes: ['a'] })
    const form = seen[0]?.form ?? []
    expect(form.filter(([name]) => name === 'audience')).toEqual([['audience', odd]])
    expect(form.filter(([name]) => name === 'subject_token')).toEqual([['subject_token', odd]])
    expect(form.filter(([name]) => name === 'scope')).toEqual([['scope', 'a']])
  })

  test.each<[string, ClientAuthentication, string]>([
    ['to the endpoint for mutual TLS', { method: 'tls_client_auth' }, '/mtls/token'],
    ['to the token endpoint', { secret: new Secret('s3cret') }, '/oauth/token'],
  ])(
    'the request of a client that proves itself like that goes %s',
    async (_, clientAuthentication, path) => {
      const { seen, exchange, metadata } = await setUp(undefined, { clientAuthentication })
      Object.assign(metadata, {
        mtls_endpoint_aliases: {
          token_endpoint: metadata.token_endpoint.replace('/oauth/', '/mtls/'),
        },
      })
      await exchange()
      expect(seen.map(({ url }) => url)).toEqual([path])
    },
  )

  test('the request goes to a token endpoint without TLS where the metadata name one, also of an issuer with it', async () => {
    const { seen, exchange, metadata } = await setUp()
    Object.assign(metadata, { issuer: 'https://issuer.example/' })
    await exchange()
    expect(seen).toHaveLength(1)
  })

  test("the request goes to the issuer of the caller's token", async () => {
    const asked: string[] = []
    const { seen, exchange, metadata } = await setUp(undefined, {
      metadata: (issuer) => {
        asked.push(issuer)
        return Promise.resolve(metadata)
      },
    })
    await exchange({ caller: { issuer: 'https://tenant.example/' } })
    expect(asked).toEqual(['https://tenant.example/'])
    expect(seen).toHaveLength(1)
  })
})

describe('the answer', () => {
  test('the answer is taken as it came', async () => {
    const { exchange } = await setUp()
    const token = await exchange()
    expect(revealed(token)).toBe('exchanged')
    expect(token).toMatchObject({
      tokenType: 'bearer',
      issuedTokenType: TYPE,
      expiresAtSeconds: NOW_SECONDS + 600,
      scopes: ['read:private', 'write:private'],
    })
  })

  test('the answer says no more than it says', async () => {
    const { exchange } = await setUp(json({ access_token: 'exchanged', token_type: 'Bearer' }))
    const { token, ...rest } = await exchange()
    expect(token.reveal()).toBe('exchanged')
    expect(rest).toEqual({ tokenType: 'bearer' })
  })

  test.each([[5], [null], [{}], [[TYPE]]])(
    'an issued_token_type of %j is a wrong type, and not a missing one',
    async (issued_token_type) => {
      const { exchange } = await setUp(json({ ...ANSWER, issued_token_type }))
      expect((await exchange()).issuedTokenType).toBe(JSON.stringify(issued_token_type))
    },
  )

  test('the answer shows no token when it is printed', async () => {
    const { exchange } = await setUp()
    expect(JSON.stringify(await exchange())).not.toContain('"exchanged"')
  })
})

describe('a failure', () => {
  test('a failure of the server is told from a refusal and from nonsense', async () => {
    const refused = await setUp(json({ error: 'invalid_target' }, 400))
    expect(await refused.reasonOf()).toEqual(['exchange_misconfigured', 'unexpected_status', 400])
    const broken = await setUp(json({}, 503))
    expect(await broken.reasonOf()).toEqual(['exchange_unavailable', 'unexpected_status', 503])
    const nonsense = await setUp((_req, res) => res.end('<html>'))
    expect(await nonsense.reasonOf()).toEqual(['exchange_unavailable', 'nonsense'])
  })

  test('a failure to reach the server is an outage', async () => {
    const token_endpoint = `${await deadOrigin()}/token`
    const metadata = { issuer: 'http://127.0.0.1/', jwks_uri: 'http://127.0.0.1/', token_endpoint }
    const { reasonOf } = await setUp(undefined, { metadata: () => Promise.resolve(metadata) })
    expect(await reasonOf()).toEqual(['exchange_unavailable', 'unreachable'])
  })

  test('a failure to learn where the server is, is an outage', async () => {
    const { reasonOf, seen } = await setUp(undefined, {
      metadata: () => Promise.reject(new Error('no metadata')),
    })
    expect(await reasonOf()).toEqual(['exchange_unavailable', 'metadata_unavailable'])
    expect(seen).toEqual([])
  })

  test('a failure of a key that cannot be used is a matter of configuration, found before anything is sent', async () => {
    const { reasonOf, seen } = await setUp(undefined, {
      clientAuthentication: { method: 'private_key_jwt', privateKey: new Secret('no key') },
    })
    expect(await reasonOf()).toEqual(['exchange_misconfigured', 'client_key_unusable'])
    expect(seen).toEqual([])
  })

  test('a failure to answer in time is an outage', async () => {
    const { reasonOf } = await setUp(() => undefined, { timeoutMs: 50 })
    expect(await reasonOf()).toEqual(['exchange_unavailable', 'timed_out'])
  })

  test('a failure to end the answer in time is an outage', async () => {
    const { reasonOf } = await setUp((_req, res) => res.writeHead(200).write('{"access'), {
      timeoutMs: 100,
    })
    expect(await reasonOf()).toEqual(['exchange_unavailable', 'timed_out'])
  })

  test('a failure takes no word of the server along', async () => {
    const { exchange } = await setUp(json({ error: 'FOREIGN', error_description: 'FOREIGN' }, 400))
    const { message, details } = await failureOf(exchange())
    expect(`${message} ${details.description ?? ''}`).not.toContain('FOREIGN')
  })
})

test('an exchange that is no longer wanted ends at the server, too', async () => {
  const arrived = deferred()
  const cut = deferred()
  const { exchange } = await setUp((_req, res) => {
    res.on('close', () => {
      cut.resolve()
    })
    arrived.resolve()
  })
  const leaving = new AbortController()
  const outcome = failureOf(exchange({}, leaving.signal))
  await arrived.promise
  leaving.abort(new Error('left'))
  // And not when the time is up.
  expect((await outcome).details.reason).toBe('connection_lost')
  await cut.promise
})

test('a subject token that is fresh from a sign-in is not blamed', async () => {
  const { exchange } = await setUp(json({ error: 'invalid_grant' }, 400))
  const codeAt = async (issuedAtSeconds: number) =>
    (await failureOf(exchange({ caller: callerOf({ issuedAtSeconds }) }))).code
  expect(await codeAt(NOW_SECONDS - 5)).toBe('exchange_misconfigured')
  expect(await codeAt(NOW_SECONDS - 300)).toBe('reauthentication_required')
})
