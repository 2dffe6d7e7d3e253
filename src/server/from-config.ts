import type { RequestListener } from 'node:http'
import { z } from 'zod'
import type { Config } from '../config/config.js'
import { AUDIT_OPTION, type AuditOptions } from '../audit/audit.js'
import type { ClientCredentials } from '../config/client-credentials.js'
import { ConfigError } from '../config/config-error.js'
import { CONFIRMATION_OPTION, type ConfirmationOptions } from '../confirmation/confirmation.js'
import type { Fetch } from '../http/fetch-json.js'
import type { Logger } from '../logging/logger.js'
import type { Metrics } from '../metrics/create-metrics.js'
import { combineObservers } from '../observability/combine-observers.js'
import { OBSERVER_OPTION } from '../observability/observer-option.js'
import type { Observer } from '../observability/observer.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import type { Policy } from '../policy/policy.js'
import { SHARED_STATE_OPTION, type SharedState } from '../store/shared-state.js'
import type { Tool } from '../tools/tool.js'
import { assertAppOptions, composeApp, type AppOptions } from './app.js'
import { appOptions } from './app-options.js'
import { createConnections, type Connections } from './connections.js'
import { warnOfCertificate } from './certificate-warning.js'
import { reloadCredentials, type ReloadedCredentials } from './reloaded-credentials.js'
import { warnAtStart } from './start-warnings.js'
import { policyFromConfig } from './policy-from-config.js'
import { assertToolsFit } from './assert-tools-fit.js'
import { offeredByConfig } from './offered-by-config.js'
import { documentSources, reloadFromConfig } from './reload-from-config.js'
import { retryKeysOf } from './retry-keys.js'
import { sharedFromConfig, type OwnedShared } from './shared-from-config.js'
import type { ToolsReload } from './reloaded-tools.js'
import { toolsOfConfig } from './tools-of-config.js'

export { serverTools } from './tools-of-config.js'

/** A server that listens to nothing yet, and how it ends. */
export interface ComposedServer {
  /** What it offers at present, sorted by name. */
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
  /**
   * Reads the OpenAPI documents and curations again, and offers the tools that come out of them from now on; logs what has changed. What
   * cannot be used changes nothing. `OPENAPI_RELOAD_SECONDS` has it done by itself. Never rejects.
   */
  readonly reloadTools: () => Promise<ToolsReload>
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
  /** Decides about each tool call, as `policy` of `onBehalfOf`. Default: as the configuration says; it must not name another. */
  readonly policy?: Policy | undefined
  /** How long a decision may take, in milliseconds. Default: as the configuration says; 2000 for a `policy` of your own. */
  readonly policyTimeoutMs?: number | undefined
  /** What several instances share, in place of what the configuration says of it. Default: as the configuration says. */
  readonly shared?: SharedState | undefined
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
  shared: SHARED_STATE_OPTION.optional(),
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
  const metrics = await metricsOf(config)
  const counted = metrics?.countEvents(log) ?? log
  const observer = combineObservers([metrics?.observer, more.observer])
  const store = await sharedFromConfig(config, { given: more.shared, log: counted, observer })
  const connections = createConnections(config, fetch)
  const parts = { own, connections, store, metrics, counted }
  try {
    return await composed(config, log, {
      ...parts,
      more: { ...more, observer, shared: store.shared },
    })
  } catch (error) {
    await Promise.all([connections.close(), store.close()])
    throw error
  }
}

interface Parts {
  readonly own: readonly Tool[] | undefined
  readonly more: Pick<
    ComposeOptions,
    'audit' | 'confirmation' | 'observer' | 'policy' | 'policyTimeoutMs' | 'shared' | 'tokenCommand'
  >
  readonly connections: Connections
  readonly store: OwnedShared
  readonly metrics: Metrics | undefined
  /** The log, whose events are counted where there are metrics. */
  readonly counted: Logger
}

async function composed(
  config: Config,
  log: Logger,
  { own, more, connections, store, metrics, counted }: Parts,
): Promise<ComposedServer> {
  const reloaded = reloadedFor(config, connections, counted)
  const ofConfig = await appOptions(config, connections, reloaded?.source)
  if (own !== undefined) assertOwnTools(ofConfig, own, log)
  const sources = documentSources(config, connections.api)
  const retryKeys = retryKeysOf(store.shared)
  const made = await toolsOfConfig(config, { own, fetch: connections.api, sources, retryKeys })
  const policy = await policyFromConfig(config, more, connections)
  const all = { ...optionsTogether({ ...ofConfig, log }, more), ...policy }
  const check = assertToolsFit.bind(undefined, config, all)
  check(made)
  warnAtStart(config, made, counted)
  const app = withAuditFile(config, () =>
    composeApp(
      { ...all, ...offeredByConfig(made), log: counted },
      { canReplaceTools: made.documents.length > 0 },
    ),
  )
  const reloading = { own, fetch: connections.api, sources, retryKeys, made, check, app }
  const reloadedTools = reloadFromConfig(config, { ...reloading, log: counted })
  metrics?.watchReadiness(app.readiness)
  reloaded?.start()
  reloadedTools?.start()
  return {
    get tools() {
      return app.tools().tools
    },
    handler: app.express,
    announceStop: app.announceStop,
    metrics,
    reloadCredentials: async () => reloaded?.reload(),
    reloadTools: async () => (await reloadedTools?.reload()) ?? { changed: false, faults: [] },
    drain: app.drain,
    async close() {
      reloaded?.close()
      reloadedTools?.close()
      await app.close()
      await connections.close()
      await store.close()
      metrics?.close()
    },
  }
}

function optionsTogether(
  ofConfig: Omit<AppOptions, 'tools'>,
  more: Parts['more'],
): Omit<AppOptions, 'tools'> {
  const confirmation = { ...ofConfig.confirmation, ...more.confirmation }
  return { ...ofConfig, ...more, audit: more.audit ?? ofConfig.audit, confirmation }
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
