import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { exportJWK, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose'
import { closeWithTest } from './close-with-test.js'
import { keyPairForTest } from './key-pairs.js'
import { serveTls } from '../../apps/authorization-server/testing/serve-tls.js'
import { createSelfSignedCertificate } from '../../apps/authorization-server/testing/self-signed-certificate.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'

export interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function createSigningKey(alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await keyPairForTest(alg)
  const kid = randomUUID()
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export interface MintOptions {
  /** Laid over the claims of a good token; `undefined` removes one. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Laid over the header of a good token; `undefined` removes a member. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: SigningKey
}

export interface TokenRequest {
  readonly headers: IncomingMessage['headers']
  readonly parameters: URLSearchParams
  /** The SHA-256 fingerprint of the certificate that the client has presented. */
  readonly certificate: string | undefined
}

type Responder = (req: IncomingMessage, res: ServerResponse) => void

/** An issuer whose keys, documents and token endpoint a test controls, over real HTTP. */
export class TestIssuer {
  readonly issuer: string
  /** The keys it publishes; the first one signs. */
  keys: SigningKey[]
  /** Requests by path, in order. */
  readonly requests: string[] = []
  readonly tokenRequests: TokenRequest[] = []
  /** Take the place of the documents when set. */
  metadataResponder: Responder | undefined
  keysResponder: Responder | undefined
  /** Answers at `/authorize`. Default: 404. */
  authorizationResponder: Responder | undefined
  /** Answers token requests. Default: 400. */
  tokenResponder: (request: TokenRequest, res: ServerResponse) => void | Promise<void> = (
    _,
    res,
  ) => {
    json(res, 400, { error: 'unsupported_grant_type' })
  }

  /** The certificate authority to trust, where it speaks TLS. */
  readonly ca: string | undefined

  private constructor(
    server: ListeningServer,
    keys: SigningKey[],
    tls?: { readonly ca: string; readonly host: string },
  ) {
    this.close = closeWithTest(() => server.close())
    this.keys = keys
    this.ca = tls?.ca
    this.issuer =
      tls === undefined ? `http://127.0.0.1:${server.port}/` : `https://${tls.host}:${server.port}/`
  }

  /** An issuer at `https://localhost`, or at another name that a proxy knows, for clients that insist on it. */
  static async startTls(host = 'localhost'): Promise<TestIssuer> {
    const certificate = await createSelfSignedCertificate(host === 'localhost' ? [] : [host])
    const server = await serveTls(certificate)
    const tls = { ca: certificate.cert, host }
    const issuer = new TestIssuer(server, [await createSigningKey()], tls)
    server.attach(issuer.#handler)
    return issuer
  }

  static async start(): Promise<TestIssuer> {
    const key = await createSigningKey()
    const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
    const issuer = new TestIssuer(server, [key])
    server.attach(issuer.#handler)
    return issuer
  }

  /** Signs an access token that is good for `audience`, as changed by `options`. */
  async mint(
    audience: string,
    { claims = {}, header = {}, key }: MintOptions = {},
  ): Promise<string> {
    const signer = key ?? this.keys[0]
    if (signer === undefined) throw new Error('no key to sign with')
    const now = Math.floor(Date.now() / 1_000)
    const payload: JWTPayload = {
      iss: this.issuer,
      sub: 'auth0|alice',
      aud: audience,
      iat: now,
      exp: now + 600,
      jti: randomUUID(),
      client_id: 'some-client',
      scope: 'tool:whoami tool:greet',
      ...claims,
    }
    const alg = typeof signer.jwk.alg === 'string' ? signer.jwk.alg : 'RS256'
    return new SignJWT(without(payload))
      .setProtectedHeader(without({ alg, kid: signer.kid, typ: 'at+jwt', ...header }))
      .sign(signer.privateKey)
  }

  requestsTo(path: string): number {
    return this.requests.filter((requested) => requested === path).length
  }

  /** Also done at the end of the test that started it. */
  readonly close: () => Promise<void>

  readonly #handler: RequestListener = (req, res) => {
    const path = new URL(req.url ?? '/', this.issuer).pathname
    this.requests.push(path)
    if (path === '/.well-known/openid-configuration') {
      ;(this.metadataResponder ?? this.#metadata)(req, res)
    } else if (path === '/jwks') {
      ;(this.keysResponder ?? this.#keySet)(req, res)
    } else if (path === '/token') {
      void this.#token(req, res)
    } else if (path === '/authorize' && this.authorizationResponder !== undefined) {
      this.authorizationResponder(req, res)
    } else {
      json(res, 404, { error: 'not_found' })
    }
  }

  readonly #metadata: Responder = (_req, res) => {
    json(res, 200, {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}jwks`,
      token_endpoint: `${this.issuer}token`,
    })
  }

  readonly #keySet: Responder = (_req, res) => {
    json(res, 200, { keys: this.keys.map(({ jwk }) => jwk) })
  }

  async #token(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
    const parameters = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
    const request = { headers: req.headers, parameters, certificate: presentedBy(req) }
    this.tokenRequests.push(request)
    await this.tokenResponder(request, res)
  }
}

function presentedBy({ socket }: IncomingMessage): string | undefined {
  const presented: { readonly fingerprint256?: string } =
    socket instanceof TLSSocket ? socket.getPeerCertificate() : {}
  return presented.fingerprint256
}

export function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

function without<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
