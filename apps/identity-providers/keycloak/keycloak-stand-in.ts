import { randomUUID } from 'node:crypto'
import express from 'express'
import { standInFrontPage } from '../shared/front-page.js'
import { createSigningKey } from '../shared/signing-key.js'
import { startOnLoopback, type RunningStandIn } from '../shared/start-on-loopback.js'
import type { KeycloakFault } from './faults.js'
import { audiencesOf, grantedScopes } from './granted-scopes.js'
import { realmRoutes } from './realm-routes.js'
import {
  createDirectory,
  KEYCLOAK_SECRET,
  KEYCLOAK_USERS,
  type KeycloakDirectoryOptions,
  type KeycloakExchange,
  type KeycloakRealm,
} from './realm.js'
import { serviceAccountClaims, userTokenClaims } from './token-claims.js'

export interface KeycloakStandInOptions extends KeycloakDirectoryOptions {
  /** 0 takes any free port. */
  readonly port: number
  /** Default `demo`; letters, digits and hyphens. */
  readonly realm?: string | undefined
  /** The feature `resource-indicators`: reads `resource`, which an exchange is refused for otherwise. Default false. */
  readonly readsResource?: boolean | undefined
  /** Chooses how an exchange is refused. Default: only those of the users that are there for it. */
  readonly faultFor?: ((exchange: KeycloakExchange) => KeycloakFault | undefined) | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

export interface KeycloakTestToken {
  /** Default alice. */
  readonly username?: string | undefined
  /** Which client got it. Default `mcp-client`. */
  readonly clientId?: string | undefined
  /** Default none beside the client's own. */
  readonly scopes?: readonly string[] | undefined
  /** Replaces claims; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** The stand-in for Keycloak, running. */
export interface KeycloakStandIn extends RunningStandIn {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly authorizationEndpoint: string
  readonly clientIds: { readonly mcpServer: string; readonly api: string }
  readonly clientSecret: string
  readonly tokens: {
    user(options?: KeycloakTestToken): Promise<string>
    serviceAccount(): Promise<string>
  }
  /** Ends the session of a token, as a user who signs out does. */
  endSession(sessionId: string): void
}

/**
 * Starts a stand-in for Keycloak on loopback, with one realm. It is written from public documents and was never compared
 * with the real program; the README beside it says what it is strict about.
 */
export async function startKeycloakStandIn(
  options: KeycloakStandInOptions,
): Promise<KeycloakStandIn> {
  const { mcpClientId: mcpServer = 'mcp-server', apiClientId: api = 'travel-api' } = options
  let realm: KeycloakRealm | undefined
  const running = await startOnLoopback({
    port: options.port,
    async routesFor(origin) {
      realm = await createRealm(options, origin)
      return express.Router().get('/', frontPageOf(realm, mcpServer)).use(realmRoutes(realm))
    },
  })
  if (realm === undefined) throw new Error('there is no realm')
  const { endedSessions, issuer } = realm
  return {
    ...running,
    issuer,
    tokenEndpoint: `${issuer}/protocol/openid-connect/token`,
    authorizationEndpoint: `${issuer}/protocol/openid-connect/auth`,
    clientIds: { mcpServer, api },
    clientSecret: KEYCLOAK_SECRET,
    tokens: testTokens(realm, mcpServer),
    endSession(sessionId) {
      endedSessions.add(sessionId)
    },
  }
}

async function createRealm(
  options: KeycloakStandInOptions,
  origin: string,
): Promise<KeycloakRealm> {
  const { realm: name = 'demo' } = options
  if (!/^[a-z0-9-]+$/i.test(name)) throw new TypeError('realm: letters, digits and hyphens alone')
  return {
    ...createDirectory(options),
    name,
    origin,
    issuer: `${origin}/realms/${name}`,
    users: KEYCLOAK_USERS,
    key: await createSigningKey(),
    readsResource: options.readsResource ?? false,
    faultFor: options.faultFor ?? (() => undefined),
    endedSessions: new Set(),
    now: options.now ?? Date.now,
  }
}

function frontPageOf({ issuer, users, clients }: KeycloakRealm, identifier: string) {
  const client = clients.get('mcp-client')
  return standInFrontPage({
    title: 'Keycloak',
    issuer,
    users,
    commandLineClient: 'mcp-client',
    resourceServers: [{ identifier, scopes: client?.optionalScopes ?? [] }],
  })
}

function testTokens(realm: KeycloakRealm, mcpServer: string): KeycloakStandIn['tokens'] {
  const partsOf = (clientId: string, asked: readonly string[]) => {
    const client = realm.clients.get(clientId)
    if (client === undefined) throw new Error(`there is no client ${clientId}`)
    const scopes = grantedScopes(client, asked)
    return { client, scopes, audiences: audiencesOf(realm, scopes), sessionId: randomUUID() }
  }
  return {
    user({ username = 'alice', clientId = 'mcp-client', scopes = [], claims } = {}) {
      const user = realm.users.find((candidate) => candidate.username === username)
      if (user === undefined) throw new Error(`there is no user ${username}`)
      const own = userTokenClaims(realm, user, partsOf(clientId, scopes))
      return realm.key.sign({ ...own, ...claims })
    },
    serviceAccount() {
      const parts = partsOf(mcpServer, [])
      const claims = serviceAccountClaims(realm, { ...parts, audiences: [mcpServer] })
      return realm.key.sign(claims)
    },
  }
}
