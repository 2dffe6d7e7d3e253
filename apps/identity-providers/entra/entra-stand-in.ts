import express, { type Router } from 'express'
import { createDocumentLookup } from '../shared/client-document.js'
import type { ClientLookup } from '../shared/client-lookup.js'
import { standInFrontPage } from '../shared/front-page.js'
import { createSigningKey } from '../shared/signing-key.js'
import { startOnLoopback, type RunningStandIn } from '../shared/start-on-loopback.js'
import { caeApi } from './cae-api.js'
import { commonRoutes } from './common-routes.js'
import {
  createEntraDirectory,
  usersOf,
  type EntraDirectory,
  type EntraDirectoryOptions,
} from './directory.js'
import { ENTRA_APPS, ENTRA_SECRET, ENTRA_TENANTS, type TenantName } from './identifiers.js'
import { tenantRoutes } from './tenant-routes.js'
import type { EntraFaultChoice, EntraTenant } from './tenant.js'
import { createTestTokens, type EntraTestTokens } from './test-tokens.js'

export interface EntraStandInOptions extends EntraDirectoryOptions {
  /** 0 takes any free port. */
  readonly port: number
  /** Accepts client id metadata documents of this machine, as the public preview does. Default false. */
  readonly clientIdMetadataDocuments?: boolean | undefined
  /** Puts the optional claim `idtyp` into tokens. Default false. */
  readonly withIdtyp?: boolean | undefined
  /** Chooses how an exchange is refused. Default: only those of the users that are there for it. */
  readonly faultFor?: EntraFaultChoice | undefined
  /** Lets the API with continuous access evaluation challenge every token. Default false. */
  readonly alwaysChallenge?: boolean | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** The stand-in for Microsoft Entra ID, running. */
export interface EntraStandIn extends RunningStandIn {
  /** The v2 issuer of the first tenant. */
  readonly issuer: string
  readonly issuers: Readonly<Record<TenantName, { readonly v1: string; readonly v2: string }>>
  readonly tenants: typeof ENTRA_TENANTS
  readonly apps: typeof ENTRA_APPS
  /** Application ID URIs, in front of the scopes that are asked for. */
  readonly appIdUris: { readonly mcpServer: string; readonly api: string }
  readonly clientSecret: string
  readonly tokenEndpoint: string
  /** The API with continuous access evaluation. */
  readonly caeApiUrl: string
  readonly tokens: EntraTestTokens
}

const CAE_PATH = '/cae-api'

/**
 * Starts a stand-in for Microsoft Entra ID on loopback, with two tenants. It is written from public documents and was never
 * compared with the real service; the README beside it says what it is strict about.
 */
export async function startEntraStandIn(options: EntraStandInOptions): Promise<EntraStandIn> {
  const directory = createEntraDirectory(options)
  const api = appOf(directory, ENTRA_APPS.api)
  let tenants: readonly EntraTenant[] = []
  const running = await startOnLoopback({
    port: options.port,
    async routesFor(origin) {
      tenants = await createTenants(options, { directory, origin })
      return routesOf(options, tenants)
    },
  })
  const { origin } = running
  const contoso = issuersOf(origin, 'contoso')
  return {
    ...running,
    issuer: contoso.v2,
    issuers: { contoso, fabrikam: issuersOf(origin, 'fabrikam') },
    tenants: ENTRA_TENANTS,
    apps: ENTRA_APPS,
    appIdUris: {
      mcpServer: appOf(directory, ENTRA_APPS.mcpServer).appIdUri,
      api: api.appIdUri,
    },
    clientSecret: ENTRA_SECRET,
    tokenEndpoint: `${origin}/${ENTRA_TENANTS.contoso}/oauth2/v2.0/token`,
    caeApiUrl: `${origin}${CAE_PATH}`,
    tokens: createTestTokens(tenants),
  }
}

function routesOf(options: EntraStandInOptions, tenants: readonly EntraTenant[]): Router {
  const [first] = tenants
  if (first === undefined) throw new Error('there is no tenant')
  const { directory, origin, now } = first
  const router = express.Router()
  const findDocument = createDocumentLookup()
  const findClient: ClientLookup = async (id) =>
    directory.find(({ clientId }) => clientId === id) ??
    (options.clientIdMetadataDocuments === true ? findDocument(id) : undefined)
  const mcpServer = appOf(directory, ENTRA_APPS.mcpServer)
  router.get(
    '/',
    standInFrontPage({
      title: 'Microsoft Entra ID',
      issuer: first.issuers.v2,
      users: first.users,
      commandLineClient: ENTRA_APPS.mcpClient,
      resourceServers: [
        {
          identifier: mcpServer.appIdUri,
          scopes: mcpServer.scopes.map((name) => `${mcpServer.appIdUri}/${name}`),
        },
      ],
    }),
  )
  const always = options.alwaysChallenge ?? false
  const app = appOf(directory, ENTRA_APPS.api)
  router.use(caeApi({ path: CAE_PATH, app, tenants, always }))
  for (const tenant of tenants) router.use(tenantRoutes(tenant, findClient))
  router.use(commonRoutes({ origin, now }))
  return router
}

async function createTenants(
  options: EntraStandInOptions,
  { directory, origin }: Pick<EntraTenant, 'directory' | 'origin'>,
): Promise<readonly EntraTenant[]> {
  // The tenants of one cloud share their keys.
  const key = await createSigningKey()
  const names: readonly TenantName[] = ['contoso', 'fabrikam']
  return names.map((name) => ({
    id: ENTRA_TENANTS[name],
    origin,
    issuers: issuersOf(origin, name),
    users: usersOf(name),
    directory,
    key,
    faultFor: options.faultFor ?? (() => undefined),
    withIdtyp: options.withIdtyp ?? false,
    now: options.now ?? Date.now,
  }))
}

/** The real v1 issuer is of another host, which is not to be had on loopback. */
function issuersOf(origin: string, name: TenantName): { readonly v1: string; readonly v2: string } {
  const id = ENTRA_TENANTS[name]
  return { v1: `${origin}/sts/${id}/`, v2: `${origin}/${id}/v2.0` }
}

function appOf(directory: EntraDirectory, id: string): EntraDirectory[number] {
  const app = directory.find(({ clientId }) => clientId === id)
  if (app === undefined) throw new Error(`the directory has no app ${id}`)
  return app
}
