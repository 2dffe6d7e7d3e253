import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose'
import type { ApiCalls, ApiQuestion, ApiState } from '../children/api.js'
import type {
  AuthorizationServerQuestion,
  AuthorizationServerState,
} from '../children/authorization-server.js'
import { OurServer } from './our-server.js'
import { StartedProcess } from './started-process.js'

/** The audience of the users' tokens. */
export const AUDIENCE = 'http://faults.example/mcp'
/** What clients are told to connect to, which no part of the tests is reached by. */
export const PUBLIC_ENDPOINT = 'http://localhost:3001/mcp'
/** The client through which users sign in. */
export const ISSUER_CLIENT = 'faults'
const SECRET = 'the secret of this server'
const NO_LIMIT = '1000000'
const TOKEN_LIFETIME_SECONDS = 3_600
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const WITH_TYPES = ['--import', 'tsx']

/** How the API answers when nothing is wrong. */
export const API_STATE: ApiState = { behavior: 'answers', latencyMs: 0, greetingLength: 0 }

/** What a logout token says beside the usual claims, or in place of them. */
export interface LogoutClaims {
  readonly aud?: string
  readonly exp?: number
  /** Signed by a key that is not that of the authorization server. */
  readonly signedBy?: 'another key'
}

/** An authorization server, an API and our server in front of it: each a process of its own, at ports that stay the same. */
export class Deployment {
  readonly #directory = mkdtempSync(join(tmpdir(), 'faults-'))
  readonly #settings: Readonly<Record<string, string>>
  #state: AuthorizationServerState
  #apiState = API_STATE
  #ports = { authorizationServer: 0, api: 0 }
  #servers = 0
  authorizationServer!: StartedProcess
  api!: StartedProcess

  private constructor(settings: Readonly<Record<string, string>>, key: JWK) {
    this.#settings = settings
    const signsWith = key.kid ?? ''
    this.#state = { keys: [key], signsWith, latencyMs: 0, fails: false, secret: SECRET }
  }

  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Deployment> {
    const deployment = new Deployment(settings, await newKey())
    await Promise.all([deployment.startAuthorizationServer(), deployment.startApi()])
    return deployment
  }

  async startAuthorizationServer(): Promise<void> {
    this.authorizationServer = new StartedProcess({
      program: 'test/faults/children/authorization-server.ts',
      nodeArguments: WITH_TYPES,
    })
    const port = await this.#askIssuer({
      kind: 'listen',
      port: this.#ports.authorizationServer,
      state: this.#state,
    })
    this.#ports = { ...this.#ports, authorizationServer: port as number }
  }

  async startApi(): Promise<void> {
    this.api = new StartedProcess({
      program: 'test/faults/children/api.ts',
      nodeArguments: WITH_TYPES,
    })
    const listen = { kind: 'listen', port: this.#ports.api, state: this.#apiState } as const
    const port = await this.#askApi(listen)
    this.#ports = { ...this.#ports, api: port as number }
  }

  async change(state: Partial<AuthorizationServerState>): Promise<void> {
    this.#state = { ...this.#state, ...state }
    await this.#askIssuer({ kind: 'change', state })
  }

  async changeApi(state: Partial<ApiState>): Promise<void> {
    this.#apiState = { ...this.#apiState, ...state }
    await this.#askApi({ kind: 'change', state })
  }

  /** Has the authorization server sign with a new key, and publish the old ones as well. */
  async rotateKey(): Promise<void> {
    const key = await newKey()
    await this.change({ keys: [...this.#state.keys, key], signsWith: key.kid ?? '' })
  }

  /** Has the authorization server publish only the key that it signs with. */
  async dropOldKeys(): Promise<void> {
    const { keys, signsWith } = this.#state
    await this.change({ keys: keys.filter(({ kid }) => kid === signsWith) })
  }

  /** Exchanges so far, by user. */
  async exchanges(): Promise<Readonly<Record<string, number>>> {
    return (await this.#askIssuer({ kind: 'exchanges' })) as Record<string, number>
  }

  /** Exchanges so far, by the `jti` of the users' tokens. */
  async exchangesByToken(): Promise<Readonly<Record<string, number>>> {
    return (await this.#askIssuer({ kind: 'tokens' })) as Record<string, number>
  }

  /** Calls of the API since it was last asked, by user. */
  async apiCalls(): Promise<Readonly<Record<string, ApiCalls>>> {
    return (await this.#askApi({ kind: 'calls' })) as Record<string, ApiCalls>
  }

  /** A user's token for our server, as a client gets it at sign-in; `claims` are laid over the usual ones. */
  async tokenOf(subject: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const usual = { sub: subject, aud: AUDIENCE, client_id: ISSUER_CLIENT }
    const scope = 'tool:whoami tool:greet'
    return this.#signed({ ...usual, scope, ...claims }, { typ: 'at+jwt' })
  }

  /** A logout token for a user; `claims` are laid over the usual ones. */
  async logoutTokenOf(subject: string, claims: LogoutClaims = {}): Promise<string> {
    const { signedBy, ...rest } = claims
    const events = { [LOGOUT_EVENT]: {} }
    const key = signedBy === undefined ? undefined : await newKey()
    const usual = { sub: subject, aud: ISSUER_CLIENT, events }
    return this.#signed({ ...usual, ...rest }, { typ: 'logout+jwt', key })
  }

  async #signed(
    claims: Readonly<Record<string, unknown>>,
    { typ, key }: { readonly typ: string; readonly key?: JWK | undefined },
  ): Promise<string> {
    const { keys, signsWith } = this.#state
    const own = key ?? keys.find(({ kid }) => kid === signsWith)
    if (own === undefined) throw new Error('no key to sign with')
    const now = Math.floor(Date.now() / 1_000)
    const usual = { iss: this.#issuer, iat: now, exp: now + TOKEN_LIFETIME_SECONDS }
    return new SignJWT({ ...usual, jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: signsWith, typ })
      .sign(await importJWK(own, 'RS256'))
  }

  /** Starts one of our servers, with an audit file of its own. */
  startServer(more: Readonly<Record<string, string>> = {}): Promise<OurServer> {
    this.#servers += 1
    const environment = { ...this.#environment(), ...this.#settings, ...more }
    return OurServer.start(environment, join(this.#directory, `audit-${this.#servers}.jsonl`))
  }

  async close(): Promise<void> {
    await Promise.all([this.authorizationServer.kill(), this.api.kill()])
    rmSync(this.#directory, { recursive: true, force: true })
  }

  get #issuer(): string {
    return `http://127.0.0.1:${this.#ports.authorizationServer}/`
  }

  #environment(): Readonly<Record<string, string>> {
    return {
      HOST: '127.0.0.1',
      PORT: '0',
      MCP_SERVER_URL: new URL(PUBLIC_ENDPOINT).origin,
      ISSUER_BASE_URL: this.#issuer,
      AUTH0_AUDIENCE: AUDIENCE,
      MCP_AUTH0_CLIENT_ID: 'mcp-server',
      MCP_AUTH0_CLIENT_SECRET: SECRET,
      API_AUTH0_AUDIENCE: 'https://api.example/',
      API_BASE_URL: `http://127.0.0.1:${this.#ports.api}`,
      RATE_LIMIT_PER_ADDRESS: NO_LIMIT,
      RATE_LIMIT_PER_CALLER: NO_LIMIT,
      EXCHANGE_RATE_PER_SECOND: '1000',
      // Shorter than by default, so that the time of a fault has room for many.
      EXCHANGE_TIMEOUT_MS: '1000',
      API_TIMEOUT_MS: '1500',
    }
  }

  #askIssuer(question: AuthorizationServerQuestion): Promise<unknown> {
    return this.authorizationServer.ask(question)
  }

  #askApi(question: ApiQuestion): Promise<unknown> {
    return this.api.ask(question)
  }
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: 'RS256' }
}
