import type { JWTPayload } from 'jose'
import type { EntraApp } from './directory.js'
import { ENTRA_APPS, ENTRA_TENANTS, type TenantName } from './identifiers.js'
import { signAccessToken } from './issue-token.js'
import type { EntraTenant } from './tenant.js'
import { appTokenClaims, idTokenClaims, userTokenClaims } from './token-claims.js'

export interface TestTokenOptions {
  /** Default contoso. */
  readonly tenant?: TenantName | undefined
  /** Default the MCP server. */
  readonly resource?: keyof typeof ENTRA_APPS | undefined
  /** Which client got it. Default the MCP client. */
  readonly client?: keyof typeof ENTRA_APPS | undefined
  /** Default what the resource's registration says. */
  readonly version?: 1 | 2 | undefined
  /** Replaces claims; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

export interface UserTestTokenOptions extends TestTokenOptions {
  /** Default alice. */
  readonly username?: string | undefined
  /** Default all of the resource. */
  readonly scopes?: readonly string[] | undefined
}

/** Issues tokens past the flows, for tests. */
export interface EntraTestTokens {
  user(options?: UserTestTokenOptions): Promise<string>
  /** App-only, by client credentials. */
  app(options?: TestTokenOptions): Promise<string>
  id(options?: UserTestTokenOptions): Promise<string>
}

/** Creates the test tokens of a stand-in. */
export function createTestTokens(tenants: readonly EntraTenant[]): EntraTestTokens {
  const partsOf = (options: TestTokenOptions) => {
    const tenant = tenants.find(({ id }) => id === ENTRA_TENANTS[options.tenant ?? 'contoso'])
    const resource = tenant && appNamed(tenant, options.resource ?? 'mcpServer')
    if (tenant === undefined || resource === undefined) throw new Error('no such tenant or app')
    const accessTokenVersion = options.version ?? resource.accessTokenVersion
    return {
      tenant,
      parties: {
        tenantId: tenant.id,
        issuers: tenant.issuers,
        resource: { ...resource, accessTokenVersion },
        writtenAs: resource.appIdUri,
        clientId: ENTRA_APPS[options.client ?? 'mcpClient'],
        clientAuthentication: '0',
        issuedAt: Math.floor(tenant.now() / 1_000),
        withIdtyp: tenant.withIdtyp,
      },
    } as const
  }
  const userOf = (tenant: EntraTenant, username = 'alice') => {
    const user = tenant.users.find((candidate) => candidate.username === username)
    if (user === undefined) throw new Error(`there is no user ${username}`)
    return user
  }
  return {
    user: (options = {}) => {
      const { tenant, parties } = partsOf(options)
      const scopes = options.scopes ?? parties.resource.scopes
      const claims = userTokenClaims({ ...parties, user: userOf(tenant, options.username), scopes })
      return signAccessToken(tenant, parties.resource, withClaims(claims, options.claims))
    },
    app: (options = {}) => {
      const { tenant, parties } = partsOf(options)
      const claims = appTokenClaims(parties)
      return signAccessToken(tenant, parties.resource, withClaims(claims, options.claims))
    },
    id: (options = {}) => {
      const { tenant, parties } = partsOf(options)
      const clientId = ENTRA_APPS[options.resource ?? 'mcpServer']
      const claims = idTokenClaims({ ...parties, clientId, user: userOf(tenant, options.username) })
      return tenant.key.sign(withClaims(claims, options.claims))
    },
  }
}

function appNamed(tenant: EntraTenant, name: keyof typeof ENTRA_APPS): EntraApp | undefined {
  return tenant.directory.find(({ clientId }) => clientId === ENTRA_APPS[name])
}

function withClaims(
  claims: JWTPayload,
  others: Readonly<Record<string, unknown>> | undefined,
): JWTPayload {
  return { ...claims, ...others }
}
