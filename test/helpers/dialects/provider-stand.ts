import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import { startHttpServer, type HttpServer } from '../start-http-server.js'
import { createSigningKey, json, type SigningKey } from '../test-issuer.js'

export type Claims = Readonly<Record<string, unknown>>

/** An exchange, as it was asked for. */
export interface Asked {
  /** The path of the issuer that was asked. */
  readonly path: string
  readonly parameters: URLSearchParams
}

export interface Signing {
  /** `undefined` removes a member of the header. */
  readonly header?: Claims
  /** Default: the key that all issuers of the stand publish. */
  readonly key?: SigningKey
}

/** The token of our own client that acts, where one is asked for. */
export const OWN_TOKEN = 'token-of-our-own-client-which-acts-for-users'

/**
 * Several issuers on one origin, over real HTTP, each at a path. All of them sign with one key, as the tenants of one cloud do:
 * nothing but `iss` tells their tokens apart.
 */
export class ProviderStand {
  readonly exchanges: Asked[] = []
  /** How often a token of our own client was asked for. */
  ownTokens = 0
  responder: (asked: Asked) => Promise<Claims> = () => Promise.reject(new Error('no responder'))

  readonly server: HttpServer
  readonly key: SigningKey

  private constructor(server: HttpServer, key: SigningKey) {
    this.server = server
    this.key = key
  }

  static async start(paths: readonly string[]): Promise<ProviderStand> {
    const key = await createSigningKey()
    const server = await startHttpServer((req, res) => {
      stand.#handle(paths, req, res).catch((error: unknown) => {
        json(res, 500, { error: String(error) })
      })
    })
    const stand = new ProviderStand(server, key)
    return stand
  }

  issuerAt(path: string): string {
    return `${this.server.origin}${path}`
  }

  /** Signs claims; those that are `undefined` are left out. */
  sign(claims: Claims, { header = {}, key = this.key }: Signing = {}): Promise<string> {
    const protectedHeader = { alg: 'RS256', kid: this.key.kid, ...header }
    return new SignJWT(JSON.parse(JSON.stringify(claims)) as Record<string, unknown>)
      .setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)) as typeof protectedHeader)
      .sign(key.privateKey)
  }

  close(): Promise<void> {
    return this.server.close()
  }

  async #handle(
    paths: readonly string[],
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const { pathname } = new URL(req.url ?? '/', this.server.origin)
    const path = paths.find((candidate) =>
      pathname.endsWith(WELL_KNOWN)
        ? documentOf(candidate) === pathname
        : pathname === `/token${candidate}`,
    )
    if (pathname === '/jwks') {
      json(res, 200, { keys: [this.key.jwk] })
    } else if (path === undefined) {
      json(res, 404, { error: 'not_found' })
    } else if (req.method === 'GET') {
      json(res, 200, {
        issuer: this.issuerAt(path),
        jwks_uri: `${this.server.origin}/jwks`,
        token_endpoint: `${this.server.origin}/token${path}`,
      })
    } else {
      await this.#token(path, req, res)
    }
  }

  async #token(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
    const parameters = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
    if (parameters.get('grant_type') === 'client_credentials') {
      this.ownTokens += 1
      json(res, 200, { access_token: OWN_TOKEN, token_type: 'Bearer', expires_in: 600 })
      return
    }
    const asked = { path, parameters }
    this.exchanges.push(asked)
    json(res, 200, await this.responder(asked))
  }
}

const WELL_KNOWN = '/.well-known/openid-configuration'

function documentOf(path: string): string {
  return `${path.replace(/\/$/, '')}${WELL_KNOWN}`
}
