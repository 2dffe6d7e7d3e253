import type { Environment } from '../../src/config/config.js'
import { startEntraStandIn } from '../identity-providers/entra/entra-stand-in.js'
import { startKeycloakStandIn } from '../identity-providers/keycloak/keycloak-stand-in.js'
import { startOktaStandIn } from '../identity-providers/okta/okta-stand-in.js'

/** The identity providers that have a stand-in. */
export const STAND_INS = ['entra', 'keycloak', 'okta'] as const

export type StandInName = (typeof STAND_INS)[number]

export interface StandInPlaces {
  readonly port: number
  /** The MCP server's endpoint. */
  readonly endpoint: string
}

/** A stand-in that runs, and what the MCP server and the API have to know of it. */
export interface WiredStandIn {
  /** Whose stand-in it is. */
  readonly title: string
  readonly origin: string
  readonly issuer: string
  /** The public client that is registered for MCP clients. */
  readonly clientId: string
  /** Whether MCP clients may register themselves instead. */
  readonly registers: boolean
  /** Settings of the MCP server, without the addresses of its own. */
  readonly settings: Environment
  /** Whose tokens for whom the API accepts. */
  readonly api: { readonly issuer: string; readonly audience: string }
  close(): Promise<void>
}

/** Starts each stand-in with the MCP server and the API registered at it, as its README tells an operator to. */
export const WIRE_STAND_IN: Readonly<
  Record<StandInName, (places: StandInPlaces) => Promise<WiredStandIn>>
> = {
  async entra({ port, endpoint }) {
    const entra = await startEntraStandIn({ port, mcpServerUri: endpoint })
    const { apps, appIdUris, issuer, origin } = entra
    return {
      ...{ title: 'Microsoft Entra ID', origin, issuer, clientId: apps.mcpClient },
      registers: false,
      settings: {
        ISSUER_BASE_URL: issuer,
        AUTH0_AUDIENCE: endpoint,
        MCP_AUTH0_CLIENT_ID: apps.mcpServer,
        MCP_AUTH0_CLIENT_SECRET: entra.clientSecret,
        API_AUTH0_AUDIENCE: appIdUris.api,
      },
      api: { issuer, audience: apps.api },
      close: () => entra.close(),
    }
  },
  async keycloak({ port, endpoint }) {
    // The client id is the URL of the endpoint: then the audience that an exchange wants is the one that clients ask for.
    const keycloak = await startKeycloakStandIn({ port, mcpClientId: endpoint })
    const { issuer, origin, clientIds } = keycloak
    return {
      ...{ title: 'Keycloak', origin, issuer, clientId: 'mcp-client' },
      registers: true,
      settings: {
        ISSUER_BASE_URL: issuer,
        AUTH0_AUDIENCE: endpoint,
        MCP_AUTH0_CLIENT_ID: clientIds.mcpServer,
        MCP_AUTH0_CLIENT_SECRET: keycloak.clientSecret,
        API_AUTH0_AUDIENCE: clientIds.api,
      },
      api: { issuer, audience: clientIds.api },
      close: () => keycloak.close(),
    }
  },
  async okta({ port, endpoint }) {
    const okta = await startOktaStandIn({ port, mcpAudience: endpoint })
    const { issuer, apiIssuer, origin, audiences, clientIds } = okta
    return {
      ...{ title: 'Okta', origin, issuer, clientId: clientIds.mcpClient },
      registers: false,
      settings: {
        ISSUER_BASE_URL: issuer,
        EXCHANGE_ISSUER: apiIssuer,
        AUTH0_AUDIENCE: endpoint,
        MCP_AUTH0_CLIENT_ID: clientIds.mcpServer,
        MCP_AUTH0_CLIENT_SECRET: okta.clientSecret,
        API_AUTH0_AUDIENCE: audiences.api,
      },
      api: { issuer: apiIssuer, audience: audiences.api },
      close: () => okta.close(),
    }
  },
}
