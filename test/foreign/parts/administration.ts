import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import { openSession, type Credentials, type Session } from './session.js'

export const SCOPES = ['tool:whoami', 'tool:greet'] as const
export const ALICE: Credentials = { username: 'alice', password: "alice's password" }
export const REDIRECT_URI = 'http://127.0.0.1:33418/callback'

/** An issuer within glewlwyd: an instance of its OpenID Connect plugin. */
export interface IssuerOptions {
  readonly name: string
  readonly algorithm: string
}

export interface ClientOptions {
  readonly clientId: string
  /** The resources for which the client may ask (RFC 8707). */
  readonly resources: readonly string[]
  /** Makes it a confidential client, which may get tokens of its own. */
  readonly secret?: string
}

/** What an administrator of glewlwyd does, by its API. */
export class Administration {
  readonly #origin: string
  readonly #session: Session

  private constructor(origin: string, session: Session) {
    this.#origin = origin
    this.#session = session
  }

  /** Signs in as the administrator of a new database, and adds the scopes of the tools, and a user with them. */
  static async begin(origin: string): Promise<Administration> {
    const administrator = { username: 'admin', password: 'password' }
    const session = await openSession(origin, administrator)
    for (const name of SCOPES) {
      await session.request('POST', '/api/scope/', { name, display_name: name })
    }
    await session.request('POST', '/api/user/', {
      ...ALICE,
      name: 'Alice',
      scope: ['openid', ...SCOPES],
    })
    return new Administration(origin, session)
  }

  /** Adds an issuer with a new key; resolves with its identifier. */
  async addIssuer(options: IssuerOptions): Promise<string> {
    const issuer = this.#identifierOf(options)
    await this.#session.request('POST', '/api/mod/plugin/', await createPlugin(issuer, options))
    return issuer
  }

  /** Gives an issuer a new key under another id in place of the old one. */
  async replaceKey(options: IssuerOptions): Promise<void> {
    const path = `/api/mod/plugin/${options.name}`
    const plugin = await createPlugin(this.#identifierOf(options), options)
    await this.#session.request('PUT', path, plugin)
    await this.#session.request('PUT', `${path}/reset`)
  }

  #identifierOf({ name }: IssuerOptions): string {
    return `${this.#origin}/api/${name}`
  }

  async addClient({ clientId, resources, secret }: ClientOptions): Promise<void> {
    await this.#session.request('POST', '/api/client/', {
      client_id: clientId,
      name: clientId,
      enabled: true,
      confidential: secret !== undefined,
      ...(secret === undefined ? {} : { password: secret }),
      token_endpoint_auth_method: [secret === undefined ? 'none' : 'client_secret_post'],
      redirect_uri: [REDIRECT_URI],
      authorization_type: secret === undefined ? ['code', 'refresh_token'] : ['client_credentials'],
      scope: ['openid', ...SCOPES],
      resource: resources,
    })
  }
}

const PARAMETERS = {
  'access-token-duration': 3_600,
  'refresh-token-duration': 86_400,
  'code-duration': 600,
  'refresh-token-rolling': true,
  'allow-non-oidc': true,
  'auth-type-code-enabled': true,
  'auth-type-client-enabled': true,
  'auth-type-refresh-enabled': true,
  'pkce-allowed': true,
  'pkce-required': true,
  'oauth-as-iss-id': true,
  'resource-allowed': true,
  'resource-client-property': 'resource',
  'oauth-dpop-allowed': true,
  'oauth-dpop-iat-duration': 60,
  'subject-type': 'public',
  'jwks-show': true,
}

/** Gives the key as its administrators do, in PEM: glewlwyd makes the key id and the published key of it. */
async function createPlugin(iss: string, { name, algorithm }: IssuerOptions): Promise<object> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const [key, cert] = [await exportPKCS8(privateKey), await exportSPKI(publicKey)]
  const [, family = '', size = '256'] = /^(RS|ES|EdDSA)(\d+)?$/.exec(algorithm) ?? []
  const type = { 'jwt-type': KEY_TYPES[family], 'jwt-key-size': size }
  return {
    ...{ module: 'oidc', name, display_name: name, enabled: true },
    parameters: { ...PARAMETERS, ...type, iss, key, cert },
  }
}

const KEY_TYPES: Readonly<Record<string, string>> = { RS: 'rsa', ES: 'ecdsa', EdDSA: 'eddsa' }
