import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createIssuer } from '../../../src/identity/issuer-keys.js'
import { KEY_1, KEY_2, KEYS, METADATA, openIssuer } from '../issuer-stand.js'
import { json } from '../answer-json.js'
import { deadOrigin } from '../../helpers/start-http-server.js'
import { failureOf } from '../outcomes.js'

const never: RequestListener = () => undefined
const headersOnly: RequestListener = (_req, res) => {
  res.writeHead(200, { 'Content-Type': 'application/json' }).write('{"keys":')
}
const html: RequestListener = (_req, res) => {
  res.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>maintenance</html>')
}
const huge: RequestListener = (_req, res) => {
  res.end(JSON.stringify({ keys: [KEY_1], padding: 'x'.repeat(600 * 1024) }))
}
const cutOff: RequestListener = (_req, res) => {
  res.writeHead(200, { 'Content-Length': '100' }).write('{"keys":', () => {
    res.destroy()
  })
}

describe('an issuer', () => {
  test('an issuer is not asked for anything before somebody asks', async () => {
    expect((await openIssuer()).hits).toEqual([])
  })

  test('an issuer gives its metadata, members that we do not know included', async () => {
    const { issuer, answers, metadata } = await openIssuer()
    answers[METADATA] = json({ ...metadata, token_endpoint: `${metadata.issuer}token`, more: [1] })
    expect(await issuer.metadata()).toEqual({
      ...metadata,
      token_endpoint: `${metadata.issuer}token`,
      more: [1],
    })
  })

  test('an issuer gives its keys, and the same object for as long as they are the same', async () => {
    const { issuer, time, count } = await openIssuer()
    const keys = await issuer.keys('key-1')
    expect(keys).toEqual({ keys: [KEY_1] })
    time.now += 60_000
    expect(await issuer.keys('unknown')).toBe(keys)
    expect(count(KEYS)).toBe(2)
  })

  test('an issuer is found at the address of RFC 8414 where it has a path and does not speak OpenID Connect', async () => {
    const { issuer, answers, metadata, hits } = await openIssuer({}, '/realms/one')
    answers['/.well-known/oauth-authorization-server/realms/one'] = json(metadata)
    expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
    expect(hits.slice(0, 2)).toEqual([
      '/realms/one/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/realms/one',
    ])
  })

  test('an issuer is asked once for metadata and once for keys by 200 who come first', async () => {
    const { issuer, hits } = await openIssuer()
    const callers = Array.from({ length: 200 }, () => issuer.keys('key-1'))
    expect(new Set(await Promise.all(callers)).size).toBe(1)
    expect(hits).toEqual([METADATA, KEYS])
  })
})

describe('an outage', () => {
  test('an outage that refuses connections', async () => {
    const failure = await failureOf(createIssuer({ issuer: await deadOrigin() }).keys('key-1'))
    expect(failure.code).toBe('verifier_unavailable')
    expect(failure.details).toMatchObject({ reason: 'unreachable', retryAfterSeconds: 5 })
  })

  const faults: readonly (readonly [string, RequestListener, string])[] = [
    ['hangs', never, 'timed_out'],
    ['hangs in the middle', headersOnly, 'timed_out'],
    ['breaks off', cutOff, 'unreachable'],
    ['answers 500', json({ keys: [KEY_1] }, 500), 'unexpected_status'],
    ['answers 429', json({ keys: [KEY_1] }, 429), 'unexpected_status'],
    ['answers HTML', html, 'not_json'],
    ['goes on and on', huge, 'too_large'],
    ['answers null', json(null), 'invalid'],
    ['answers a list', json([KEY_1]), 'invalid'],
    ['answers nothing of use', json({}), 'invalid'],
  ]
  const forKeys: typeof faults = [
    ['has no keys', json({ keys: [] }), 'invalid'],
    ['has keys without a type', json({ keys: [{ kid: 'key-1' }] }), 'invalid'],
    ['has secret keys alone', json({ keys: [{ kty: 'oct', k: 'AA', kid: 'key-1' }] }), 'invalid'],
  ]

  /** Short where it has to pass, long where it must not. */
  const deadlineFor = (reason: string) => ({ timeoutMs: reason === 'timed_out' ? 50 : 15_000 })

  test.each([...faults, ...forKeys])(
    'an issuer is unavailable where the key set %s',
    async (_what, answer, reason) => {
      const { issuer, answers, log } = await openIssuer(deadlineFor(reason))
      answers[KEYS] = answer
      const failure = await failureOf(issuer.keys('key-1'))
      expect([failure.code, failure.details.reason]).toEqual(['verifier_unavailable', reason])
      // On a busy machine the metadata may run into the short deadline as well.
      const faults = log.named('issuer_document_unavailable').map(({ fields }) => fields['reason'])
      expect([...new Set(faults)]).toEqual([reason])
    },
  )

  test.each(faults)(
    'an issuer is unavailable where the metadata %s',
    async (_what, answer, reason) => {
      const { issuer, answers } = await openIssuer(deadlineFor(reason))
      answers[METADATA] = answer
      for (const outcome of [issuer.metadata(), issuer.keys('key-1')]) {
        const failure = await failureOf(outcome)
        expect([failure.code, failure.details.reason]).toEqual(['verifier_unavailable', reason])
      }
    },
  )

  test.each([METADATA, KEYS])(
    'an issuer is unavailable where %s redirects: it is not followed',
    async (url) => {
      const { issuer, answers, hits, server } = await openIssuer()
      answers[url] = (_req, res) => {
        res.writeHead(302, { Location: `${server.origin}/elsewhere` }).end()
      }
      answers['/elsewhere'] = json({ keys: [KEY_1] })
      const failure = await failureOf(issuer.keys('key-1'))
      expect([failure.code, failure.details.reason]).toEqual([
        'verifier_unavailable',
        'unexpected_status',
      ])
      expect(hits).not.toContain('/elsewhere')
    },
  )

  test('an outage does not multiply the requests that meet it', async () => {
    const { issuer, answers, count, time } = await openIssuer()
    answers[METADATA] = json({}, 503)
    await failureOf(issuer.keys('key-1'))
    for (const keyId of ['key-1', 'a', 'b']) await failureOf(issuer.keys(keyId))
    expect(count(METADATA)).toBe(1)
    time.now += 1_000
    await failureOf(issuer.keys('key-1'))
    expect(count(METADATA)).toBe(2)
  })

  test('an outage ends as soon as the issuer is back', async () => {
    const { issuer, answers, time } = await openIssuer()
    answers[KEYS] = json({}, 500)
    await failureOf(issuer.keys('key-1'))
    answers[KEYS] = json({ keys: [KEY_1] })
    time.now += 1_000
    expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
  })

  test('an outage is survived with the keys at hand up to the stale age, and not beyond', async () => {
    const { issuer, server, time } = await openIssuer({ keysStaleMs: 3_600_000 })
    await issuer.keys('key-1')
    await server.close()
    for (const age of [600_000, 1_200_000, 1_799_999]) {
      time.now += age
      expect(await issuer.keys('key-1')).toEqual({ keys: [KEY_1] })
      expect(await issuer.metadata()).toHaveProperty('issuer')
    }
    time.now += 1
    expect((await failureOf(issuer.keys('key-1'))).code).toBe('verifier_unavailable')
    expect((await failureOf(issuer.metadata())).code).toBe('verifier_unavailable')
  })
})

describe('what is not believed', () => {
  test('keys that are secret, private or for encryption', async () => {
    const { issuer, answers } = await openIssuer()
    const bad = [
      { kty: 'oct', k: 'c2VjcmV0', kid: 'key-1' },
      { ...KEY_1, use: 'enc', kid: 'enc' },
      { ...KEY_1, d: 'private', kid: 'private' },
    ]
    answers[KEYS] = json({ keys: [...bad, KEY_2] })
    expect(await issuer.keys('key-2')).toEqual({ keys: [KEY_2] })
  })

  test('metadata of another issuer', async () => {
    const { issuer, answers, metadata, log } = await openIssuer()
    answers[METADATA] = json({ ...metadata, issuer: 'https://evil.example/' })
    const failure = await failureOf(issuer.metadata())
    expect([failure.code, failure.details.reason]).toEqual(['verifier_unavailable', 'invalid'])
    expect(log.text()).toContain('https://evil.example/')
    expect(log.text()).not.toContain('slash')
  })

  test('metadata of an issuer that differs by a slash: the log says so', async () => {
    const { issuer, answers, metadata, log } = await openIssuer()
    answers[METADATA] = json({ ...metadata, issuer: metadata.issuer.slice(0, -1) })
    expect((await failureOf(issuer.metadata())).code).toBe('verifier_unavailable')
    expect(log.text()).toContain('trailing slash')
    expect(log.text()).toContain(metadata.issuer)
  })

  test.each([
    ['jwks_uri', 'http://keys.example/keys'],
    ['jwks_uri', 'file:///etc/keys'],
    ['token_endpoint', 'http://tokens.example/token'],
  ])('a %s that is not secure: %s', async (member, url) => {
    const { issuer, answers, metadata } = await openIssuer()
    answers[METADATA] = json({ ...metadata, [member]: url })
    const failure = await failureOf(issuer.keys('key-1'))
    expect([failure.code, failure.details.reason]).toEqual(['verifier_unavailable', 'invalid'])
  })
})
