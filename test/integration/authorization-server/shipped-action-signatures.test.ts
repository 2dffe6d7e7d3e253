import { type JWTHeaderParameters, SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { expectRefusal, isShutOut, obtain, useActionServer } from './action-support.js'
import { decode } from './support.js'

const used = useActionServer()

describe('the shipped Action refuses what another key has signed, or none, and counts it', () => {
  async function signedBy(
    key: Parameters<SignJWT['sign']>[0],
    header: Partial<JWTHeaderParameters> = {},
  ): Promise<string> {
    const { kid } = decode(await used.server.subjectToken()).header
    const all = { alg: 'RS256', typ: 'at+jwt', ...(kid !== undefined && { kid }), ...header }
    return new SignJWT(used.server.claims()).setProtectedHeader(all).sign(key)
  }
  const foreignKey = async (alg = 'RS256') => generateKeyPair(alg, { extractable: true })
  const altered = async (): Promise<string> => {
    const [header, , signature] = (await used.server.subjectToken()).split('.')
    const payload = used.server.claims({ sub: 'auth0|bob' })
    return [header, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.')
  }

  const withHeader = async (header: string): Promise<string> =>
    (await used.server.subjectToken()).replace(/^[^.]+/, Buffer.from(header).toString('base64url'))

  it.each<readonly [string, () => string | Promise<string>]>([
    ['a text', () => 'nonsense'],
    ['three parts of nothing', () => 'a.b.c'],
    ['three empty parts', () => '..'],
    ['the form of an encrypted token', () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c'],
    ['a token without signature', () => new UnsecuredJWT(used.server.claims()).encode()],
    ['a token whose subject was altered', altered],
    [
      'a token without its signature',
      async () => (await used.server.subjectToken()).replace(/[^.]+$/, ''),
    ],
    ['a token with a line break behind it', async () => `${await used.server.subjectToken()}\n`],
    ['a token with a blank in front of it', async () => ` ${await used.server.subjectToken()}`],
    ['a token with padding', async () => `${await used.server.subjectToken()}==`],
    [
      'a token with a blank in its signature',
      async () => (await used.server.subjectToken()).replace(/(.{9})$/, ' $1'),
    ],
    ['a token with a fourth part', async () => `${await used.server.subjectToken()}.e30`],
    ['a token whose header is null', async () => withHeader('null')],
    ['a token whose header is a list', async () => withHeader('[]')],
    [
      'a token of the algorithm nOnE',
      async () => withHeader('{"alg":"nOnE","typ":"JWT","kid":"a"}'),
    ],
    [
      'a token of a foreign key that names a list of keys',
      async () => signedBy((await foreignKey()).privateKey, { kid: ['a'] as unknown as string }),
    ],
    ['a token of a foreign key', async () => signedBy((await foreignKey()).privateKey)],
    [
      'a token of a foreign key that names an unknown one',
      async () => signedBy((await foreignKey()).privateKey, { kid: 'unknown' }),
    ],
    [
      'a token of a foreign key that names none',
      async () => {
        const { privateKey } = await foreignKey()
        const header = { alg: 'RS256', typ: 'at+jwt' }
        return new SignJWT(used.server.claims()).setProtectedHeader(header).sign(privateKey)
      },
    ],
    [
      'a token that brings its key along',
      async () => {
        const { privateKey, publicKey } = await foreignKey()
        return signedBy(privateKey, { jwk: await exportJWK(publicKey), jku: 'https://e.example/' })
      },
    ],
    [
      'a token of a foreign key with another algorithm',
      async () => signedBy((await foreignKey('ES256')).privateKey, { alg: 'ES256' }),
    ],
    [
      'a token of a foreign key with PS256',
      async () => signedBy((await foreignKey('PS256')).privateKey, { alg: 'PS256' }),
    ],
    [
      'a token signed with the text of the public key',
      async () => {
        const response = await used.server.fetch(`${used.server.issuer}.well-known/jwks.json`)
        return signedBy(new TextEncoder().encode(await response.text()), { alg: 'HS256' })
      },
    ],
    [
      'a token with a critical header that nobody knows',
      async () => {
        const { privateKey } = await foreignKey()
        const header = { crit: ['exp'], exp: 1 }
        const options = { crit: { exp: true } }
        const { kid = '' } = decode(await used.server.subjectToken()).header
        return new SignJWT(used.server.claims())
          .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid, ...header })
          .sign(privateKey, options)
      },
    ],
    [
      'an ID token of this tenant',
      async () => String((await obtain(used.server, 'alice', { scope: 'openid' }))['id_token']),
    ],
    [
      'a token that the exchange itself has issued',
      async () => {
        const { body } = await used.server.exchange(await used.server.subjectToken())
        return String(body['access_token'])
      },
    ],
    [
      'a refresh token',
      async () =>
        String((await obtain(used.server, 'alice', { scope: 'offline_access' }))['refresh_token']),
    ],
  ])('the shipped Action refuses %s', async (_what, make) => {
    const token = await make()
    expect(token).not.toBe('undefined')
    const answer = await used.server.exchange(token)
    expectRefusal(answer, [400, 'invalid_request'])
    expect(await isShutOut(used.server)).toBe(true)
  })
})
