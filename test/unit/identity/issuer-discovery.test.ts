import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createIssuer } from '../../../src/identity/issuer-keys.js'
import { fetchIssuerMetadata, metadataUrls } from '../../../src/identity/issuer-metadata.js'
import { KEY_1, KEYS, METADATA, openIssuer } from '../issuer-stand.js'
import { json } from '../answer-json.js'
import { failureOf, thrownBy } from '../outcomes.js'

const OAUTH = '/.well-known/oauth-authorization-server'

const page: RequestListener = (_req, res) => {
  res.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>a single-page app</html>')
}
const bytes =
  (text: string): RequestListener =>
  (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(text)
  }
const status =
  (code: number, location?: string): RequestListener =>
  (_req, res) => {
    res.writeHead(code, location === undefined ? {} : { Location: location }).end()
  }

describe('the metadata of an issuer', () => {
  test('[case 18] the metadata of an issuer is looked for where OpenID Connect and RFC 8414 put it, each document in both ways', () => {
    expect(metadataUrls('https://id.example/realms/one/')).toEqual([
      'https://id.example/realms/one/.well-known/openid-configuration',
      'https://id.example/.well-known/oauth-authorization-server/realms/one',
      'https://id.example/.well-known/openid-configuration/realms/one',
      'https://id.example/realms/one/.well-known/oauth-authorization-server',
    ])
    expect(metadataUrls('https://id.example')).toHaveLength(2)
  })

  test.each([0, 1, 2, 3])(
    '[case 18] the metadata of an issuer is found at its address number %i',
    async (index) => {
      const { issuer, answers, metadata } = await openIssuer({}, '/realms/one')
      const url = new URL(metadataUrls(metadata.issuer)[index] ?? '')
      answers[url.pathname] = json(metadata)
      expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
    },
  )

  test.each([400, 401, 403, 404, 405, 406, 410, 421, 429, 451])(
    '[case 18] the metadata of an issuer is looked for at the next address where the first answers %i',
    async (code) => {
      const { issuer, answers, metadata } = await openIssuer()
      answers[METADATA] = json({ error: 'no' }, code)
      answers[OAUTH] = json(metadata)
      expect(await issuer.metadata()).toEqual(metadata)
    },
  )

  test.each([
    ['a page', page],
    ['nothing', bytes('')],
    ['204', status(204)],
    ['JSON that is null', json(null)],
    ['JSON that is text', json('metadata')],
    ['a list', json([{ issuer: 'https://id.example' }])],
    ['an empty object', json({})],
    ['an error with status 200', json({ error: 'not_found' })],
    ['an issuer that is no text', json({ issuer: 5 })],
    ['something without end', bytes(`{"padding":"${'x'.repeat(600 * 1024)}"}`)],
    ['a redirect to a page for signing in', status(302, '/login')],
  ])(
    '[case 19] the metadata of an issuer is looked for at the next address where the first has %s',
    async (_what, answer) => {
      const { issuer, answers, metadata } = await openIssuer()
      answers[METADATA] = answer
      answers[OAUTH] = json(metadata)
      expect(await issuer.metadata()).toEqual(metadata)
    },
  )

  test('[case 19] the metadata of an issuer is looked for at the next address where the first document names no keys', async () => {
    const { issuer, answers, metadata } = await openIssuer()
    answers[METADATA] = json({ issuer: metadata.issuer })
    answers[OAUTH] = json(metadata)
    expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
  })

  test.each([500, 502, 503, 504])(
    '[case 18] the metadata of an issuer is not looked for elsewhere where the first address answers %i: an outage selects no document',
    async (code) => {
      const { issuer, answers, metadata, count } = await openIssuer()
      answers[METADATA] = status(code)
      answers[OAUTH] = json(metadata)
      expect((await failureOf(issuer.metadata())).details).toMatchObject({
        reason: 'unexpected_status',
        log: { status: code },
      })
      expect(count(OAUTH)).toBe(0)
    },
  )

  test('[case 18] the metadata of an issuer is not looked for elsewhere where the first address does not answer in time', async () => {
    const { issuer, answers, metadata, count } = await openIssuer({ timeoutMs: 50 })
    answers[METADATA] = () => undefined
    answers[OAUTH] = json(metadata)
    expect((await failureOf(issuer.metadata())).details.reason).toBe('timed_out')
    expect(count(OAUTH)).toBe(0)
  })

  test('[case 19] the metadata of an issuer that names another issuer is a refusal, and no reason to look elsewhere', async () => {
    const { issuer, answers, metadata, count, log } = await openIssuer()
    answers[METADATA] = json({ ...metadata, issuer: 'https://evil.example/' })
    answers[OAUTH] = json(metadata)
    expect((await failureOf(issuer.metadata())).details.reason).toBe('invalid')
    expect(count(OAUTH)).toBe(0)
    expect(log.text()).toContain('https://evil.example/')
  })

  test.each([
    ['jwks_uri', 5],
    ['jwks_uri', 'keys'],
    ['token_endpoint', ['https://id.example/token']],
    ['token_endpoint', null],
    ['mtls_endpoint_aliases', { token_endpoint: 'http://tokens.example/' }],
  ])(
    '[case 19] the metadata of an issuer with a malformed %s, %j, is a refusal that names the member',
    async (member, value) => {
      const { issuer, answers, metadata, log } = await openIssuer()
      answers[METADATA] = json({ ...metadata, [member]: value })
      answers[OAUTH] = json(metadata)
      expect((await failureOf(issuer.metadata())).details.reason).toBe('invalid')
      expect(log.text()).toContain(member)
    },
  )

  test('[case 63] the metadata of an issuer is read with a byte order mark in front', async () => {
    const { issuer, answers, metadata } = await openIssuer()
    answers[METADATA] = bytes(`\ufeff${JSON.stringify(metadata)}`)
    expect(await issuer.metadata()).toEqual(metadata)
  })

  test('[case 63] the metadata of an issuer is found at the address of RFC 8414 where OpenID Connect answers 404', async () => {
    const { issuer, answers, metadata, hits } = await openIssuer()
    answers[METADATA] = status(404)
    answers[OAUTH] = json(metadata)
    expect(await issuer.metadata()).toEqual(metadata)
    expect(hits).toEqual([METADATA, OAUTH])
  })
})

describe('the search for the metadata', () => {
  test('the search for the metadata ends with the deadline that it is given', async () => {
    const { metadata } = await openIssuer()
    const options = { fetch: globalThis.fetch, timeoutMs: 60_000 }
    expect(await fetchIssuerMetadata(metadata.issuer, options)).toEqual(metadata)
    const late = fetchIssuerMetadata(metadata.issuer, { ...options, deadline: AbortSignal.abort() })
    await expect(late).rejects.toMatchObject({ reason: 'timed_out' })
  })

  test('the search for the metadata has one deadline for all addresses', async () => {
    const signals: unknown[] = []
    const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
      signals.push(init?.signal)
      return Promise.resolve(new Response('{}', { status: 404 }))
    }
    const search = fetchIssuerMetadata('https://id.example/one', { fetch, timeoutMs: 60_000 })
    await expect(search).rejects.toMatchObject({ reason: 'unexpected_status' })
    expect(signals).toHaveLength(4)
    expect(new Set(signals).size).toBe(1)
  })
})

describe('a redirect', () => {
  test.each([301, 302, 307, 308])(
    '[case 20] a redirect of the metadata by %i is not followed, and the log says where it leads',
    async (code) => {
      const { issuer, answers, metadata, count, log } = await openIssuer()
      answers[METADATA] = status(code, '/elsewhere?state=abc#part')
      answers['/elsewhere'] = json(metadata)
      expect((await failureOf(issuer.metadata())).details.log).toMatchObject({ status: code })
      expect(count('/elsewhere')).toBe(0)
      const [entry] = log.named('issuer_document_unavailable')
      expect(entry?.fields).toMatchObject({ status: code, location: '/elsewhere' })
      expect(entry?.fields['hint']).toContain('ISSUER_METADATA_URL')
    },
  )

  test('[case 20] a redirect of the keys is not followed, and the log says where it leads, without credentials', async () => {
    const { issuer, answers, log } = await openIssuer()
    const secret = 's'.repeat(40)
    answers[KEYS] = status(
      307,
      `https://user:${secret}@keys.example/tenant/${secret}?code=${secret}`,
    )
    expect((await failureOf(issuer.keys('key-1'))).details.reason).toBe('unexpected_status')
    const [entry] = log.named('issuer_document_unavailable')
    expect(entry?.fields['location']).toBe('https://keys.example/tenant/[scrubbed]')
    expect(log.text()).not.toContain(secret)
  })

  test('[case 20] a redirect leads nowhere else either, but a configured address does', async () => {
    const { server, answers, metadata } = await openIssuer()
    answers[METADATA] = status(308, '/elsewhere')
    answers['/elsewhere'] = json(metadata)
    const metadataUrl = `${server.origin}/elsewhere`
    const issuer = createIssuer({ issuer: metadata.issuer, metadataUrl })
    expect(await issuer.metadata()).toEqual(metadata)
  })
})

describe('an issuer with one name outside and another inside', () => {
  const OUTSIDE = 'http://localhost:8080/realms/one'

  /** Documents of an issuer whose name leads elsewhere. */
  async function inside(changes: object = {}) {
    const stand = await openIssuer()
    const metadata = { issuer: OUTSIDE, jwks_uri: `${stand.server.origin}${KEYS}`, ...changes }
    stand.answers['/inside'] = json(metadata)
    return { ...stand, metadata, metadataUrl: `${stand.server.origin}/inside` }
  }

  test('[case 21] an issuer with one name outside and another inside is found at the configured address alone, with endpoints there under the setting that allows http', async () => {
    const { metadata, metadataUrl, hits } = await inside()
    const issuer = createIssuer({ issuer: OUTSIDE, metadataUrl, dangerouslyAllowHttp: true })
    expect(await issuer.metadata()).toEqual(metadata)
    expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
    expect(hits).toEqual(['/inside', KEYS])
  })

  test('[case 21] an issuer with one name outside and another inside has no endpoints over http on another host without that setting', async () => {
    const { metadataUrl } = await inside()
    const failure = await failureOf(createIssuer({ issuer: OUTSIDE, metadataUrl }).keys('key-1'))
    expect(failure.details).toMatchObject({ reason: 'invalid', log: { reason: 'invalid' } })
    expect(JSON.stringify(failure.details.log)).toContain('DANGEROUSLY_ALLOW_HTTP')
  })

  test('[case 21] an issuer with one name outside and another inside is not believed where the document at the configured address names another issuer', async () => {
    const { metadataUrl } = await inside({ issuer: 'http://keycloak:8080/realms/one' })
    const issuer = createIssuer({ issuer: OUTSIDE, metadataUrl, dangerouslyAllowHttp: true })
    expect((await failureOf(issuer.metadata())).details.reason).toBe('invalid')
  })

  test('[case 21] an issuer with one name outside and another inside has its keys at the configured address, whatever the metadata says, and without it', async () => {
    const { server, hits } = await inside()
    const jwksUrl = `${server.origin}${KEYS}`
    expect(await createIssuer({ issuer: OUTSIDE, jwksUrl }).keys('key-1')).toEqual({
      keys: [KEY_1],
    })
    expect(hits).toEqual([KEYS])
  })

  test('[case 21] an issuer with one name outside and another inside may have a jwks_uri that is not secure where the keys are configured: it is not looked at', async () => {
    const { server, metadata, metadataUrl } = await inside({ jwks_uri: 'http://keys.example/' })
    const jwksUrl = `${server.origin}${KEYS}`
    const issuer = createIssuer({ issuer: OUTSIDE, metadataUrl, jwksUrl })
    expect(await issuer.metadata()).toEqual(metadata)
  })

  test('[case 21] an issuer with one name outside and another inside needs no jwks_uri where the keys are configured', async () => {
    const { server, metadataUrl } = await inside({ jwks_uri: undefined })
    const jwksUrl = `${server.origin}${KEYS}`
    const issuer = createIssuer({ issuer: OUTSIDE, metadataUrl, jwksUrl })
    expect(await issuer.metadata()).toEqual({ issuer: OUTSIDE })
  })

  test.each(['metadataUrl', 'jwksUrl'] as const)(
    '[case 21] an issuer with one name outside and another inside is refused at the start with a %s over http beyond this machine, or that is no URL',
    (name) => {
      const issuer = 'https://id.example/'
      for (const url of ['http://keys.example/', 'ftp://keys.example/', 'file:///keys', 'keys']) {
        const thrown = thrownBy(() => createIssuer({ issuer, [name]: url }))
        expect(thrown).toBeInstanceOf(TypeError)
        expect(String(thrown)).toContain(`${name}: must be`)
      }
      createIssuer({ issuer, [name]: 'http://keys.example/', dangerouslyAllowHttp: true })
      createIssuer({ issuer, [name]: 'http://127.0.0.1/' })
    },
  )
})

describe('an issuer for many tenants', () => {
  test.each(['https://login.example/{tenantid}/v2.0', 'https://login.example/%7Btenantid%7D/v2.0'])(
    '[case 22] an issuer for many tenants is refused at the start: %s',
    (issuer) => {
      expect(String(thrownBy(() => createIssuer({ issuer })))).toContain(
        'template for many tenants',
      )
    },
  )

  test('[case 22] an issuer for many tenants is refused by name where its document has the template', async () => {
    const { issuer, answers, metadata, log } = await openIssuer()
    answers[METADATA] = json({ ...metadata, issuer: 'https://login.example/{tenantid}/v2.0' })
    expect((await failureOf(issuer.metadata())).details.reason).toBe('invalid')
    const why = String(log.named('issuer_document_unavailable')[0]?.fields['why'])
    expect(why).toContain('the server calls itself https://login.example/{tenantid}/v2.0')
    expect(why).toContain('template for many tenants, which is not supported')
  })
})
