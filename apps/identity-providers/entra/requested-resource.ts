import type { EntraApp, EntraDirectory } from './directory.js'
import { EntraRefusal } from './entra-refusal.js'
import { ENTRA_APPS } from './identifiers.js'

/** The one resource whose permissions a request asks for. */
export interface RequestedResource {
  readonly app: EntraApp
  /** How the request wrote it: the audience of a v1 token. */
  readonly writtenAs: string
  /** The permissions, as the resource writes them. */
  readonly names: readonly string[]
  /** `.default`: all that is consented. */
  readonly isDefault: boolean
}

const OIDC_SCOPES = new Set(['openid', 'profile', 'email', 'offline_access'])

/**
 * Finds the resource of a list of scopes: `<Application ID URI>/<name>` or `<client id>/<name>`. Names without a resource are
 * Microsoft Graph's. Case does not count in a name.
 *
 * Returns `undefined` when there are only scopes of OpenID Connect.
 */
export function parseRequestedResource(
  directory: EntraDirectory,
  client: EntraApp,
  scopes: readonly string[],
): RequestedResource | undefined {
  const asked = scopes.filter((scope) => !OIDC_SCOPES.has(scope)).map(splitScope)
  const [first] = asked
  if (first === undefined) return undefined
  const apps = asked.map(({ resource }) => appOf(directory, resource))
  const [app] = apps
  if (app === undefined || apps.some((other) => other !== app)) throw TWO_RESOURCES()
  if (app !== client && !client.mayCall.includes(app.clientId)) throw NOT_IN_REGISTRATION()
  const isDefault = asked.some(({ name }) => name === '.default')
  if (isDefault && asked.length > 1) throw DEFAULT_WITH_OTHERS()
  const names = isDefault ? app.scopes : asked.map(({ name }) => nameIn(app, name))
  return { app, writtenAs: first.resource, names, isDefault }
}

/** Finds whose permissions the first of these scopes belongs to, whether or not there is such a permission. */
export function firstResourceOf(
  directory: EntraDirectory,
  scopes: readonly string[],
): EntraApp | undefined {
  const first = scopes.find((scope) => !OIDC_SCOPES.has(scope))
  return first === undefined ? undefined : appOf(directory, splitScope(first).resource)
}

function splitScope(scope: string): { readonly resource: string; readonly name: string } {
  const at = scope.lastIndexOf('/')
  if (at === -1) return { resource: ENTRA_APPS.graph, name: scope }
  return { resource: scope.slice(0, at), name: scope.slice(at + 1) }
}

function appOf(directory: EntraDirectory, resource: string): EntraApp {
  const app = directory.find(({ appIdUri, clientId }) => [appIdUri, clientId].includes(resource))
  if (app !== undefined) return app
  throw new EntraRefusal({
    code: 500011,
    error: 'invalid_resource',
    description: `The resource principal named ${resource} was not found in the tenant.`,
  })
}

function nameIn(app: EntraApp, name: string): string {
  const known = app.scopes.find((scope) => scope.toLowerCase() === name.toLowerCase())
  if (known !== undefined) return known
  throw new EntraRefusal({
    code: app.clientId === ENTRA_APPS.graph ? 650053 : 70011,
    error: app.clientId === ENTRA_APPS.graph ? 'invalid_client' : 'invalid_scope',
    description: `The application asked for scope '${name}' that doesn't exist on the resource '${app.clientId}'.`,
  })
}

const TWO_RESOURCES = (): EntraRefusal =>
  new EntraRefusal({
    code: 700022,
    error: 'invalid_scope',
    description: 'The provided value for scope is not valid: it contains more than one resource.',
  })

const DEFAULT_WITH_OTHERS = (): EntraRefusal =>
  new EntraRefusal({
    code: 70011,
    error: 'invalid_scope',
    description:
      'The provided value for scope is not valid: .default cannot be combined with other scopes.',
  })

const NOT_IN_REGISTRATION = (): EntraRefusal =>
  new EntraRefusal({
    code: 650057,
    error: 'invalid_resource',
    description:
      'The client has requested access to a resource which is not listed in the requested permissions of its registration.',
  })
