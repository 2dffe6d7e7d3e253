import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose'
import { isLoopback } from '../../src/http/secure-url.js'
import { rpc } from '../helpers/mcp-requests.js'
import type { Keys, Need, Target } from './attack.js'
import { ownKeys } from './forge.js'
import { API_REQUEST, mcpRequest } from './requests.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** A target of somebody's, with what is known about it. */
export interface Elsewhere {
  readonly kind: 'mcp' | 'api'
  readonly url: URL
  readonly token: string | undefined
  readonly audience: string
  readonly issuer: string
}

/** Whether the run is against URLs instead of servers of its own. */
export function isElsewhere(environment: Environment): boolean {
  const urls = ['ATTACK_MCP_URL', 'ATTACK_API_URL'].map((name) => given(environment, name))
  return urls.some((url) => url !== undefined)
}

/** A setting that is empty counts as absent. */
function given(environment: Environment, name: string): string | undefined {
  const value = environment[name]
  return value === '' ? undefined : value
}

/**
 * Reads the targets from the environment; throws for one that is not on this machine, unless
 * `ATTACK_I_OWN_THIS_TARGET=true`.
 *
 * Token and audience are those of the MCP server, or of the API where that is the only target.
 */
export function targetsIn(environment: Environment): readonly Elsewhere[] {
  const mcp = given(environment, 'ATTACK_MCP_URL')
  const api = given(environment, 'ATTACK_API_URL')
  const ofApi = mcp === undefined ? environment : withoutToken(environment)
  return [
    ...(mcp === undefined ? [] : [elsewhere('mcp', mcp, environment)]),
    ...(api === undefined ? [] : [elsewhere('api', api, ofApi)]),
  ]
}

function withoutToken(environment: Environment): Environment {
  return { ...environment, ATTACK_TOKEN: undefined, ATTACK_AUDIENCE: undefined }
}

function elsewhere(kind: 'mcp' | 'api', text: string, environment: Environment): Elsewhere {
  const url = new URL(text)
  if (!isLoopback(url) && environment['ATTACK_I_OWN_THIS_TARGET'] !== 'true') {
    throw new Error(
      `${url.host} is not on this machine. Attack only what is yours, and say so with ATTACK_I_OWN_THIS_TARGET=true`,
    )
  }
  const token = given(environment, 'ATTACK_TOKEN')
  const { iss, aud } = token === undefined ? {} : decodeJwt(token)
  return {
    kind,
    url,
    token,
    audience: given(environment, 'ATTACK_AUDIENCE') ?? [aud].flat()[0] ?? url.href,
    issuer: given(environment, 'ATTACK_ISSUER') ?? iss ?? 'https://issuer.invalid/',
  }
}

/** The target of attacks, with no key but the issuer's public one, where that can be had. */
export async function targetElsewhere(found: Elsewhere, trap: string): Promise<Target> {
  const { kind, url, token, audience, issuer } = found
  const published = await publishedKey(issuer)
  const unavailable = (): Promise<never> =>
    Promise.reject(new Error('the attack does not declare what it needs'))
  return {
    endpoint: url,
    audience,
    issuer,
    otherAudience: 'https://else.example/',
    keys: { ...keysFor(token, published), ...ownKeys() },
    trap,
    request: kind === 'mcp' ? mcpRequest(initialize()) : API_REQUEST,
    harmless: kind === 'mcp' ? mcpRequest(initialize()) : API_REQUEST,
    mint: unavailable,
    goodToken: () => (token === undefined ? unavailable() : Promise.resolve(token)),
  }
}

/** What an attacker does not have at this target. */
export function missingAt(target: Target, found: Elsewhere): ReadonlySet<Need> {
  return new Set<Need>([
    'issuer key',
    ...(target.keys.published === undefined ? (['public key'] as const) : []),
    ...(found.token === undefined ? (['good token'] as const) : []),
  ])
}

function keysFor(token: string | undefined, published: JWK | undefined) {
  const ofToken = token === undefined ? undefined : decodeProtectedHeader(token).kid
  const keys: Pick<Keys, 'kid' | 'published' | 'issuer'> = {
    kid: ofToken ?? published?.kid ?? 'unknown',
    published,
    issuer: undefined,
  }
  return keys
}

/** Any MCP server answers this, whatever its tools. */
function initialize(): object {
  return rpc('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'attack-suite', version: '1' },
  })
}

async function publishedKey(issuer: string): Promise<JWK | undefined> {
  try {
    const metadata = (await get(
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    )) as { jwks_uri: string }
    const { keys } = (await get(metadata.jwks_uri)) as { keys: readonly JWK[] }
    return keys.find(({ kty, use }) => kty === 'RSA' && use !== 'enc')
  } catch {
    return undefined
  }
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
  return response.json()
}
