import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { jwtVerify } from 'jose'
import { generate } from 'selfsigned'
import { beforeAll, describe, expect, test } from 'vitest'
import { createAuth0Exchanger } from '../../../src/exchange/auth0-exchanger.js'
import {
  importPrivateKey,
  parsePrivateKey,
  type ClientAuthentication,
} from '../../../src/exchange/client-authentication.js'
import { readSigningCertificate } from '../../../src/exchange/client-certificate.js'
import { createJwtBearerExchanger } from '../../../src/exchange/jwt-bearer-exchanger.js'
import { Secret } from '../../../src/secret.js'
import { requestOf } from '../../helpers/exchange-requests.js'
import { thrownBy } from '../outcomes.js'

const ISSUER = 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0'
const ENDPOINT = 'https://login.microsoftonline.com/11111111-2222/oauth2/v2.0/token'

interface Pair {
  readonly certificate: string
  readonly key: string
}

async function makePair(keyType: 'rsa' | 'ec'): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'mcp' }], {
    ...{ keyType, algorithm: 'sha256', keySize: 2_048 },
  })
  return { certificate: cert, key }
}

/** The assertion that a client sends for itself. */
async function assertionOf(clientAuthentication: ClientAuthentication): Promise<string> {
  const sent: URLSearchParams[] = []
  const exchanger = createJwtBearerExchanger({
    ...{ clientId: 'mcp-server', clientAuthentication },
    metadata: () =>
      Promise.resolve({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys`, token_endpoint: ENDPOINT }),
    fetch: (_input, init) => {
      sent.push(new URLSearchParams(init?.body as string))
      return Promise.resolve(Response.json({ access_token: 'x', token_type: 'Bearer' }))
    },
  })
  await exchanger.exchange(requestOf())
  return sent[0]?.get('client_assertion') ?? ''
}

describe('a client with a certificate', () => {
  let rsa: Pair
  let ec: Pair
  let entra: ClientAuthentication

  beforeAll(async () => {
    ;[rsa, ec] = await Promise.all([makePair('rsa'), makePair('ec')])
    entra = {
      ...{ method: 'private_key_jwt', algorithm: 'PS256', audience: 'token_endpoint' },
      privateKey: new Secret(rsa.key),
      certificate: rsa.certificate,
    }
  })

  test('a client with a certificate signs as Entra ID asks for: PS256, the thumbprint, the token endpoint', async () => {
    const assertion = await assertionOf(entra)
    const key = createPublicKey(rsa.certificate)
    const { payload, protectedHeader } = await jwtVerify(assertion, key, {
      ...{ algorithms: ['PS256'], issuer: 'mcp-server', subject: 'mcp-server', audience: ENDPOINT },
    })
    const der = new X509Certificate(rsa.certificate).raw
    const thumbprint = createHash('sha256').update(der).digest('base64url')
    expect(protectedHeader).toMatchObject({ alg: 'PS256', 'x5t#S256': thumbprint })
    expect(protectedHeader).not.toHaveProperty('kid')
    expect(payload.jti).toMatch(/^[\w-]{20,}$/)
    const { exp = Infinity, nbf = 0, iat = 0 } = payload
    expect(exp - nbf).toBeLessThanOrEqual(600)
    expect(nbf).toBeLessThanOrEqual(iat)
  })

  test('a client with a certificate signs as ever where nothing else is set', async () => {
    const { key: privateKey, certificate } = rsa
    const assertion = await assertionOf({
      ...{ method: 'private_key_jwt', privateKey: new Secret(privateKey), certificate },
    })
    const { payload } = await jwtVerify(assertion, createPublicKey(certificate), {
      algorithms: ['RS256'],
    })
    expect(payload.aud).toBe(ISSUER)
  })

  test('a client with a certificate of an elliptic curve signs by that curve', async () => {
    const assertion = await assertionOf({
      ...{ method: 'private_key_jwt', certificate: ec.certificate },
      privateKey: new Secret(ec.key),
    })
    const { protectedHeader } = await jwtVerify(assertion, createPublicKey(ec.certificate))
    expect(protectedHeader.alg).toBe('ES256')
  })

  const refused = (changes: Readonly<Record<string, unknown>>): string =>
    String(
      thrownBy(() =>
        createJwtBearerExchanger({
          clientId: 'mcp-server',
          clientAuthentication: { ...entra, ...changes },
          metadata: () => Promise.reject(new Error('not called')),
        }),
      ),
    )

  test('a client with a certificate is refused at once where the certificate is of another key', () => {
    const text = refused({ certificate: ec.certificate })
    expect(text).toContain('certificate: the certificate is not that of the private key')
    expect(text).not.toContain('BEGIN')
  })

  test('a client with a certificate is refused at once where the text is none', () => {
    const text = refused({ certificate: rsa.key })
    expect(text).toContain('certificate: the certificate is no PEM text')
    expect(text).not.toContain(rsa.key.slice(40, 80))
  })

  test('a client with a certificate is refused at once where its key cannot sign by the algorithm', () => {
    const text = refused({ ...ec, privateKey: new Secret(ec.key) })
    expect(text).toContain('algorithm: the private key cannot sign by PS256: use ES256')
  })

  test.each([
    ['certificate', { certificate: 'x' }],
    ['algorithm', { algorithm: 'PS256' }],
    ['audience', { audience: 'token_endpoint' }],
  ])(
    'a client with a secret is refused where it is given the %s of an assertion',
    (name, extra) => {
      const text = refused({
        ...{ method: undefined, privateKey: undefined, certificate: undefined },
        ...{ algorithm: undefined, audience: undefined, secret: new Secret('s') },
        ...extra,
      })
      expect(text).toContain(`${name}: is for the method private_key_jwt`)
    },
  )

  test('a client with a certificate is refused by the exchanger of Auth0, whose SDK does not send it', () => {
    const thrown = thrownBy(() =>
      createAuth0Exchanger({ clientId: 'mcp-server', clientAuthentication: entra }),
    )
    expect(String(thrown)).toContain('certificate')
  })

  test('a client with a certificate may give the chain behind it, its own certificate first', () => {
    const key = createPrivateKey(rsa.key)
    const alone = readSigningCertificate(rsa.certificate, key)
    expect(readSigningCertificate(`${rsa.certificate}\n${ec.certificate}`, key)).toEqual(alone)
    const turned = thrownBy(() =>
      readSigningCertificate(`${ec.certificate}\n${rsa.certificate}`, key),
    )
    expect(String(turned)).toContain('not that of the private key')
  })

  test('a client whose key has a passphrase is told to decrypt it, and nothing of the key', async () => {
    const of = createPrivateKey(rsa.key)
    const secured = { cipher: 'aes-256-cbc', passphrase: 'x', format: 'pem' } as const
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      const text = of.export({ ...secured, type }).toString()
      const thrown = thrownBy(() => parsePrivateKey(text))
      expect(String(thrown)).toContain('is encrypted with a passphrase. Decrypt it first')
      expect(String(thrown)).not.toContain(text.slice(120, 150))
      await expect(importPrivateKey(text)).rejects.toThrow('passphrase')
    }
  })

  test('a client with a certificate knows until when it counts', () => {
    const { validTo } = new X509Certificate(rsa.certificate)
    const { expiresAtMs } = readSigningCertificate(rsa.certificate, createPrivateKey(rsa.key))
    expect(expiresAtMs).toBe(new Date(validTo).getTime())
  })
})
