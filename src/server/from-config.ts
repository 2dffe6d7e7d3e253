import type { RequestListener } from 'node:http'
import { z } from 'zod'
import type { Config } from '../config/config.js'
import { AUDIT_OPTION, type AuditOptions } from '../audit/audit.js'
import type { AuditConfig } from '../config/audit-config.js'
import type { ClientCredentials } from '../config/client-credentials.js'
import { ConfigError } from '../config/config-error.js'
import { CONFIRMATION_OPTION, type ConfirmationOptions } from '../confirmation/confirmation.js'
import { grantOf } from '../config/exchange-config.js'
import type { ClientAuthenticationSource } from '../exchange/client-authentication-source.js'
import type { Fetch } from '../http/fetch-json.js'
import type { Logger } from '../logging/logger.js'
import type { Metrics } from '../metrics/create-metrics.js'
import { combineObservers } from '../observability/combine-observers.js'
import { OBSERVER_OPTION } from '../observability/observer-option.js'
import type { Observer } from '../observability/observer.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Policy } from '../policy/policy.js'
import type { Tool } from '../tools/tool.js'
import { assertAppOptions, composeApp, type AppOptions } from './app.js'
import { createConnections, type Connections } from './connections.js'
import { clientFromConfig } from './exchanger-from-config.js'
import { warnOfCertificate } from './certificate-warning.js'
import { reloadCredentials, type ReloadedCredentials } from './reloaded-credentials.js'
import { warnAtStart } from './start-warnings.js'
import { assertLimitsKnown } from './limits-known.js'
import { assertPublicToolsKnown } from './public-tools-known.js'
import { toolOriginsOf } from './tool-facts.js'
import { toolGroupsOf } from './tool-groups.js'
import { toolsOfConfig } from './tools-of-config.js'

export { serverTools } from './tools-of-config.js'

/** A server that listens to nothing yet, and how it ends. */
export interface ComposedServer {
  /** What it offers, sorted by name. */
  readonly tools: readonly Tool[]
  readonly handler: RequestListener
  /** Makes `/readyz` say that this server stops; call it first. Requests are still answered. */
  readonly announceStop: () => void
  /** Where the metrics are, if the configuration wants any: `registry.metrics()` is what Prometheus reads. */
  readonly metrics: Pick<Metrics, 'registry'> | undefined
  /**
   * Reads the client's credentials again from the files that hold them, and logs what came of it. They are read by themselves too:
   * twice a minute, and when the authorization server refuses this client. Does nothing where no file holds them.
   */
  readonly reloadCredentials: () => Promise<void>
  /** Ends streams that only wait for notifications; call it when the server stops accepting requests. */
  readonly drain: () => void
  /** Ends streams and pooled connections; call it when the server has stopped accepting requests. */
  close(): Promise<void>
}

/** What a server made from a configuration can have of your own. */
export interface ComposeOptions {
  /**
   * Tools of your own, beside those of the APIs' OpenAPI documents. Default: the demonstration tools, where the configuration
   * has them.
   */
  readonly tools?: readonly Tool[] | undefined
  /** Reaches the authorization server. Default: as the configuration says, through its proxy where it has one. */
  readonly fetch?: Fetch | undefined
  /** Records each tool call, in place of the audit of the configuration. Default: as the configuration says. */
  readonly audit?: AuditOptions | undefined
  /** How users are asked before tools with `confirm` run, laid over what the configuration says of it. Default: nothing. */
  readonly confirmation?: ConfirmationOptions | undefined
  /** Decides about each tool call, as `policy` of `onBehalfOf`. Default: scopes and limits alone decide. */
  readonly policy?: Policy | undefined
  /** How long `policy` may take for one call, in milliseconds. Default 2000. */
  readonly policyTimeoutMs?: number | undefined
  /** Sees each request to the endpoint, each tool call, exchange and request to an API. Default: none. */
  readonly observer?: Observer | undefined
  /** The shell line that the page at `/` shows for getting an access token. Default: none. */
  readonly tokenCommand?: string | undefined
}

const OPTIONS = optionsSchema<ComposeOptions>({
  tools: z.array(z.unknown(), 'must be a list of tools').optional(),
  fetch: optionValues.callable.optional(),
  audit: AUDIT_OPTION.optional(),
  confirmation: CONFIRMATION_OPTION.optional(),
  policy: optionValues.callable.optional(),
  policyTimeoutMs: optionValues.milliseconds.optional(),
  observer: OBSERVER_OPTION.optional(),
  tokenCommand: optionValues.text('a line of a shell').optional(),
})

/**
 * Builds the server that a configuration describes, with tools of your own where `tools` are given. Reads the OpenAPI documents
 * of its APIs, from files or over the network.
 *
 * A tool that needs more than the configuration lets an exchange ask for is not offered, and named in the log. Rejects
 * with a `ConfigError` when the configuration needs a package that is not installed, or for what is wrong with a
 * document, and with a `TypeError` for unusable options.
 *
 * @category Server
 * @example
 * const config = parseConfig(readEnvironment())
 * const { handler, drain, close } = await composeServer(config, log, { tools: [greet] })
 */
export async function composeServer(
  config: Config,
  log: Logger,
  options: ComposeOptions = {},
): Promise<ComposedServer> {
  assertOptions('composeServer', OPTIONS, options)
  const { tools: own, fetch, ...more } = options
  const connections = createConnections(config, fetch)
  try {
    return await composed(config, log, { own, more, connections })
  } catch (error) {
    await connections.close()
    throw error
  }
}

interface Parts {
  readonly own: readonly Tool[] | undefined
  readonly more: Pick<
    ComposeOptions,
    'audit' | 'confirmation' | 'observer' | 'policy' | 'policyTimeoutMs' | 'tokenCommand'
  >
  readonly connections: Connections
}

async function composed(
  config: Config,
  log: Logger,
  { own, more, connections }: Parts,
): Promise<ComposedServer> {
  const metrics = await metricsOf(config)
  const counted = metrics?.countEvents(log) ?? log
  const reloaded = reloadedFor(config, connections, counted)
  const ofConfig = await appOptions(config, connections, reloaded?.source)
  if (own !== undefined) assertOwnTools(ofConfig, own, log)
  const made = await toolsOfConfig(config, { own, fetch: connections.api })
  const { offered: tools, baselineScopes } = made
  assertLimitsKnown(config, made.all)
  assertPublicToolsKnown(config, made.all)
  const all = {
    ...{ ...ofConfig, baselineScopes, log, ...more, audit: more.audit ?? ofConfig.audit },
    confirmation: { ...ofConfig.confirmation, ...more.confirmation },
  }
  assertAppOptions('composeServer', { ...all, tools: made.all })
  warnAtStart(config, made, counted)
  const app = withAuditFile(config, () =>
    composeApp({
      ...{ ...all, tools, log: counted },
      observer: combineObservers([metrics?.observer, more.observer]),
      toolGroups: toolGroupsOf(made.documents),
      toolOrigins: toolOriginsOf(made.documents),
    }),
  )
  metrics?.watchReadiness(app.readiness)
  reloaded?.start()
  return {
    tools,
    handler: app.express,
    announceStop: app.announceStop,
    metrics,
    reloadCredentials: async () => reloaded?.reload(),
    drain: app.drain,
    async close() {
      reloaded?.close()
      await app.close()
      await connections.close()
      metrics?.close()
    },
  }
}

/** Which of all tools are public is told later, in the words of the settings. */
function assertOwnTools(
  { access, ...ofConfig }: Omit<AppOptions, 'tools' | 'log'>,
  tools: readonly Tool[],
  log: Logger,
): void {
  const policy = { ...access, publicTools: undefined }
  assertAppOptions('composeServer', { ...ofConfig, access: policy, tools, log })
}

/** `undefined` where no file holds the client's credentials. */
function reloadedFor(
  { credentialFiles: files, exchange }: Config,
  connections: Connections,
  log: Logger,
): ReloadedCredentials | undefined {
  if (files === undefined) return undefined
  const onChange = (credentials: ClientCredentials): void => {
    connections.present(credentials)
    warnOfCertificate(credentials, log)
  }
  return reloadCredentials({ files, initial: exchange, log, onChange })
}

/** `prom-client` is loaded for those who want metrics alone. */
async function metricsOf({ metrics }: Config): Promise<Metrics | undefined> {
  if (metrics === undefined) return undefined
  const { createMetrics } = await import('../metrics/create-metrics.js')
  return createMetrics()
}

/** The file of the audit is opened at the start: where that fails, the setting is wrong. */
function withAuditFile<T>({ audit }: Config, compose: () => T): T {
  try {
    return compose()
  } catch (error) {
    const { code, path } = (error ?? {}) as { readonly code?: unknown; readonly path?: unknown }
    if (audit === undefined || path !== audit.sink) throw error
    const hint = `cannot be opened for writing (${String(code)}). Name a file in a directory that exists and that this user may write to`
    throw new ConfigError([{ key: 'AUDIT_SINK', value: audit.sink, hint }])
  }
}

function apisOf({ apis }: Config): AppOptions['apis'] {
  return Object.fromEntries(
    Object.entries(apis).map(([name, { audience, baseUrl, exchange, problems }]) => [
      name,
      { audience, baseUrl, exchange, problems },
    ]),
  )
}

/** A configuration as the options of a server. */
export async function appOptions(
  config: Config,
  connections: Connections,
  credentials?: ClientAuthenticationSource,
): Promise<Omit<AppOptions, 'tools' | 'log'>> {
  const { resource, issuer, exchange, apiCalls } = config
  const { userClaim, scopeClaim, scopePrefix, subjectClaims, clientClaim } = config.callerPolicy
  return {
    endpoint: config.endpoint,
    resource: resource.resource,
    tokenAudience: resource.tokenAudience,
    toleratedAudiences: resource.toleratedAudiences,
    clockToleranceSeconds: config.clockToleranceSeconds,
    verifiedTokenCacheEntries: config.verifiedTokenCacheEntries,
    baselineScopes: resource.baselineScopes,
    metadataLocation: resource.metadataLocation,
    issuer: [issuer.primary, ...issuer.additional],
    identityProvider: config.identityProvider.name,
    allowedTenants: config.identityProvider.allowedTenants,
    metadataUrl: issuer.metadataUrl,
    ...{ jwksUrl: issuer.jwksUrl, keysStaleMs: issuer.keysStaleMs },
    dangerouslyAllowHttp: issuer.dangerouslyAllowHttp,
    dangerouslyShareClientSecret: issuer.dangerouslyShareClientSecret,
    client: await clientFromConfig(config, connections.exchange, credentials),
    apis: apisOf(config),
    access: config.access,
    ...config.clients,
    callerPolicy: { userClaim, scopeClaim, scopePrefix, subjectClaims, clientClaim },
    ...{ delegation: config.delegation, confirmation: config.confirmation },
    ...{ sessions: config.sessions, traceContext: config.traceContext },
    ...{ http: config.http, trustProxy: config.trustProxy, mount: config.mount },
    homePage: config.homePage,
    exchange: {
      issuer: exchange.issuer,
      grant: grantOf(exchange.adapter),
      ...exchange.manner,
      timeoutMs: exchange.timeoutMs,
      ratePerSecond: exchange.ratePerSecond,
      cacheEntries: exchange.cacheEntries,
      subjectTokenType: exchange.subjectTokenType,
      clientCapabilities: exchange.clientCapabilities,
      forwardClientAddress: exchange.forwardClientAddress,
      fetch: connections.exchange,
      ...exchange.checks,
    },
    apiCalls: { ...apiCalls, fetch: connections.api },
    fetch: connections.issuers,
    audit: config.audit && auditOptions(config.audit),
  }
}

function auditOptions({ sink, required, pseudonymKey }: AuditConfig): AuditOptions {
  return {
    required,
    sink: sink === 'stdout' ? process.stdout : sink,
    pseudonymKey: pseudonymKey && Buffer.from(pseudonymKey.reveal()),
  }
}
