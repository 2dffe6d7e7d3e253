import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'
import { expect, it, onTestFinished } from 'vitest'
import type { Fetch } from '../../../src/http/fetch-json.js'
import {
  type ActionServer,
  type ActionServerOptions,
  expectRefusal,
  startActionServer,
} from './action-support.js'

async function start(options: ActionServerOptions = {}): Promise<ActionServer> {
  const server = await startActionServer({
    ...options,
    change: (directory) => {
      const { stage } = directory.attack_protection.suspicious_ip_throttling
      stage['pre-custom-token-exchange'].max_attempts = 1000
    },
  })
  onTestFinished(() => server.close())
  return server
}

it('the shipped Action fetches nothing for what cannot be a token, and the keys once for all that can', async () => {
  const server = await start()
  const { privateKey } = await generateKeyPair('RS256')
  const secret = new TextEncoder().encode('a secret of the public, 32 bytes and more')
  const shared = { alg: 'HS256', typ: 'at+jwt', kid: 'a' }
  for (const text of [
    'nonsense',
    'no.token.atall',
    '..',
    new UnsecuredJWT(server.claims()).encode(),
    await new SignJWT(server.claims()).setProtectedHeader(shared).sign(secret),
    await new SignJWT(server.claims())
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' })
      .sign(privateKey),
    await server.subjectToken({}, 'dpop+jwt'),
  ]) {
    expectRefusal(await server.exchange(text), [400, 'invalid_request'])
  }
  expect(server.fetched).toEqual([])

  expect((await server.exchange(await server.subjectToken())).status).toBe(200)
  for (const kid of ['a', 'b', 'c', '__proto__']) {
    const header = { alg: 'RS256', typ: 'at+jwt', kid }
    const token = await new SignJWT(server.claims()).setProtectedHeader(header).sign(privateKey)
    expectRefusal(await server.exchange(token), [400, 'invalid_request'])
  }
  expect((await server.exchange(await server.subjectToken())).status).toBe(200)
  expect(server.fetched).toEqual([`${server.issuer}.well-known/jwks.json`])
})

it('the shipped Action takes the key that the tenant signs with after a rotation', async () => {
  const server = await start()
  expect((await server.exchange(await server.subjectToken())).status).toBe(200)
  await server.rotateKeys()
  expect((await server.exchange(await server.subjectToken())).status).toBe(200)
})

it('the shipped Action takes PS256 from a tenant that has such a key', async () => {
  const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true })
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'pss', alg: 'PS256', use: 'sig' }]
  const server = await start({ fetchForActions: () => Promise.resolve(Response.json({ keys })) })
  const header = { alg: 'PS256', typ: 'at+jwt', kid: 'pss' }
  const token = await new SignJWT(server.claims()).setProtectedHeader(header).sign(privateKey)
  expect((await server.exchange(token)).status).toBe(200)
})

it.each<readonly [string, Fetch]>([
  ['cannot be reached', () => Promise.reject(new TypeError('fetch failed for eyJ'))],
  ['are not there', () => Promise.resolve(new Response('', { status: 503 }))],
  [
    'have moved',
    () =>
      Promise.resolve(
        new Response(null, { status: 302, headers: { location: 'https://e.example/' } }),
      ),
  ],
  ['are a page', () => Promise.resolve(new Response('<html>'))],
  [
    'are a list that is far too long',
    () => Promise.resolve(Response.json({ keys: Array(20_000).fill({ kty: 'RSA' }) })),
  ],
  ['take too long', () => Promise.reject(new DOMException('too late', 'TimeoutError'))],
  [
    'break off',
    () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            pull: (controller) => {
              controller.error(new TypeError('terminated'))
            },
          }),
        ),
      ),
  ],
  ['are empty', () => Promise.resolve(new Response(null, { status: 204 }))],
  ['are no list', () => Promise.resolve(Response.json({ keys: 'none' }))],
])(
  'the shipped Action lets nobody in when the keys %s, and blames no token for it',
  async (_what, fetchForActions) => {
    const server = await startActionServer({ fetchForActions })
    onTestFinished(() => server.close())
    // The second one would be refused otherwise if the first had counted.
    for (const token of [await server.subjectToken(), await server.subjectToken()]) {
      const answer = await server.exchange(token)
      expectRefusal(answer, [500, 'server_error'])
      expect(answer.body['error_description']).toBe('The token exchange failed')
    }
  },
)

it('the shipped Action stops reading keys that never end', async () => {
  const chunk = new TextEncoder().encode(' '.repeat(100_000))
  let chunks = 0
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      chunks += 1
      controller.enqueue(chunk)
      // So that a reader without a bound fails, and does not hang.
      if (chunks > 100) controller.close()
    },
  })
  const server = await start({ fetchForActions: () => Promise.resolve(new Response(body)) })
  expectRefusal(await server.exchange(await server.subjectToken()), [500, 'server_error'])
  expect(chunks).toBeLessThan(10)
})

it('the shipped Action lets nobody in when the tenant has no key, or the key of somebody else', async () => {
  const { publicKey } = await generateKeyPair('RS256', { extractable: true })
  const foreign = { ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig' }
  for (const keys of [[], [foreign], [foreign, foreign], [{ kty: 'RSA' }]]) {
    const server = await start({ fetchForActions: () => Promise.resolve(Response.json({ keys })) })
    expectRefusal(await server.exchange(await server.subjectToken()), [400, 'invalid_request'])
  }
})
